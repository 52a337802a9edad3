/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TEST_WALK_COMMANDS_H
#define TEST_WALK_COMMANDS_H

#include <stddef.h>

#include "test/walk/move.h"
#include "test/walk/state.h"

/* How commands are run, and where their output is kept */
struct commands {
	const struct machine *machine;
	const char *cxl;     /* the program */
	const char *results; /* a directory, with one for each command; NULL: none */
	size_t nr_outputs;
};

/**
 * commands_run() - run one of this project's commands
 * @before: has the present names of the memdevs
 *
 * A command's JSON output is kept as RESULTS/COMMAND-N.json, if the command has ended by itself.
 */
void commands_run(struct commands *commands, const struct move *move, const struct state *before,
		  struct outcome *outcome);

/** commands_shell() - run what a person would type; return the status of bash */
int commands_shell(const struct commands *commands, const char *text);

/**
 * commands_settle() - wait for all processes that commands have left behind, and for the kernel's
 * detach work
 *
 * Return: false if a process has not ended for two minutes.
 */
bool commands_settle(void);

#endif
