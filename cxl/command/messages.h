/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CXL_COMMAND_MESSAGES_H
#define CXL_COMMAND_MESSAGES_H

#include <stddef.h>
#include <stdint.h>

struct checks;
struct journal_entry;
struct observed;
struct step;

/*
 * What commands that do steps print on stderr, and the exit status that follows. @command is the
 * name in messages: "cxl detach-memdev".
 */

/**
 * show_progress() - on a terminal, the step that is going on and for how long
 * @step: NULL: all are over, and the machine is observed, until progress_end()
 */
void show_progress(const struct step *step, uint64_t us);

/** say_why_steps_failed() - which step has not returned or was refused; else what @rc is */
void say_why_steps_failed(const char *command, const struct step *steps,
			  const struct observed *observed, double timeout, int rc);

/** say_interrupted() - if an interrupt came: that, and what it leaves */
void say_interrupted(const char *command, const char *state);

/** say_unreadable() - which entries of the journal are ignored, and why */
void say_unreadable(const char *command, const struct journal_entry *entries, size_t count);

/**
 * clean_journal() - journal_clean(), and say which hosts no longer exist
 *
 * Return: false if there are such: what was detached is not reattached, and never will be.
 */
bool clean_journal(const char *command);

/** steps_status() - the exit status after steps that returned @rc, and after the checks of them */
int steps_status(int rc, const struct checks *checks);

/** say_unread() - say what could not be read (util/unread.h); false if nothing was noted */
bool say_unread(const char *command);

/** say_failed_checks() - a line for each check that has not passed */
void say_failed_checks(const char *command, const struct checks *checks);

#endif
