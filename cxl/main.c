// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "cxl/command/command.h"
#include "cxl/command/cxl-cli.h"
#include "cxl/help.h"
#include "cxl/suggest.h"
#include "util/cleanup.h"

/*
 * This program's own commands, in the order of the list of commands; one in each line, not in
 * columns
 */
/* clang-format off */
static const struct cxl_command *const commands[] = {
	&list_attach_command,
	&list_locked_command,
	&export_metrics_command,
	&detach_memdev_command,
	&attach_memdev_command,
	&exercise_autoremove_command,
	&list_command,
	&destroy_region_command,
	&disable_region_command,
	&disable_memdev_command,
	&disable_port_command,
	&disable_bus_command,
	&free_dpa_command,
	NULL,
};
/* clang-format on */

/* Return this program's command of that name, or NULL */
static const struct cxl_command *find_command(const char *name)
{
	for (size_t i = 0; commands[i]; i++) {
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	}
	return NULL;
}

/* @argv begins with the command's name */
static int run_command(const struct cxl_command *command, int argc, char **argv)
{
	_cleanup_free_ char *name = NULL;

	/* argp begins its messages and --help with argv[0]. */
	if (asprintf(&name, "cxl %s", command->name) < 0) {
		name = NULL;
		fputs("cxl: out of memory\n", stderr);
		return EXIT_FAILED;
	}
	argv[0] = name;
	return command->run(argc, argv);
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : NULL;
	const struct cxl_command *command;

	if (!name) {
		help_print(commands);
		return EXIT_FAILED; /* as cxl-cli does */
	}
	if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 ||
	    (strcmp(name, "help") == 0 && argc == 2))
		return help_print(commands);
	if (strcmp(name, "--version") == 0)
		return help_version();
	if (strcmp(name, "--list-cmds") == 0)
		return help_list_commands(commands);
	command = strcmp(name, "help") == 0 ? find_command(argv[2]) : NULL;
	if (command && command->run)
		return help_manual(command);
	command = find_command(name);
	if (command && command->run)
		return run_command(command, argc - 1, argv + 1);
	if (command)
		return command->extend(argc, argv);
	return suggest(commands, name) ? EXIT_USAGE : cxl_cli_exec(argv);
}
