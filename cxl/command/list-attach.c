// SPDX-License-Identifier: GPL-2.0-only
#include <argp.h>
#include <stdlib.h>

#include <json-c/json.h>

#include "attach/act/journal.h"
#include "attach/model/snapshot.h"
#include "attach/model/step.h"
#include "attach/read/driver.h"
#include "attach/reason/evidence.h"
#include "attach/reason/filter.h"
#include "cxl/command/command.h"
#include "cxl/command/follow.h"
#include "cxl/command/list-providers.h"
#include "cxl/command/listing.h"
#include "cxl/command/messages.h"
#include "cxl/command/print-metrics.h"
#include "cxl/command/there-is.h"
#include "cxl/report/detach-report.h"
#include "cxl/report/dot.h"
#include "cxl/report/report.h"
#include "util/cleanup.h"
#include "util/json.h"
#include "util/memory.h"
#include "util/table.h"
#include "util/text.h"

struct options {
	struct listing_options listing;
	bool follow;
	bool journald; /* --follow writes to systemd-journald */
	bool providers;
	bool dot;
};

static const struct table_column columns[] = {
	{"NAME", "name", CELL_TEXT, "the device that a line of the tree is about"},
	{"MEMDEV", "memdev", CELL_TEXT, "the memdev"},
	{"ID", "id", CELL_NUMBER, "the number of the memdev"},
	{"ATTACH", "attach", CELL_TEXT, "attached, detached, failed, unknown or none"},
	{"REASON", "reason", CELL_TEXT, "why the attach failed"},
	{"PROVIDER", "provider", CELL_TEXT, "the driver that attached it or would attach it"},
	{"MODULE", "module", CELL_TEXT, "the module of that driver"},
	{"DRIVER", "driver", CELL_TEXT, "the driver bound to the host"},
	{"HOST", "host", CELL_TEXT, "the device that the memdev is below"},
	{"SUBSYSTEM", "subsystem", CELL_TEXT, "the bus of the host: pci, platform"},
	{"SERIAL", "serial", CELL_ADDRESS, "the serial number of the memdev"},
	{"NUMA", "numa_node", CELL_NUMBER, "the nearest NUMA node"},
	{"RAM", "ram_size", CELL_SIZE, "the volatile capacity of the memdev"},
	{"PMEM", "pmem_size", CELL_SIZE, "the persistent capacity of the memdev"},
	{"ENDPOINT", "endpoint", CELL_TEXT, "the endpoint of the memdev"},
	{"PORT", "port", CELL_TEXT, "the port above the endpoint"},
	{"BUS", "bus", CELL_TEXT, "the CXL bus"},
	{"REGION", "region", CELL_TEXT, "a region of the memdev; one line for each"},
	{"RESOURCE", "resource", CELL_ADDRESS, "the first address of the region"},
	{"SIZE", "size", CELL_SIZE, "the size of the region"},
	{"MODE", "mode", CELL_TEXT, "ram or pmem"},
	{"WAYS", "interleave_ways", CELL_NUMBER, "how many memdevs the region is interleaved over"},
	{"NODE", "target_node", CELL_NUMBER, "the NUMA node that the region's memory is"},
	{"STATE", "state", CELL_TEXT, "enabled or disabled: whether the region has its driver"},
	{"DECODE", "decode_state", CELL_TEXT, "commit or reset"},
	{"LOCKED", "locked", CELL_FLAG, "whether the region is locked"},
	{"LOCK", "lock_reason", CELL_TEXT, "why it is locked: attach, emulated, firmware, both"},
	{0},
};
#define SETS(what, member) .sets = what, .offset = OPTION_IN(struct options, member)

static const struct command_option attach_table[] = {
	{.name = "follow",
	 .help = "Keep running, and print a line for each change",
	 SETS(SETS_TRUE, follow)},
	{.name = "journald",
	 .help = "With --follow: write each change to systemd-journald, with fields",
	 SETS(SETS_TRUE, journald)},
	{.name = "providers",
	 .help = "List the drivers of this kernel that can own CXL memory, and their hosts",
	 SETS(SETS_TRUE, providers)},
	{.name = "dot",
	 .help = "Print a graph for Graphviz: buses, ports, memdevs, hosts, regions and their "
		 "owners",
	 SETS(SETS_TRUE, dot)},
	{0},
};

