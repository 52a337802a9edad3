/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef UTIL_INTERRUPT_H
#define UTIL_INTERRUPT_H

#include <stdbool.h>

/*
 * SIGINT, SIGTERM and SIGHUP: what they end, and what the command says before it ends. The process
 * then dies by the signal, as one that had not caught it, so that a shell's loop ends, too. A
 * signal that the caller ignores stays ignored.
 */

/**
 * interrupt_ends() - from now on, such a signal ends the process at once
 * @state: what it leaves; with @command before it, the message on stderr
 *
 * One that came since interrupt_waits() ends it now.
 */
void interrupt_ends(const char *command, const char *state);

/**
 * interrupt_waits() - from now on, such a signal is noted, and a second one ends the process
 * @state: what the second one leaves
 */
void interrupt_waits(const char *command, const char *state);

/** interrupt_came() - has one come since interrupt_waits()? */
bool interrupt_came(void);

/** interrupt_obey() - if one came, end the process by it; what it leaves was said */
void interrupt_obey(void);

#endif
