// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cxl/command/command.h"
#include "cxl/command/cxl-cli.h"
#include "cxl/suggest.h"
#include "util/cleanup.h"
#include "util/memory.h"
#include "util/nearest.h"

/*
 * The commands of cxl-cli 85, which are passed on without asking cxl-cli. For any other name, the
 * installed cxl-cli is asked for its commands.
 */
static const char *const known[] = {
	"check-labels",
	"clear-media-poison",
	"create-region",
	"destroy-region",
	"disable-bus",
	"disable-memdev",
	"disable-port",
	"disable-region",
	"enable-memdev",
	"enable-port",
	"enable-region",
	"free-dpa",
	"help",
	"inject-media-poison",
	"init-labels",
	"inject-protocol-error",
	"list",
	"monitor",
	"read-labels",
	"reserve-dpa",
	"set-alert-config",
	"set-partition",
	"update-firmware",
	"version",
	"wait-sanitize",
	"write-labels",
	"zero-labels",
};

static bool has(const char *const *names, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(names[i], name) == 0)
			return true;
	}
	return false;
}

/*
 * Return the commands, one in each line. NULL if cxl-cli cannot be asked: running it then prints
 * the reason.
 */
static char *ask_cxl_cli(void)
{
	char *const argv[] = {(char *)"cxl", (char *)"--list-cmds", NULL};
	_cleanup_free_ char *path = cxl_cli_find();
	int status;

	return path ? cxl_cli_capture(path, argv, &status) : NULL;
}

bool suggest(const struct cxl_command *const *commands, const char *name)
{
	_cleanup_free_ char *text = NULL;
	_cleanup_free_ const char **names = NULL;
	size_t count = 0, nr_ours;
	const char *meant;
	char *rest, *line;

	if (*name == '-' || has(known, sizeof(known) / sizeof(*known), name))
		return false;
	for (size_t i = 0; commands[i]; i++)
		*APPEND(names, count) = commands[i]->name;
	nr_ours = count;
	rest = text = ask_cxl_cli();
	while (rest && (line = strsep(&rest, "\n"))) {
		if (*line)
			*APPEND(names, count) = line;
	}
	meant = has(names + nr_ours, count - nr_ours, name) ? NULL : nearest(name, names, count);
	if (meant)
		fprintf(stderr, "cxl: '%s' is not a command (did you mean '%s'?)\n", name, meant);
	return meant != NULL;
}
