/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CXL_COMMAND_DETACH_READY_H
#define CXL_COMMAND_DETACH_READY_H

struct plan;

/* What comes between the plan of detach-memdev and its first step; what is wrong is on stderr. */

/** detach_check() - is none of the hosts in the journal, and can each step's file be written? */
int detach_check(const struct plan *plan);

/**
 * detach_check_interrupt() - did a signal come before the first step?
 *
 * Return: EXIT_DONE; or after a message EXIT_FAILED, and there is no entry in the journal any more.
 */
int detach_check_interrupt(const struct plan *plan);

/** detach_say_what_is_left() - if a signal came after that: what it leaves, as the journal has it
 */
void detach_say_what_is_left(const struct plan *plan);

/** detach_write_journal() - write the entry of the plan; EXIT_DONE or EXIT_FAILED */
int detach_write_journal(const struct plan *plan);

#endif
