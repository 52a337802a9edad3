/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CXL_COMMAND_DETACH_OPTIONS_H
#define CXL_COMMAND_DETACH_OPTIONS_H

#include <stdbool.h>

#include "cxl/command/detach-plan.h"

/* The command line of detach-memdev */

struct via {
	enum detach_method method;
	bool is_given;
};

struct detach_options {
	struct detach_request request;
	struct via via;
	bool dry_run, tree, timeline, reattach, human;
	double timeout, watch_only; /* seconds */
};

/**
 * detach_options_read() - read the command line, and fill in the defaults
 *
 * Arguments that are not valid end the program: see options_parse().
 */
void detach_options_read(int argc, char **argv, struct detach_options *options);

#endif
