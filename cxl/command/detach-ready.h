/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CXL_COMMAND_DETACH_READY_H
#define CXL_COMMAND_DETACH_READY_H

struct plan;

/* What comes between the plan of detach-memdev and its first step; what is wrong is on stderr. */

/** detach_check() - is none of the hosts in the journal, and can each step's file be written? */
int detach_check(const struct plan *plan);

/** detach_write_journal() - write the entry of the plan; EXIT_DONE or EXIT_FAILED */
int detach_write_journal(const struct plan *plan);

#endif
