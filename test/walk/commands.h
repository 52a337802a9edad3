/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TEST_WALK_COMMANDS_H
#define TEST_WALK_COMMANDS_H

#include <stddef.h>

#include "test/walk/move.h"
#include "test/walk/state.h"

/* How commands are run, and where what they print is kept */
struct commands {
	const struct machine *machine;
	const char *cxl;     /* the program */
	const char *results; /* a directory, with one for each command; NULL: nothing is kept */
	size_t nr_outputs;
};

/**
 * commands_run() - one of this project's commands
 * @before: the names of the memdevs are those of it
 *
 * What a command prints as JSON is kept as RESULTS/COMMAND-N.json, if it has ended by itself.
 */
void commands_run(struct commands *commands, const struct move *move, const struct state *before,
		  struct outcome *outcome);

/** commands_shell() - what a person types; the status of bash */
int commands_shell(const struct commands *commands, const char *text);

/**
 * commands_settle() - wait for all that commands have left behind, and for the kernel's detach work
 *
 * Return: false if a process has not ended for two minutes.
 */
bool commands_settle(void);

#endif
