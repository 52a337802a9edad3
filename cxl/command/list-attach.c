// SPDX-License-Identifier: GPL-2.0-only
#include <argp.h>
#include <stdio.h>
#include <string.h>

#include <json-c/json.h>

#include "attach/act/journal.h"
#include "attach/model/snapshot.h"
#include "attach/model/step.h"
#include "attach/read/driver.h"
#include "attach/reason/evidence.h"
#include "cxl/command/command.h"
#include "cxl/command/follow.h"
#include "cxl/command/list-providers.h"
#include "cxl/command/listing.h"
#include "cxl/command/messages.h"
#include "cxl/report/detach-report.h"
#include "cxl/report/report.h"
#include "util/cleanup.h"
#include "util/json.h"
#include "util/memory.h"
#include "util/table.h"

enum { KEY_FOLLOW = 0x200, KEY_PROVIDERS };

struct options {
	struct listing_options listing;
	bool follow;
	bool list_providers;
	char **memdevs; /* as given: "mem0", "0"; none means every one */
	int nr_memdevs;
};

static const struct table_column columns[] = {
	{"NAME", "name", CELL_TEXT, "what a line of the tree is about"},
	{"MEMDEV", "memdev", CELL_TEXT, "the memdev"},
	{"ID", "id", CELL_NUMBER, "its number"},
	{"ATTACH", "attach", CELL_TEXT, "attached, detached, failed, unknown or none"},
	{"REASON", "reason", CELL_TEXT, "why it failed"},
	{"PROVIDER", "provider", CELL_TEXT, "the driver that attached it, or would"},
	{"MODULE", "module", CELL_TEXT, "that driver's module"},
	{"DRIVER", "driver", CELL_TEXT, "the driver bound to the host"},
	{"HOST", "host", CELL_TEXT, "the device that the memdev hangs under"},
	{"SUBSYSTEM", "subsystem", CELL_TEXT, "the host's bus: pci, platform"},
	{"SERIAL", "serial", CELL_ADDRESS, "the memdev's serial number"},
	{"NUMA", "numa_node", CELL_NUMBER, "the NUMA node that is near"},
	{"RAM", "ram_size", CELL_SIZE, "the memdev's volatile capacity"},
	{"PMEM", "pmem_size", CELL_SIZE, "its persistent capacity"},
	{"ENDPOINT", "endpoint", CELL_TEXT, "its endpoint"},
	{"PORT", "port", CELL_TEXT, "the port above that"},
	{"BUS", "bus", CELL_TEXT, "the CXL bus"},
	{"REGION", "region", CELL_TEXT, "a region of it; one line each"},
	{"RESOURCE", "resource", CELL_ADDRESS, "the region's first address"},
	{"SIZE", "size", CELL_SIZE, "its size"},
	{"MODE", "mode", CELL_TEXT, "ram or pmem"},
	{"WAYS", "interleave_ways", CELL_NUMBER, "memdevs that it is interleaved over"},
	{"STATE", "state", CELL_TEXT, "whether the region's driver is bound"},
	{"DECODE", "decode_state", CELL_TEXT, "commit or reset"},
	{"LOCKED", "locked", CELL_FLAG, "whether the region is locked"},
	{"LOCK", "lock_reason", CELL_TEXT, "why: attach, firmware, both"},
	{0},
};
static const char standard_columns[] = "MEMDEV,ATTACH,PROVIDER,HOST,REGION,RESOURCE,SIZE,LOCK";
static const char tree_columns[] = "NAME,ATTACH,PROVIDER,HOST,RESOURCE,SIZE,LOCK";

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *options = state->input;

	(void)arg;
	switch (key) {
	case KEY_FOLLOW:
		options->follow = true;
		return 0;
	case KEY_PROVIDERS:
		options->list_providers = true;
		return 0;
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &options->listing;
		return 0;
	case ARGP_KEY_ARGS:
		options->memdevs = state->argv + state->next;
		options->nr_memdevs = state->argc - state->next;
		for (int i = 0; i < options->nr_memdevs; i++)
			listing_check_name(options->memdevs[i], "mem", state);
		return 0;
	case ARGP_KEY_END:
		if (options->follow &&
		    (options->listing.form != FORM_JSON || options->listing.columns))
			argp_error(state, "--follow prints JSON, no table and no tree");
		if (options->follow && options->list_providers)
			argp_error(state, "--follow and --providers exclude each other");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option argp_options[] = {
	{"follow", KEY_FOLLOW, NULL, 0, "Keep running, and print a line for each change", 1},
	{"providers", KEY_PROVIDERS, NULL, 0,
	 "List the drivers of this kernel that can own CXL memory, and their hosts", 1},
	{0},
};

static char *help_filter(int key, const char *text, void *input)
{
	(void)input;
	return key == ARGP_KEY_HELP_EXTRA ? table_columns_help(columns) : (char *)text;
}

static const struct argp_child children[] = {{&listing_argp, 0, NULL, 0}, {0}};

static const struct argp argp = {
	.options = argp_options,
	.parser = parse,
	.children = children,
	.help_filter = help_filter,
	.args_doc = "[MEMDEV...]",
	.doc = "List, as JSON, the memdevs whose driver attached them (devm_cxl_probe_mem(), "
	       "kernel v7.2 and later), with that driver, its module and the regions behind it; "
	       "and "
	       "the hosts of such drivers that have no memdev.\v"
	       "Examples:\n"
	       "  cxl list-attach\n"
	       "  cxl list-attach -u mem0\n"
	       "  cxl list-attach --tree\n"
	       "  cxl list-attach -o +MODULE,BUS\n"
	       "  cxl list-attach | jq -r '.[] | \"\\(.memdev) \\(.provider)\"'\n"
	       "\nExit status: 0 done, 1 failed or no such memdev, 2 wrong usage.",
};

static bool is_named(const struct options *options, const char *memdev)
{
	for (int i = 0; i < options->nr_memdevs; i++) {
		if (listing_matches(options->memdevs[i], "mem", memdev) ||
		    strcmp(options->memdevs[i], memdev) == 0)
			return true;
	}
	return false;
}

/* A memdev without a provider is listed where it is asked for: by name, or with all */
static bool is_wanted_memdev(const struct options *options, const struct snapshot_memdev *memdev,
			     const struct attach_answer *answer)
{
	bool named = is_named(options, memdev->name);

	if (options->nr_memdevs > 0 && !named)
		return false;
	if (answer->state == ATTACH_NONE && !named && !options->listing.all)
		return false;
	return listing_matches_memdev(&options->listing, memdev);
}

/* It has neither memdev nor region, so that filters on these exclude it. */
static bool is_wanted_host(const struct options *options,
			   const struct snapshot_unattached_host *unattached,
			   const struct attach_answer *answer)
{
	const struct listing_options *listing = &options->listing;

	return answer->state != ATTACH_NONE && options->nr_memdevs == 0 && !listing->memdevs &&
	       !listing->regions && listing_matches_bus(listing, unattached->port) &&
	       listing_matches_host(listing, &unattached->host, unattached->provider);
}

/* Everything that is listed, one after the other */
static size_t for_each(const struct attach_answers *answers, const struct options *options,
		       void (*visit)(void *data, const struct snapshot_memdev *memdev,
				     const struct snapshot_unattached_host *unattached),
		       void *data)
{
	const struct snapshot *snapshot = answers->snapshot;
	size_t count = 0;

	for (size_t i = 0; i < snapshot->nr_memdevs; i++) {
		const struct snapshot_memdev *memdev = &snapshot->memdevs[i];

		if (!is_wanted_memdev(options, memdev, attach_of_memdev(answers, memdev)))
			continue;
		visit(data, memdev, NULL);
		count++;
	}
	for (size_t i = 0; i < snapshot->nr_unattached_hosts; i++) {
		const struct snapshot_unattached_host *unattached = &snapshot->unattached_hosts[i];

		if (!is_wanted_host(options, unattached,
				    attach_of_unattached_host(answers, unattached)))
			continue;
		visit(data, NULL, unattached);
		count++;
	}
	return count;
}

/* Where the visits go to: a stream, or a table */
struct printing {
	const struct attach_answers *answers;
	bool human;
	const struct journal_entry *entries; /* of the journal */
	size_t nr_entries;
	struct json_stream stream;
	struct table *table;
	struct branch *branches; /* of a tree, so far */
	size_t nr_branches;
};

static struct json_object *report(const struct printing *printing,
				  const struct snapshot_memdev *memdev,
				  const struct snapshot_unattached_host *unattached)
{
	const struct journal_entry *entry;
	struct json_object *json;

	if (memdev)
		return report_memdev(printing->answers, memdev, printing->human);
	json = report_lone_host(printing->answers, unattached, printing->human);
	entry = journal_find_host(printing->entries, printing->nr_entries, unattached->host.name);
	if (entry)
		json_add(json, "detached_by", report_journal_entry(entry, unattached->host.name));
	return json;
}

static void print_json(void *data, const struct snapshot_memdev *memdev,
		       const struct snapshot_unattached_host *unattached)
{
	struct printing *printing = data;

	json_item(&printing->stream, report(printing, memdev, unattached));
}

/* One line for each region, or one without */
static void print_table(void *data, const struct snapshot_memdev *memdev,
			const struct snapshot_unattached_host *unattached)
{
	struct printing *printing = data;
	struct json_object *json = report(printing, memdev, unattached);
	struct json_object *regions = json_object_object_get(json, "regions");

	json_add_string(json, "name", memdev ? memdev->name : unattached->host.name);
	if (json_object_array_length(regions) == 0)
		table_row(printing->table, NULL, json, NULL);
	for (size_t i = 0; i < json_object_array_length(regions); i++)
		table_row(printing->table, NULL, json, json_object_array_get_idx(regions, i));
	json_object_put(json);
}

/* A port that has a line of the tree */
struct branch {
	const struct snapshot_port *port;
	struct table_row *row;
};

static struct table_row *tree_row(struct printing *printing, struct table_row *parent,
				  const char *name, struct json_object *json)
{
	struct table_row *row;

	json_add_string(json, "name", name);
	row = table_row(printing->table, parent, json, NULL);
	json_object_put(json);
	return row;
}

/* The line of @port, which may have to be drawn first, with those above it; NULL for none */
static struct table_row *tree_port(struct printing *printing, const struct snapshot_port *port)
{
	struct table_row *row;

	if (!snapshot_bus(port))
		return NULL;
	for (size_t i = 0; i < printing->nr_branches; i++) {
		if (printing->branches[i].port == port)
			return printing->branches[i].row;
	}
	row = tree_port(printing, port->kind == PORT_ROOT ? NULL : port->parent);
	row = tree_row(printing, row, port->name, json_new_object());
	*APPEND(printing->branches, printing->nr_branches) = (struct branch){port, row};
	return row;
}

static void print_tree(void *data, const struct snapshot_memdev *memdev,
		       const struct snapshot_unattached_host *unattached)
{
	struct printing *printing = data;
	struct table_row *row = tree_port(printing, memdev ? memdev->endpoint : unattached->port);

	row = tree_row(printing, row, memdev ? memdev->name : unattached->host.name,
		       report(printing, memdev, unattached));
	for (size_t i = 0; memdev && i < memdev->nr_regions; i++)
		tree_row(printing, row, memdev->regions[i]->name,
			 report_region(printing->answers, memdev->regions[i], printing->human));
}

static bool is_listed(const struct snapshot *snapshot, const char *host)
{
	for (size_t i = 0; i < snapshot->nr_memdevs; i++) {
		if (snapshot->memdevs[i].host.name &&
		    strcmp(snapshot->memdevs[i].host.name, host) == 0)
			return true;
	}
	for (size_t i = 0; i < snapshot->nr_unattached_hosts; i++) {
		if (strcmp(snapshot->unattached_hosts[i].host.name, host) == 0)
			return true;
	}
	return false;
}

/* A host that was handed over, or removed, shows no trace of its provider: the journal knows it. */
static size_t print_absent(struct printing *printing, const struct options *options,
			   const struct journal_entry *entry, const struct expected_host *absent)
{
	_cleanup_free_ char *driver = driver_of(absent->bus, absent->host);
	const struct snapshot_host host = {
		.name = absent->host, .subsystem = absent->bus, .driver = driver};
	struct json_object *json;

	if (is_listed(printing->answers->snapshot, absent->host) || options->nr_memdevs > 0 ||
	    options->listing.memdevs || options->listing.regions || options->listing.buses ||
	    !listing_matches_host(&options->listing, &host, absent->driver))
		return 0;
	json = report_absent_host(&host, absent->driver);
	json_add(json, "detached_by", report_journal_entry(entry, absent->host));
	if (options->listing.form == FORM_JSON) {
		json_item(&printing->stream, json);
		return 1;
	}
	json_add_string(json, "name", absent->host);
	table_row(printing->table, NULL, json, NULL);
	json_object_put(json);
	return 1;
}

static size_t for_each_absent(struct printing *printing, const struct options *options)
{
	size_t count = 0;

	for (size_t i = 0; i < printing->nr_entries; i++) {
		const struct journal_entry *entry = &printing->entries[i];

		for (size_t j = 0; j < entry->nr_hosts; j++)
			count += print_absent(printing, options, entry, &entry->hosts[j]);
	}
	return count;
}

/* To stdout, in the form that is wanted; 0 or a negative errno */
static int print(const struct attach_answers *answers, const struct options *options,
		 struct table *table, size_t *count)
{
	struct printing printing = {.answers = answers, .table = table};
	struct journal_entry *entries = journal_load(&printing.nr_entries);
	int rc;

	say_unreadable(options->listing.command, entries, printing.nr_entries);
	printing.entries = entries;
	printing.human = !table && options->listing.human;
	*count = for_each(answers, options,
			  !table			       ? print_json
			  : options->listing.form == FORM_TREE ? print_tree
							       : print_table,
			  &printing);
	*count += for_each_absent(&printing, options);
	rc = table ? table_print(table) : json_end(&printing.stream);
	free(printing.branches);
	journal_release(entries, printing.nr_entries);
	return rc;
}

/* Which memdevs that were named do not exist: a sentence each; the exit status that follows */
static int check_named(const struct snapshot *snapshot, const struct options *options)
{
	int status = EXIT_DONE;

	for (int i = 0; i < options->nr_memdevs; i++) {
		struct options one = {.memdevs = &options->memdevs[i], .nr_memdevs = 1};
		size_t j = 0;

		while (j < snapshot->nr_memdevs && !is_named(&one, snapshot->memdevs[j].name))
			j++;
		if (j < snapshot->nr_memdevs)
			continue;
		fprintf(stderr, "cxl list-attach: there is no memdev '%s'\n", options->memdevs[i]);
		status = EXIT_FAILED;
	}
	return status;
}

static int list(const struct options *options, struct table *table)
{
	struct attach_answers answers;
	struct snapshot snapshot;
	size_t count = 0;
	int status, rc;

	if (listing_take_snapshot(&options->listing, &snapshot) < 0)
		return EXIT_FAILED;
	attach_infer(&snapshot, &answers);
	status = check_named(&snapshot, options);
	rc = print(&answers, options, table, &count);
	if (rc == 0 && count == 0 && listing_is_filtered(&options->listing))
		fputs("cxl list-attach: nothing matches\n", stderr);
	attach_answers_release(&answers);
	snapshot_release(&snapshot);
	return listing_end(&options->listing, status, rc);
}

static int list_attach(int argc, char **argv)
{
	struct options options = {.listing.command = "cxl list-attach"};
	struct table *table = NULL;

	if (argp_parse(&argp, argc, argv, 0, NULL, &options))
		return EXIT_USAGE;
	if (options.follow)
		return follow(&options.listing);
	if (options.list_providers)
		return list_providers(&options.listing);
	if (options.listing.form != FORM_JSON) {
		table = listing_table(&options.listing, columns,
				      options.listing.form == FORM_TREE ? tree_columns
									: standard_columns);
		if (!table)
			return EXIT_USAGE;
	}
	return list(&options, table);
}

const struct cxl_command list_attach_command = {
	.name = "list-attach",
	.help = "which memdevs have an attach provider, which one, with which regions",
	.argp = &argp,
	.run = list_attach,
};