static const struct option_table tables[] = {
	{attach_table, 0},
	LISTING_TABLES(OPTION_IN(struct options, listing)),
	{0},
};

static void check(void *values, const struct argp_state *state)
{
	struct options *options = values;
	struct listing_options *listing = &options->listing;

	listing_check(listing, "mem", state);
	if (options->follow && !listing_is_json(listing))
		argp_error(state, "--follow prints lines of JSON, and no other format");
	if (options->journald && !options->follow)
		argp_error(state, "--journald needs --follow");
	if (options->providers && listing->format.form == FORM_PROMETHEUS)
		argp_error(state, "--providers excludes --format prometheus");
	if (options->follow && options->providers)
		argp_error(state, "--follow and --providers exclude each other");
	if (listing->verbose && options->providers)
		argp_error(state, "--verbose excludes --providers");
	if (options->dot && (options->follow || options->providers || listing->verbose ||
			     listing->human || !listing_is_json(listing)))
		argp_error(state, "--dot excludes --follow, --providers, --verbose, --human, "
				  "and every other format");
	/*
	 * An option without effect is refused: its output could be mistaken for a filtered answer.
	 */
	if (options->follow && listing->names.count > 0)
		argp_error(state, "--follow excludes names (use --memdev)");
	if (options->providers && (listing->names.count > 0 || filter_is_set(&listing->filter)))
		argp_error(state, "--providers excludes names and filters");
}

static char *columns_help(void)
{
	return table_columns_help(columns);
}

static const struct option_set option_set = {
	.tables = tables,
	.usage = "[MEMDEV...]",
	.arguments = OPTION_IN(struct options, listing.names),
	.about = "List, as JSON, the memdevs whose driver attached them (devm_cxl_probe_mem(), "
		 "kernel v7.2 and later), with the driver, its module and the regions of the "
		 "memdev; and the hosts of such drivers that have no memdev.",
	.examples = "Examples:\n"
		    "  cxl list-attach\n"
		    "  cxl list-attach -u mem0\n"
		    "  cxl list-attach --tree\n"
		    "  cxl list-attach -o +MODULE,BUS\n"
		    "  cxl list-attach --dot | dot -Tsvg >machine.svg\n"
		    "  cxl list-attach | jq -r '.[] | \"\\(.memdev) \\(.provider)\"'\n"
		    "\nExit status: 0 done, 1 failed or no such memdev, 2 wrong usage.",
	.more_help = columns_help,
	.check = check,
};

/* A port that has a line in the tree */
struct branch {
	const struct snapshot_port *port;
	struct table_row *row;
};

/* The state while the items are printed */
struct printing {
	struct listing_output *output;
	struct dot *dot; /* of --dot: where the items go instead; or NULL */
	const struct snapshot *snapshot;
	const struct journal_entry *entries; /* of the journal */
	size_t nr_entries;
	struct branch *branches; /* the branches of the tree until now */
	size_t nr_branches;
};

static bool is_tree(const struct printing *printing)
{
	return printing->output->options->format.form == FORM_TREE;
}

/*
 * Return the line of @port. If it does not exist yet, draw it, after the lines above it. NULL for
 * no port
 */
static struct table_row *port_branch(struct printing *printing, const struct snapshot_port *port)
{
	struct table_row *row;

	if (!snapshot_bus(port))
		return NULL;
	for (size_t i = 0; i < printing->nr_branches; i++) {
		if (printing->branches[i].port == port)
			return printing->branches[i].row;
	}
	row = port_branch(printing, port->kind == PORT_ROOT ? NULL : port->parent);
	row = listing_branch(printing->output, row, port->name, json_new_object());
	*APPEND(printing->branches, printing->nr_branches) = (struct branch){port, row};
	return row;
}

static void draw_memdev(struct printing *printing, const struct snapshot_memdev *memdev,
			struct json_object *report)
{
	struct listing_output *output = printing->output;
	struct table_row *row = port_branch(printing, memdev->endpoint);

