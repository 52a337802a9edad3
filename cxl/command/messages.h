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
 * The messages on stderr of commands that run steps, and their exit status. @command is the name in
 * messages: "cxl detach-memdev".
 */

/**
 * show_progress() - on a terminal, show the current step and its duration
 * @step: NULL: all steps are done, and the machine is observed, until progress_end()
 */
void show_progress(const struct step *step, uint64_t us);

/**
 * say_why_steps_failed() - print which step has not returned or was refused, or otherwise the error
 * @rc
 */
void say_why_steps_failed(const char *command, const struct step *steps,
			  const struct observed *observed, double timeout, int rc);

/** say_interrupted() - if an interrupt arrived, print it and the state that it leaves */
void say_interrupted(const char *command, const char *state);

/** say_unreadable() - print which entries of the journal are ignored, and why */
void say_unreadable(const char *command, const struct journal_entry *entries, size_t count);

/**
 * clean_journal() - call journal_clean(), and print which hosts no longer exist
 *
 * Return: false if there are such hosts, which can never be reattached.
 */
bool clean_journal(const char *command);

/** steps_status() - return the exit status for steps that returned @rc, and for their checks */
int steps_status(int rc, const struct checks *checks);

/**
 * say_unread() - print what could not be read (util/unread.h)
 *
 * Return: false if no error was recorded.
 */
bool say_unread(const char *command);

/** say_failed_checks() - print a line for each check that has not passed */
void say_failed_checks(const char *command, const struct checks *checks);

#endif
