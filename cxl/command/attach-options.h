/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CXL_COMMAND_ATTACH_OPTIONS_H
#define CXL_COMMAND_ATTACH_OPTIONS_H

#include <stdbool.h>

#include "cxl/command/hooks.h"
#include "util/options.h"

/* The options of attach-memdev */

#define ATTACH_MEMDEV "cxl attach-memdev"

struct attach_options {
	struct option_arguments names; /* names of memdevs or hosts */
	struct hook_options hooks;
	bool all, cycle_bus, force, dry_run, timeline;
	double timeout; /* seconds */
};

/**
 * attach_options_parse() - parse the options; an invalid one ends the program, as in
 * options_parse()
 */
void attach_options_parse(int argc, char **argv, struct attach_options *options);

#endif
