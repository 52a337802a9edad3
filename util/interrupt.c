// SPDX-License-Identifier: LGPL-2.1-only
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "util/interrupt.h"
#include "util/progress.h"

static char message[256];
static volatile sig_atomic_t came; /* the signal that arrived */
static volatile sig_atomic_t ends; /* the next signal ends the process */

/* If a handler calls this, the kernel delivers the signal when the handler returns. */
static void die(int signal)
{
	sigaction(signal, &(struct sigaction){.sa_handler = SIG_DFL}, NULL);
	raise(signal);
}

static void handle(int signal)
{
	if (!ends) {
		came = signal;
		ends = 1;
		return;
	}
	progress_erase();
	if (write(STDERR_FILENO, message, strlen(message)) < 0)
		message[0] = '\0'; /* no reader is left for the message */
	die(signal);
}

static void catch(int signal)
{
	const struct sigaction action = {.sa_handler = handle, .sa_flags = SA_RESTART};
	struct sigaction before;

	if (sigaction(signal, NULL, &before) == 0 && before.sa_handler == SIG_DFL)
		sigaction(signal, &action, NULL);
}

/* The signals are blocked while the message changes, because the handler reads it. */
static void set_message(const char *command, const char *state)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
	sigset_t held, before;

	sigemptyset(&held);
	for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++)
		sigaddset(&held, signals[i]);
	sigprocmask(SIG_BLOCK, &held, &before);
	snprintf(message, sizeof(message), "%s: interrupted: %s\n", command, state);
	for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++)
		catch(signals[i]);
	sigprocmask(SIG_SETMASK, &before, NULL);
}

void interrupt_ends(const char *command, const char *state)
{
	set_message(command, state);
	ends = 1;
	if (came)
		raise(came);
}

void interrupt_waits(const char *command, const char *state)
{
	set_message(command, state);
	if (!came)
		ends = 0;
}

bool interrupt_came(void)
{
	return came != 0;
}

void interrupt_obey(void)
{
	if (!came)
		return;
	fflush(NULL);
	die(came);
}
