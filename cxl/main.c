// SPDX-License-Identifier: GPL-2.0-only
#include <argp.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "cxl/command/command.h"
#include "cxl/help.h"
#include "cxl/passthrough.h"
#include "util/cleanup.h"

const struct cxl_command *const cxl_commands[] = {
	&list_attach_command,
	&list_locked_command,
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

const struct cxl_command *find_command(const char *name)
{
	for (size_t i = 0; cxl_commands[i]; i++) {
		if (strcmp(cxl_commands[i]->name, name) == 0)
			return cxl_commands[i];
	}
	return NULL;
}

static int run_command(const struct cxl_command *command, int argc, char **argv)
{
	_cleanup_free_ char *name = NULL;

	if (!command->argp && !command->options)
		return command->run(argc, argv);
	if (command->argp && argc == 2 && strcmp(argv[1], "--list-opts") == 0)
		return help_list_options(command);
	/*
	 * How wide a character is, and whether trees can have lines; numbers stay as in JSON. Not
	 * for what cxl-cli does: this opens several files.
	 */
	setlocale(LC_CTYPE, "");
	/* What argp puts before its messages and into --help */
	if (asprintf(&name, "cxl %s", command->name) < 0) {
		name = NULL;
		fputs("cxl: out of memory\n", stderr);
		return EXIT_FAILED;
	}
	argv[0] = name;
	argp_err_exit_status = EXIT_USAGE;
	return command->run(argc, argv);
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : NULL;
	const struct cxl_command *command;

	if (!name) {
		help_print();
		return EXIT_FAILED; /* as cxl-cli has it */
	}
	if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 ||
	    (strcmp(name, "help") == 0 && argc == 2))
		return help_print();
	if (strcmp(name, "help") == 0 && find_command(argv[2]) &&
	    (find_command(argv[2])->argp || find_command(argv[2])->options ||
	     find_command(argv[2])->external))
		return help_manual(find_command(argv[2]));
	if (strcmp(name, "--version") == 0)
		return help_version();
	if (strcmp(name, "--list-cmds") == 0)
		return help_list_commands();
	command = find_command(name);
	if (command)
		return run_command(command, argc - 1, argv + 1);
	return pass_through(argv);
}
