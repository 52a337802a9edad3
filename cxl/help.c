// SPDX-License-Identifier: GPL-2.0-only
#include <argp.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "cxl/command/command.h"
#include "cxl/help.h"
#include "cxl/passthrough.h"
#include "util/cleanup.h"

/* The names, one a line in @names, in three columns */
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
	for (size_t i = 0; cxl_commands[i]; i++) {
		if (cxl_commands[i]->argp || cxl_commands[i]->options ||
		    cxl_commands[i]->external || !names)
			puts(cxl_commands[i]->name);
	}
	return fflush(stdout) == EOF ? EXIT_FAILED : EXIT_DONE;
}

/* The long options of an argp and of those below it */
static void print_options(const struct argp *argp)
{
	const struct argp_option *option = argp->options;
	const struct argp_child *child = argp->children;

	for (; option && (option->name || option->key); option++) {
		if (option->name && !(option->flags & OPTION_HIDDEN))
			printf("--%s ", option->name);
	}
	for (; child && child->argp; child++)
		print_options(child->argp);
}

int help_list_options(const struct cxl_command *command)
{
	print_options(command->argp);
	puts("--help");
	return fflush(stdout) == EOF ? EXIT_FAILED : EXIT_DONE;
}

int help_add_options(char **argv, const char *ours)
{
	_cleanup_free_ char *path = find_cxl_cli(), *text = NULL;
	int status;

	if (!path)
		return EXIT_CANNOT;
	text = capture_cxl_cli(path, argv, &status);
	if (!text)
		return EXIT_FAILED;
	text[strcspn(text, "\n")] = '\0';
	printf("%s %s\n", text, ours);
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
