/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef UTIL_INTERRUPT_H
#define UTIL_INTERRUPT_H

#include <stdbool.h>

/*
 * SIGINT, SIGTERM and SIGHUP: what they end, and what the command says before it ends. The process
 * then dies by the signal, as if it had not caught it. A shell loop that runs the command ends for
 * this reason. A signal that the caller ignores stays ignored.
 */

/**
 * interrupt_ends() - let the next signal end the process at once
 * @state: the state that the command leaves; the message on stderr has @command before it
 *
 * A signal that arrived since interrupt_waits() ends the process in this call.
 */
void interrupt_ends(const char *command, const char *state);

/**
 * interrupt_waits() - let the next signal be recorded, and a second signal end the process
 * @state: the state that the command leaves if a second signal arrives
 */
void interrupt_waits(const char *command, const char *state);

/** interrupt_came() - test whether a signal has arrived since interrupt_waits() */
bool interrupt_came(void);

/**
 * interrupt_obey() - end the process by the signal that arrived, if one did
 *
 * The caller has already said what state the command leaves.
 */
void interrupt_obey(void);

#endif
