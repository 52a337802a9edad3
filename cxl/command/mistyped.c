// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cxl/command/mistyped.h"
#include "util/cleanup.h"
#include "util/memory.h"
#include "util/nearest.h"
#include "util/text.h"

bool mistyped_option(char *const argv[], const char *ours)
{
	_cleanup_free_ char *copy = memory_check(strdup(ours));
	_cleanup_free_ const char **options = NULL;
	char *rest = copy, *option;
	size_t count = 0;

	while ((option = strsep(&rest, " ")))
		*APPEND(options, count) = option;
	for (size_t i = 2; argv[i] && !streq(argv[i], "--"); i++) {
		const char *meant = nearest(argv[i], options, count);

		if (*argv[i] != '-' || !meant || streq(meant, argv[i]))
			continue;
		fprintf(stderr, "cxl %s: unrecognized option '%s' (did you mean '%s'?)\n", argv[1],
			argv[i], meant);
		return true;
	}
	return false;
}
