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
 * The exerciser is a program of its own, so that machines without it can be: here it is only run.
 * Where it is, is fixed when cxl is built. Only the environment can name another one, as CXL_CLI
 * does for cxl-cli; a build that is not installed is tested so. To look beside this program instead
 * would run, as root, what another user may have put into a directory near a copy of it.
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
	argv[0] = name; /* what its messages and its --help begin with */
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
