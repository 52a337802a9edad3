// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attach/model/snapshot.h"
#include "attach/read/take.h"
#include "attach/reason/verdict.h"
#include "cxl/command/selection.h"
#include "util/root.h"

/*
 * What the guard selects by a command's argument, on this machine. Each line of stdin is KIND, the
 * argument, -b and -d, ended by tabs; an option that is not given is "-". The answer is the names,
 * each followed by a space.
 */
static const char *const kinds[] = {
	[SELECT_REGIONS] = "regions",		[SELECT_MEMDEVS] = "memdevs",
	[SELECT_MEMDEVS_BY_SERIAL] = "serials", [SELECT_PORTS] = "ports",
	[SELECT_ENDPOINTS] = "endpoints",	[SELECT_BUSES] = "buses",
};

static int kind_of(const char *name)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		if (name && strcmp(kinds[i], name) == 0)
			return (int)i;
	}
	return -1;
}

static const char *option(char **rest)
{
	const char *value = strsep(rest, "\t");

	return value && strcmp(value, "-") != 0 ? value : NULL;
}

static int answer(const struct snapshot *snapshot, char *line)
{
	struct selection_filters filters;
	struct verdict_object *objects;
	size_t count;
	int kind;
	const char *argument;

	line[strcspn(line, "\n")] = '\0';
	kind = kind_of(strsep(&line, "\t"));
	argument = strsep(&line, "\t");
	filters.bus = option(&line);
	filters.decoder = option(&line);
	if (kind < 0 || !argument)
		return -1;
	count = selection_find(snapshot, (enum selection_kind)kind, &filters, argument, &objects);
	for (size_t i = 0; i < count; i++)
		printf("%s ", verdict_object_name(&objects[i]));
	putchar('\n');
	free(objects);
	return 0;
}

int main(void)
{
	struct snapshot snapshot;
	char line[4096];
	int rc = snapshot_take_devices(ROOT_LIVE, &snapshot);

	while (rc == 0 && fgets(line, sizeof(line), stdin))
		rc = answer(&snapshot, line);
	snapshot_release(&snapshot);
	return rc == 0 ? 0 : 1;
}
