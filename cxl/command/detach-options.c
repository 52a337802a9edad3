// SPDX-License-Identifier: GPL-2.0-only
#include <argp.h>
#include <string.h>

#include "cxl/command/detach-options.h"
#include "cxl/command/listing-options.h"
#include "util/options.h"

static void parse_via(const char *arg, void *value, const struct argp_state *state)
{
	struct detach_via *via = value;

	via->is_given = true;
	if (!detach_method_from_name(arg, &via->method))
		argp_error(state,
			   "invalid method '%s' (expected memdev, host, endpoint, port, bus, "
			   "module or pci-remove)",
			   arg);
}

static void check_options(void *values, const struct argp_state *state)
{
	struct detach_options *options = values;
	struct detach_request *request = &options->request;

	if (request->memdevs.count == 0)
		argp_error(state, "missing MEMDEV argument");
	for (int i = 0; i < request->memdevs.count; i++)
		listing_check_name(request->memdevs.list[i], "mem", state);
	if (request->hand_to && options->via.is_given && options->via.method != METHOD_HOST)
		argp_error(state, "--to needs --via host");
	if (request->hand_to && (!*request->hand_to || strchr(request->hand_to, '/')))
		argp_error(state, "invalid driver name '%s'", request->hand_to);
	if (options->tree && !options->dry_run)
		argp_error(state, "--tree needs --dry-run");
	if ((options->timeline || options->html) && options->dry_run)
		argp_error(state, "--dry-run excludes --timeline and --html");
	if (options->watch_only > 0 &&
	    (options->via.is_given || request->hand_to || options->reattach || options->dry_run))
		argp_error(state, "--watch-only excludes --via, --to, --reattach and --dry-run");
	request->method = request->hand_to ? METHOD_HOST : options->via.method;
	request->watch_only = options->watch_only > 0;
}

#define SETS(what, member) .sets = what, .offset = OPTION_IN(struct detach_options, member)

static const struct command_option command_options[] = {
	{.name = "via",
	 .arg = "METHOD",
	 .help = "Unbind the memdev (the default), host, endpoint, port or bus; or unload the "
		 "module; or remove the PCI device (pci-remove)",
	 SETS(SETS_BY, via),
	 .parse = parse_via},
	{.name = "to",
	 .arg = "DRIVER",
	 .help = "Hand the host to another driver, as for virtualization",
	 SETS(SETS_TEXT, request.hand_to)},
	{.name = "force",
	 .key = 'f',
	 .help = "Detach even if more is lost than the named memdevs, or something is in use",
	 SETS(SETS_TRUE, request.force)},
	{.name = "lose-system-ram",
	 .help = "With -f, also lose memory that is online as system RAM: this can crash the "
		 "machine",
	 SETS(SETS_TRUE, request.lose_system_ram)},
	{.name = "dry-run", .help = "Print the plan, and change nothing", SETS(SETS_TRUE, dry_run)},
	{.name = "tree", .help = "With --dry-run, print the plan as a tree", SETS(SETS_TRUE, tree)},
	{.name = "timeline",
	 .help = "Print what happened as a drawing instead of JSON",
	 SETS(SETS_TRUE, timeline)},
	{.name = "html",
	 .arg = "FILE",
	 .help = "Also write what happened to FILE, as a page for a browser",
	 SETS(SETS_TEXT, html)},
	{.name = "timeout",
	 .arg = "SECONDS",
	 .help = "Wait at most SECONDS for the kernel to do all steps (default 30)",
	 SETS(SETS_SECONDS, timeout)},
	{.name = "reattach",
	 .help = "Reattach everything right afterwards, and verify that too",
	 SETS(SETS_TRUE, reattach)},
	{.name = "watch-only",
	 .arg = "SECONDS",
	 .help = "Detach nothing; wait at most SECONDS for another process to do it, and verify",
	 SETS(SETS_SECONDS, watch_only)},
	{.name = "human",
	 .key = 'u',
	 .help = "Print human-readable sizes and addresses",
	 SETS(SETS_TRUE, human)},
	OPTION_DEBUG,
	{0},
};

static const struct option_set option_set = {
	.tables = (const struct option_table[]){{command_options, 0},
						{hook_options_table,
						 OPTION_IN(struct detach_options, hooks)},
						{0}},
	.usage = "MEMDEV...",
	.arguments = OPTION_IN(struct detach_options, request.memdevs),
	.about = "Detach memdevs that a driver attached, observe how the kernel removes their "
		 "regions, and verify the result.",
	.examples = "Examples:\n"
		    "  cxl detach-memdev --dry-run --tree mem0\n"
		    "  cxl detach-memdev --via host --reattach --timeline mem0\n"
		    "  cxl detach-memdev --to vfio-pci mem0\n"
		    "  cxl attach-memdev mem0\n"
		    "\nExit status: 0 every check passed, 1 failed, 2 wrong usage, 3 refused, 4 "
		    "verification failed, 5 this system cannot do it.",
	.check = check_options,
};

void detach_options_parse(int argc, char **argv, struct detach_options *options)
{
	*options = (struct detach_options){.timeout = 30};
	options_parse(&option_set, argc, argv, options);
}