	row = listing_branch(output, row, memdev->name, report);
	for (size_t i = 0; i < memdev->nr_regions; i++)
		listing_branch(output, row, memdev->regions[i]->name,
			       report_region(output->answers, memdev->regions[i], false));
}

static const struct journal_entry *find_entry(const struct printing *printing, const char *host)
{
	return host ? journal_find_host(printing->entries, printing->nr_entries, host) : NULL;
}

static void add_entry(const struct journal_entry *entry, const char *host,
		      struct json_object *report)
{
	if (entry)
		json_add(report, "detached_by", report_journal_entry(entry, host));
}

/* A host that was handed over can have a memdev again, from its new driver. */
static bool is_handed_over(const struct journal_entry *entry, const struct snapshot_memdev *memdev)
{
	return entry && entry->hand_to && streq(entry->hand_to, memdev->host.driver);
}

static void add_evidence(const struct printing *printing, struct json_object *report,
			 const struct attach_answer *answer)
{
	if (printing->output->options->verbose)
		report_add_evidence(report, answer);
}

static void print_memdev(struct printing *printing, const struct snapshot_memdev *memdev)
{
	struct listing_output *output = printing->output;
	const struct journal_entry *entry = find_entry(printing, memdev->host.name);
	struct json_object *report;

	output->count++;
	if (printing->dot) {
		dot_memdev(printing->dot, memdev);
		return;
	}
	report = report_memdev(output->answers, memdev, output->human);
	add_evidence(printing, report, attach_of_memdev(output->answers, memdev));
	if (is_handed_over(entry, memdev))
		add_entry(entry, memdev->host.name, report);
	if (is_tree(printing))
		draw_memdev(printing, memdev, report);
	else
		listing_item(output, memdev->name, report);
}

static void print_unattached_host(struct printing *printing,
				  const struct snapshot_unattached_host *unattached)
{
	struct listing_output *output = printing->output;
	const struct attach_answer *answer = attach_of_unattached_host(output->answers, unattached);
	const char *name = unattached->host.name;
	struct json_object *report;

	output->count++;
	if (printing->dot) {
		dot_unattached(printing->dot, &unattached->host, attach_state_name(answer->state),
			       unattached->provider, unattached->port);
		return;
	}
	report = report_unattached_host(output->answers, unattached, output->human);
	add_evidence(printing, report, answer);
	add_entry(find_entry(printing, name), name, report);
	if (is_tree(printing))
		listing_branch(output, port_branch(printing, unattached->port), name, report);
	else
		listing_item(output, name, report);
}

static bool is_listed(const struct snapshot *snapshot, const char *host)
{
	for (size_t i = 0; i < snapshot->nr_unattached_hosts; i++) {
		if (streq(snapshot->unattached_hosts[i].host.name, host))
			return true;
	}
	return snapshot_memdev_of(snapshot, host) != NULL;
}

/* A memdev without a provider is hidden, unless an argument names it or --all is given. */
static bool is_wanted_memdev(const struct listing_output *output,
			     const struct snapshot_memdev *memdev)
{
	bool hidden = attach_of_memdev(output->answers, memdev)->state == ATTACH_NONE;

	return listing_selects(output, memdev->name, hidden) &&
	       filter_passes_memdev(&output->options->filter, memdev);
}

/* A host has neither a memdev nor a region, so a request for one of these excludes it. */
static bool are_hosts_wanted(const struct listing_options *options)
{
	return options->names.count == 0 && !options->filter.memdevs && !options->filter.regions;
}

static bool is_wanted_host(const struct listing_output *output,
			   const struct snapshot_unattached_host *unattached)
{
	const struct filter *filter = &output->options->filter;

	return are_hosts_wanted(output->options) &&
	       attach_of_unattached_host(output->answers, unattached)->state != ATTACH_NONE &&
	       filter_passes_bus(filter, unattached->port) &&
	       filter_passes_host(filter, &unattached->host, unattached->provider);
}

/*
 * A host that another driver bound, or that was removed, shows no trace of its provider. Only the
 * journal has it.
 */
