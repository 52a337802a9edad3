// SPDX-License-Identifier: LGPL-2.1-only
#include <inttypes.h>
#include <stddef.h>

#include "util/cleanup.h"
#include "util/memory.h"
#include "util/size.h"

#define UNITS 7

static const char *const letters[UNITS] = {"B", "K", "M", "G", "T", "P", "E"};
static const char *const words[UNITS] = {" bytes", " KiB", " MiB", " GiB", " TiB", " PiB", " EiB"};
static const char *const binary[UNITS] = {" B", " KiB", " MiB", " GiB", " TiB", " PiB", " EiB"};
static const char *const decimal[UNITS] = {" B", " kB", " MB", " GB", " TB", " PB", " EB"};

/* Scale @bytes to the largest unit in which it is at least 1, and set @unit to that unit */
static double scale(uint64_t bytes, unsigned int base, size_t *unit)
{
	double value = (double)bytes;

	for (*unit = 0; value >= base && *unit < UNITS - 1; ++*unit)
		value /= base;
	return value;
}

/* Print a whole number without a decimal point, and any other number with one decimal digit */
static char *rounded(uint64_t bytes, const char *const units[UNITS])
{
	size_t unit;
	double value = scale(bytes, 1024, &unit);

	if (value == (double)(uint64_t)value)
		return xasprintf("%" PRIu64 "%s", (uint64_t)value, units[unit]);
	return xasprintf("%.1f%s", value, units[unit]);
}

static char *two_digits(uint64_t bytes, unsigned int base, const char *const units[UNITS])
{
	size_t unit;
	double value = scale(bytes, base, &unit);

	return xasprintf("%.2f%s", value, units[unit]);
}

static char *as_cxl_cli(uint64_t bytes)
{
	_cleanup_free_ char *with_1024 = NULL, *with_1000 = NULL;

	if (bytes < 1024)
		return xasprintf("%" PRIu64, bytes);
	with_1024 = two_digits(bytes, 1024, binary);
	with_1000 = two_digits(bytes, 1000, decimal);
	return xasprintf("%s (%s)", with_1024, with_1000);
}

char *size_text(uint64_t bytes, enum size_style style)
{
	switch (style) {
	case SIZE_LETTER:
		return rounded(bytes, letters);
	case SIZE_UNIT:
		return rounded(bytes, words);
	case SIZE_CXL_CLI:
		break;
	}
	return as_cxl_cli(bytes);
}
