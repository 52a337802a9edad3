// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "cxl/command/command.h"
#include "cxl/command/cxl-cli.h"
#include "cxl/help.h"
#include "util/cleanup.h"

/* Print @names, which has one name in each line, in three columns */
static void print_columns(char *names)
{
	const char *name = strtok(names, "\n");
	int column = 0;

	while (name) {
		const char *next = strtok(NULL, "\n");
		bool last = ++column == 3 || !next;

		printf("%s%-*s%s", column == 1 ? "  " : "", last ? 0 : 24, name, last ? "\n" : "");
		column %= 3;
		name = next;
	}
}

int help_print(const struct cxl_command *const *commands)
{
	_cleanup_free_ char *path = cxl_cli_find();
	_cleanup_free_ char *names = path ? cxl_cli_ask(path, "--list-cmds") : NULL;

	puts("usage: cxl [--version] [--help] [--list-cmds] COMMAND [ARGUMENTS]\n\n"
	     "Commands for memory that an accelerator driver has attached:");
	for (size_t i = 0; commands[i]; i++)
		printf("  %-22s%s\n", commands[i]->name, commands[i]->help);
	if (names) {
		printf("\nCommands of cxl-cli (%s):\n", path);
		print_columns(names);
	}
	puts("\nSee 'cxl help COMMAND' for the manual page of a command.");
	return fflush(stdout) == EOF ? EXIT_FAILED : EXIT_DONE;
}

int help_list_commands(const struct cxl_command *const *commands)
{
	_cleanup_free_ char *path = cxl_cli_find();
	_cleanup_free_ char *names = path ? cxl_cli_ask(path, "--list-cmds") : NULL;

	if (names)
		fputs(names, stdout);
	for (size_t i = 0; commands[i]; i++) {
		if (!commands[i]->extend || !names)
			puts(commands[i]->name);
	}
	return fflush(stdout) == EOF ? EXIT_FAILED : EXIT_DONE;
}

int help_version(void)
{
	_cleanup_free_ char *path = cxl_cli_find();
	_cleanup_free_ char *version = path ? cxl_cli_ask(path, "--version") : NULL;

	puts("cxl-attach " PROGRAM_VERSION);
	if (version)
		printf("cxl-cli %.*s (%s)\n", (int)strcspn(version, "\n"), version, path);
	return fflush(stdout) == EOF ? EXIT_FAILED : EXIT_DONE;
}

int help_manual(const struct cxl_command *command)
{
	_cleanup_free_ char *page = NULL;

	if (asprintf(&page, "cxl-%s", command->name) < 0) {
		page = NULL;
		return EXIT_FAILED;
	}
	execlp("man", "man", page, (char *)NULL);
	fprintf(stderr, "cxl: cannot show the manual page %s: %s; see 'cxl %s --help'\n", page,
		errno == ENOENT ? "man is not installed" : strerror(errno), command->name);
	return EXIT_CANNOT;
}
