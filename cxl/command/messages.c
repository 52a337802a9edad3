// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "attach/act/journal-clean.h"
#include "attach/act/journal.h"
#include "attach/model/observed.h"
#include "attach/model/step.h"
#include "attach/verify/checks.h"
#include "cxl/command/messages.h"
#include "util/cleanup.h"
#include "util/entries.h"
#include "util/exit-status.h"
#include "util/interrupt.h"
#include "util/progress.h"
#include "util/unread.h"

/* A shorter step gets no line of progress. */
#define SHOW_AFTER_US 1000000

void show_progress(const struct step *step, uint64_t us)
{
	_cleanup_free_ char *what = step ? step_text(step) : NULL;

	progress_end();
	if (!isatty(STDERR_FILENO))
		return;
	if (!what) {
		fputs("\r\033[K", stderr);
		progress_begin("cxl: observing the machine");
	} else if (us >= SHOW_AFTER_US) {
		fprintf(stderr, "\r\033[Kcxl: %s: %.1f s", what, (double)us / 1000000);
	}
}

void say_interrupted(const char *command, const char *state)
{
	if (interrupt_came())
		fprintf(stderr, "%s: interrupted: %s\n", command, state);
}

static void say_stuck(const char *command, const struct step *step,
		      const struct observed_stuck *stuck, double timeout)
{
	_cleanup_free_ char *text = step_text(step);

	fprintf(stderr, "%s: %s: the kernel has not returned", command, text);
	if (!interrupt_came())
		fprintf(stderr, " after %g s", timeout);
	fprintf(stderr, " (process %d%s%s)\n", (int)stuck->pid, stuck->wchan ? ", in " : "",
		stuck->wchan ?: "");
}

void say_why_steps_failed(const char *command, const struct step *steps,
			  const struct observed *observed, double timeout, int rc)
{
	if (observed->stuck.pid) {
		say_stuck(command, &steps[observed->stuck.step], &observed->stuck, timeout);
		return;
	}
	for (size_t i = 0; i < observed->nr_steps; i++) {
		_cleanup_free_ char *step = step_text(&steps[i]);

		if (observed->steps[i].rc < 0) {
			fprintf(stderr, "%s: cannot %s: %s\n", command, step,
				strerror(-observed->steps[i].rc));
			return;
		}
	}
	if (rc != -EINTR)
		fprintf(stderr, "%s: the steps failed: %s\n", command, strerror(-rc));
}

void say_unreadable(const char *command, const struct journal_entry *entries, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		int error = -entries[i].error;

		if (error)
			fprintf(stderr, "%s: %s/%s.json: ignored: %s\n", command,
				journal_directory(), entries[i].name,
				error == EINVAL || error == EBADMSG ? "not an entry of the journal"
								    : strerror(error));
	}
}

bool clean_journal(const char *command)
{
	size_t nr_gone;
	char **gone = journal_clean(&nr_gone);

	for (size_t i = 0; i < nr_gone; i++)
		fprintf(stderr, "%s: %s: has been removed since it was detached\n", command,
			gone[i]);
	entries_list_release(gone, nr_gone);
	return nr_gone == 0;
}

bool say_unread(const char *command)
{
	_cleanup_free_ char *what = unread_text();

	if (what)
		fprintf(stderr, "%s: cannot read %s\n", command, what);
	return what != NULL;
}

void say_failed_checks(const char *command, const struct checks *checks)
{
	for (size_t i = 0; i < checks->count; i++) {
		const struct check *check = &checks->list[i];

		if (check->result != CHECK_PASSED)
			fprintf(stderr, "%s: %s: %s\n", command, check->name, check->detail ?: "");
	}
}

int steps_status(int rc, const struct checks *checks)
{
	if (rc < 0 && rc != -ETIME)
		return EXIT_FAILED;
	return checks_passed(checks) ? EXIT_DONE : EXIT_NOT_VERIFIED;
}
