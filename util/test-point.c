// SPDX-License-Identifier: LGPL-2.1-only
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/test-point.h"

static bool is_wanted(const char *name)
{
	const char *wanted = getenv("CXL_TEST_KILL_AT");

	return wanted && strcmp(wanted, name) == 0;
}

void test_point(const char *name)
{
	if (is_wanted(name))
		kill(getpid(), SIGKILL);
}

void test_point_in_child(const char *name)
{
	if (!is_wanted(name))
		return;
	kill(getppid(), SIGKILL);
	kill(getpid(), SIGKILL);
}
