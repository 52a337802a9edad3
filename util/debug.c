// SPDX-License-Identifier: LGPL-2.1-only
#include <stdio.h>

#include "util/debug.h"

void debug_print(const char *owner, const char *function, const char *text)
{
	fprintf(stderr, "%s: %s: %s\n", owner, function, text);
}
