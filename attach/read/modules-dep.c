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
	_cleanup_free_ char *file = xasprintf("/%s.ko", name);
	const char *found = dependencies;

	while ((found = strstr(found, file))) {
		found += strlen(file);
		if (strchr(" .\n", *found))
			return true;
	}
	return false;
}
