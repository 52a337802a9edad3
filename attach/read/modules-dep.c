// SPDX-License-Identifier: LGPL-2.1-only
#include <string.h>

#include "attach/read/modules-dep.h"
#include "util/cleanup.h"
#include "util/memory.h"

char *modules_dep_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *start = slash ? slash + 1 : path;
	char *name = memory_check(strndup(start, strcspn(start, ".")));

	for (char *c = strchr(name, '-'); c; c = strchr(c, '-'))
		*c = '_';
	return name;
}

bool modules_dep_has(const char *dependencies, const char *name)
{
	size_t length = strlen(name);

	/* There are thousands of lines, and almost none of them has the name. */
	for (const char *found = dependencies; (found = strstr(found, name)); found += length) {
		const char *end = found + length;

		if (found > dependencies && found[-1] == '/' && strncmp(end, ".ko", 3) == 0 &&
		    strchr(" .\n", end[3]))
			return true;
	}
	return false;
}
