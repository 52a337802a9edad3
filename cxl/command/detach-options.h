/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CXL_COMMAND_DETACH_OPTIONS_H
#define CXL_COMMAND_DETACH_OPTIONS_H

#include <stdbool.h>

#include "attach/model/plan.h"
#include "cxl/command/detach-plan.h"
#include "cxl/command/hooks.h"

/* The options of detach-memdev */

#define DETACH_MEMDEV "cxl detach-memdev"

struct detach_via {
	enum detach_method method;
	bool is_given;
};

struct detach_options {
	struct detach_request request;
	struct detach_via via;
	struct hook_options hooks;
	bool dry_run, tree, timeline, reattach, human;
	double timeout, watch_only; /* seconds */
	const char *html;	    /* a file; NULL: none */
};

/**
 * detach_options_parse() - parse the options; an invalid one ends the program, as in
 * options_parse()
 */
void detach_options_parse(int argc, char **argv, struct detach_options *options);

#endif
