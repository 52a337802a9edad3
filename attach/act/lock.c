// SPDX-License-Identifier: LGPL-2.1-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "attach/act/journal.h"
#include "attach/act/lock.h"
#include "attach/act/settings.h"
#include "attach/model/step.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/entries.h"
#include "util/memory.h"

/* A worker without further steps needs a moment to end. */
#define MOMENT_US 1000000
#define POLL_US 10000

static int lock_command(char **why)
{
	_cleanup_free_ char *holder = NULL, *pid = NULL;
	int lock = entries_lock(journal_directory(), "lock", &holder);

	if (lock == -EWOULDBLOCK) {
		*why = xasprintf("process %s is detaching or reattaching a memdev", holder ?: "?");
	} else if (lock < 0) {
		*why = xasprintf("cannot use the journal in %s: %s", journal_directory(),
				 strerror(-lock));
	} else {
		pid = xasprintf("%d", (int)getpid());
		entries_lock_note(lock, pid);
	}
	return lock;
}

static int lock_step(char **why)
{
	uint64_t until = clock_now() + MOMENT_US;
	_cleanup_free_ char *holder = NULL;
	int lock = entries_lock(journal_directory(), "step", &holder);

	while (lock == -EWOULDBLOCK && clock_now() < until) {
		free(holder);
		clock_wait(clock_now() + POLL_US);
		lock = entries_lock(journal_directory(), "step", &holder);
	}
	if (lock == -EWOULDBLOCK)
		*why = xasprintf("another command's step is still in the kernel (process %s)",
				 holder ?: "?");
	else if (lock < 0)
		*why = xasprintf("cannot use the journal in %s: %s", journal_directory(),
				 strerror(-lock));
	else
		entries_lock_note(lock, "");
	return lock;
}

int command_lock(struct command_lock *lock, char **why)
{
	int rc;

	lock->command = lock_command(why);
	if (lock->command < 0)
		return lock->command;
	lock->step = lock_step(why);
	rc = lock->step < 0 ? lock->step : settings_restore();
	if (rc == 0)
		return 0;
	if (lock->step >= 0) {
		*why = xasprintf("cannot put back what an earlier command has changed, from "
				 "%s/settings: %s",
				 journal_directory(),
				 rc == -EBADMSG ? "a file in it is damaged (remove it, and write "
						  "drivers_autoprobe of its bus)"
						: strerror(-rc));
		close(lock->step);
	}
	close(lock->command);
	return rc;
}

void command_unlock(struct command_lock *lock)
{
	close(lock->step);
	close(lock->command);
}

void command_lock_note(int lock, const struct step *step)
{
	_cleanup_free_ char *text = step ? step_text(step) : NULL;
	_cleanup_free_ char *holder =
		xasprintf("%d, %s", (int)getpid(), text ?: "reading the devices");

	entries_lock_note(lock, holder);
}
