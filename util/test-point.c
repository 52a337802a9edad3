// SPDX-License-Identifier: LGPL-2.1-only
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/test-point.h"

static bool is_wanted(const char *variable, const char *name)
{
	const char *wanted = getenv(variable);

	return wanted && strcmp(wanted, name) == 0;
}

void test_point(const char *name)
{
	if (is_wanted("CXL_TEST_KILL_AT", name))
		kill(getpid(), SIGKILL);
	if (is_wanted("CXL_TEST_STOP_AT", name))
		kill(getpid(), SIGSTOP);
}

void test_point_in_child(const char *name)
{
	if (!is_wanted("CXL_TEST_KILL_AT", name))
		return;
	kill(getppid(), SIGKILL);
	kill(getpid(), SIGKILL);
}