static void print_absent(struct printing *printing, const struct journal_entry *entry,
			 const struct expected_host *absent)
{
	_cleanup_free_ char *driver = driver_of(ROOT_LIVE, absent->bus, absent->host);
	const struct snapshot_host host = {
		.name = absent->host, .subsystem = absent->bus, .driver = driver};
	const struct listing_options *options = printing->output->options;
	struct json_object *report;

	if (is_listed(printing->snapshot, absent->host) || !are_hosts_wanted(options) ||
	    options->filter.buses || !filter_passes_host(&options->filter, &host, absent->driver))
		return;
	printing->output->count++;
	if (printing->dot) {
		dot_unattached(printing->dot, &host, attach_state_name(ATTACH_DETACHED),
			       absent->driver, NULL);
		return;
	}
	report = report_absent_host(&host, absent->driver);
	add_evidence(printing, report, &(struct attach_answer){0});
	json_add(report, "detached_by", report_journal_entry(entry, absent->host));
	listing_item(printing->output, absent->host, report);
}

static void print_all(struct printing *printing)
{
	const struct snapshot *snapshot = printing->snapshot;

	for (size_t i = 0; i < snapshot->nr_memdevs; i++) {
		if (is_wanted_memdev(printing->output, &snapshot->memdevs[i]))
			print_memdev(printing, &snapshot->memdevs[i]);
	}
	for (size_t i = 0; i < snapshot->nr_unattached_hosts; i++) {
		if (is_wanted_host(printing->output, &snapshot->unattached_hosts[i]))
			print_unattached_host(printing, &snapshot->unattached_hosts[i]);
	}
	for (size_t i = 0; i < printing->nr_entries; i++) {
		const struct journal_entry *entry = &printing->entries[i];

		for (size_t j = 0; j < entry->nr_hosts; j++)
			print_absent(printing, entry, &entry->hosts[j]);
	}
}

static void print_items(struct listing_output *output, struct dot *dot)
{
	struct printing printing = {
		.output = output, .dot = dot, .snapshot = output->answers->snapshot};
	struct journal_entry *entries = journal_load(&printing.nr_entries);

	say_unreadable(output->listing->command, entries, printing.nr_entries);
	printing.entries = entries;
	print_all(&printing);
	free(printing.branches);
	journal_release(entries, printing.nr_entries);
}

static void print(struct listing_output *output)
{
	print_items(output, NULL);
}

static void print_dot(struct listing_output *output)
{
	struct dot dot;

	dot_begin(&dot, output->answers);
	print_items(output, &dot);
	dot_end(&dot);
}

static const char *memdev_at(const struct snapshot *snapshot, size_t index)
{
	return index < snapshot->nr_memdevs ? snapshot->memdevs[index].name : NULL;
}

static const struct listing listing = {
	.command = "cxl list-attach",
	.prefix = "mem",
	.columns = columns,
	.table_columns = "MEMDEV,ATTACH,PROVIDER,HOST,REGION,SIZE,LOCK",
	.tree_columns = "NAME,ATTACH,PROVIDER,HOST,RESOURCE,SIZE,LOCK",
	.rows = "regions",
	.name_at = memdev_at,
	.describe_at = there_is_memdev,
	.describe_host_at = there_is_host,
	.print = print,
};

static const struct listing dot_listing = {
	.command = "cxl list-attach",
	.prefix = "mem",
	.name_at = memdev_at,
	.print = print_dot,
	.has_own_form = true,
};

static int list_attach(int argc, char **argv)
{
	struct options options = {0};

	options_parse(&option_set, argc, argv, &options);
	if (options.follow)
		return follow(listing.command, &options.listing, options.journald);
	if (options.providers)
		return list_providers(listing.command, &options.listing);
	if (options.listing.format.form == FORM_PROMETHEUS)
		return print_metrics(listing.command);
	return listing_run(options.dot ? &dot_listing : &listing, &options.listing);
}

const struct cxl_command list_attach_command = {
	.name = "list-attach",
	.help = "list the memdevs that a driver attached, with the driver and the regions",
	.run = list_attach,
};
