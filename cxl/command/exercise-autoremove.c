// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "cxl/command/command.h"

#define NAME "cxl exercise-autoremove"

/*
 * The exerciser is a separate program, so that a machine can do without it. This command only runs
 * it. Its path is fixed when cxl is built. Only the environment can name another path, as CXL_CLI
 * does for cxl-cli; a build that is not installed is tested this way. A search beside this program
 * is not safe: as root, it could run a program that another user has put into a directory near a
 * copy of cxl.
 */
static const char *find_program(void)
{
	const char *named = getenv("CXL_EXERCISE");

	if (!named || !*named)
		return CXL_EXERCISE;
	if (named[0] == '/')
		return named;
	fprintf(stderr, NAME ": '%s', which CXL_EXERCISE names, is not an absolute path\n", named);
	return NULL;
}

static int run(int argc, char **argv)
{
	static char name[] = NAME;
	const char *program = find_program();

	(void)argc;
	if (!program)
		return EXIT_CANNOT;
	argv[0] = name; /* the name in its messages and its --help */
	execv(program, argv);
	if (errno == ENOENT)
		fputs(NAME ": the exerciser is not installed: install the package "
			   "cxl-attach-exercise\n",
		      stderr);
	else
		fprintf(stderr, NAME ": cannot run %s: %s\n", program, strerror(errno));
	return EXIT_CANNOT;
}

const struct cxl_command exercise_autoremove_command = {
	.name = "exercise-autoremove",
	.help = "race detaches of a memdev and report kernel bugs",
	.run = run,
};
