// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "attach/act/journal.h"
#include "attach/model/plan.h"
#include "attach/model/snapshot.h"
#include "attach/model/step.h"
#include "cxl/command/detach-ready.h"
#include "cxl/command/messages.h"
#include "util/cleanup.h"
#include "util/exit-status.h"
#include "util/interrupt.h"
#include "util/memory.h"
#include "util/test-point.h"

#define NAME "cxl detach-memdev"

/*
 * A detach that was killed half-way may leave the provider bound, and something else changed (a
 * driver_override). Its entry has the original state. An entry with the current state must not
 * replace it.
 */
static int check_journal(const struct plan *plan)
{
	size_t count;
	struct journal_entry *entries;
	int status = EXIT_DONE;

	clean_journal(NAME);
	entries = journal_load(&count);
	say_unreadable(NAME, entries, count);
	for (size_t i = 0; i < plan->nr_memdevs; i++) {
		const char *host = plan->memdevs[i]->host.name;

		if (!journal_find_host(entries, count, host))
			continue;
		fprintf(stderr,
			NAME ": %s: detached, and not completely reattached (run 'cxl "
			     "attach-memdev %s' first)\n",
			host, host);
		status = EXIT_FAILED;
	}
	journal_release(entries, count);
	return say_unread(NAME) ? EXIT_FAILED : status;
}

/* Check that every step's file can be written */
static int check_steps(const struct plan *plan)
{
	for (size_t i = 0; i < plan->nr_steps; i++) {
		_cleanup_free_ char *file = step_file(&plan->steps[i]);

		if (!file || access(file, W_OK) == 0)
			continue;
		fprintf(stderr, NAME ": cannot write %s: %s\n", file, strerror(errno));
		return EXIT_CANNOT;
	}
	test_point("planned");
	return EXIT_DONE;
}

int detach_check(const struct plan *plan)
{
	return check_journal(plan) ?: check_steps(plan);
}

int detach_write_journal(const struct plan *plan)
{
	int rc = journal_save(plan);

	if (rc < 0) {
		fprintf(stderr, NAME ": cannot write the journal in %s: %s (nothing was changed)\n",
			journal_directory(), strerror(-rc));
		return EXIT_FAILED;
	}
	test_point("journal");
	return EXIT_DONE;
}

int detach_check_interrupt(const struct plan *plan)
{
	if (!interrupt_came())
		return EXIT_DONE;
	journal_remove(journal_entry_name(plan));
	say_interrupted(NAME, "nothing was changed");
	return EXIT_FAILED;
}

/* The journal has each host until all hosts are verified to be restored, also while a step runs. */
void detach_say_what_is_left(const struct plan *plan)
{
	struct journal_entry *entries;
	size_t count;

	if (!interrupt_came())
		return;
	entries = journal_load(&count);
	for (size_t i = 0; i < plan->nr_memdevs; i++) {
		const char *host = plan->memdevs[i]->host.name;
		_cleanup_free_ char *state =
			journal_find_host(entries, count, host)
				? xasprintf("what was detached stays so; 'cxl attach-memdev %s' "
					    "reattaches it",
					    host)
				: xasprintf("%s is attached as before", host);

		say_interrupted(NAME, state);
	}
	journal_release(entries, count);
}
