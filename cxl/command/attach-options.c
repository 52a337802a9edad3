// SPDX-License-Identifier: GPL-2.0-only
#include <argp.h>
#include <string.h>

#include "cxl/command/attach-options.h"
#include "cxl/command/hooks.h"
#include "util/options.h"

static void check_options(void *values, const struct argp_state *state)
{
	struct attach_options *options = values;

	/* "all" means the same as no name. */
	for (int i = 0; i < options->names.count; i++) {
		if (strcmp(options->names.list[i], "all") == 0)
			options->names.count = 0;
	}
	if (options->all && options->names.count > 0)
		argp_error(state, "--all excludes names");
	if (options->timeline && options->dry_run)
		argp_error(state, "--dry-run excludes --timeline");
}

#define SETS(what, member) .sets = what, .offset = OPTION_IN(struct attach_options, member)

static const struct command_option command_options[] = {
	{.name = "all",
	 .key = 'a',
	 .help = "Also attach hosts that 'cxl detach-memdev' did not detach",
	 SETS(SETS_TRUE, all)},
	{.name = "cycle-bus",
	 .help = "First unbind and rebind the root device, to recreate ports that cannot be reused",
	 SETS(SETS_TRUE, cycle_bus)},
	{.name = "force",
	 .key = 'f',
	 .help = "With --cycle-bus, also detach other devices of the bus, and reattach them",
	 SETS(SETS_TRUE, force)},
	{.name = "dry-run",
	 .help = "Print the steps, and change nothing",
	 SETS(SETS_TRUE, dry_run)},
	{.name = "timeline",
	 .help = "Print what happened as a drawing instead of JSON",
	 SETS(SETS_TRUE, timeline)},
	{.name = "timeout",
	 .arg = "SECONDS",
	 .help = "Wait at most SECONDS for the kernel to do all steps (default 30)",
	 SETS(SETS_SECONDS, timeout)},
	OPTION_DEBUG,
	{0},
};

static const struct option_set option_set = {
	.tables = (const struct option_table[]){{command_options, 0},
						{hook_options_table,
						 OPTION_IN(struct attach_options, hooks)},
						{0}},
	.usage = "[MEMDEV|HOST...]",
	.arguments = OPTION_IN(struct attach_options, names),
	.about = "Reattach what 'cxl detach-memdev' detached, all of it or what is named, and "
		 "verify that memdev and region are as before; or bind a detached host to its "
		 "provider.",
	.examples = "Examples:\n"
		    "  cxl attach-memdev\n"
		    "  cxl attach-memdev mem0\n"
		    "  cxl attach-memdev 0000:35:00.0\n"
		    "\nExit status: 0 everything is attached, 1 failed, 2 wrong usage, 3 refused, "
		    "4 verification failed, 5 this system cannot do it.",
	.check = check_options,
};

void attach_options_parse(int argc, char **argv, struct attach_options *options)
{
	*options = (struct attach_options){.timeout = 30};
	options_parse(&option_set, argc, argv, options);
}
