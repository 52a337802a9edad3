/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CXL_COMMAND_DETACH_READY_H
#define CXL_COMMAND_DETACH_READY_H

struct plan;

/* The checks between the plan of detach-memdev and its first step. Errors are printed on stderr. */

/**
 * detach_check() - check that no host is in the journal, and that each step's file can be written
 */
int detach_check(const struct plan *plan);

/**
 * detach_check_interrupt() - check whether a signal arrived before the first step
 *
 * Return: EXIT_DONE; or after a message EXIT_FAILED, with the entry of the plan removed from the
 * journal.
 */
int detach_check_interrupt(const struct plan *plan);

/** detach_say_what_is_left() - if a signal arrived later, print what the journal says is left */
void detach_say_what_is_left(const struct plan *plan);

/** detach_write_journal() - write the entry of the plan; EXIT_DONE or EXIT_FAILED */
int detach_write_journal(const struct plan *plan);

#endif
