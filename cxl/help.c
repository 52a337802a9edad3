// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "config.h"
#include "cxl/command.h"
#include "cxl/help.h"
#include "cxl/passthrough.h"
#include "util/cleanup.h"

/* The commands of cxl-cli in columns, as wide as a terminal commonly is */
static void print_columns(char *names)
{
	char *rest = names;
	size_t column = 0;
	const char *name;

	while ((name = strsep(&rest, "\n"))) {
		if (*name == '\0')
			continue;
		column += 24;
		printf("%s%-24s", column > 72 ? "\n  " : column == 24 ? "  " : "", name);
		if (column > 72)
			column = 24;
	}
	putchar('\n');
}

int help_print(void)
{
	_cleanup_free_ char *path = find_cxl_cli();
	_cleanup_free_ char *names = path ? ask_cxl_cli(path, "--list-cmds") : NULL;

	puts("usage: cxl [--version] [--help] [--list-cmds] COMMAND [ARGUMENTS]\n\n"
	     "Commands for memory that an accelerator's driver attached:");
	for (size_t i = 0; cxl_commands[i]; i++)
		printf("  %-22s%s\n", cxl_commands[i]->name, cxl_commands[i]->help);
	if (names) {
		printf("\nCommands of cxl-cli (%s):\n", path);
		print_columns(names);
	}
	puts("\nSee 'cxl help COMMAND' for the manual page of a command.");
	return fflush(stdout) == EOF ? EXIT_FAILED : EXIT_DONE;
}

int help_list_commands(void)
{
	_cleanup_free_ char *path = find_cxl_cli();
	_cleanup_free_ char *names = path ? ask_cxl_cli(path, "--list-cmds") : NULL;

	if (names)
		fputs(names, stdout);
	for (size_t i = 0; cxl_commands[i]; i++)
		puts(cxl_commands[i]->name);
	return fflush(stdout) == EOF ? EXIT_FAILED : EXIT_DONE;
}

int help_version(void)
{
	_cleanup_free_ char *path = find_cxl_cli();
	_cleanup_free_ char *version = path ? ask_cxl_cli(path, "--version") : NULL;

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
