// SPDX-License-Identifier: LGPL-2.1-only
#include <inttypes.h>

#include "util/memory.h"
#include "util/size.h"

char *size_text(uint64_t bytes, const char *const units[7])
{
	double value = (double)bytes;
	size_t unit = 0;

	while (value >= 1024 && unit < 6) {
		value /= 1024;
		unit++;
	}
	if (value == (double)(uint64_t)value)
		return xasprintf("%" PRIu64 "%s", (uint64_t)value, units[unit]);
	return xasprintf("%.1f%s", value, units[unit]);
}
