// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>

#include <json-c/json.h>

#include "attach/model/snapshot.h"
#include "attach/reason/evidence.h"
#include "attach/reason/lock.h"
#include "cxl/command/command.h"
#include "cxl/command/listing.h"
#include "cxl/command/print-metrics.h"
#include "cxl/command/there-is.h"
#include "cxl/report/report.h"
#include "util/json.h"
#include "util/table.h"

#define NAME "cxl list-locked"

static const struct table_column columns[] = {
	{"NAME", "name", CELL_TEXT, "the device that a line of the tree is about"},
	{"REGION", "region", CELL_TEXT, "the region"},
	{"LOCKED", "locked", CELL_FLAG, "whether it is locked"},
	{"REASON", "reason", CELL_TEXT, "why: attach, emulated, firmware, both or unknown"},
	{"MEMDEV", "memdev", CELL_TEXT, "an attached memdev of the region; one line for each"},
	{"PROVIDER", "provider", CELL_TEXT, "the driver that attached the memdev"},
	{"MODULE", "module", CELL_TEXT, "the module of that driver"},
	{"HOST", "host", CELL_TEXT, "the device that the memdev is below"},
	{"DECODER", "decoder", CELL_TEXT, "a decoder that is locked; only in the tree"},
	{"RESOURCE", "resource", CELL_ADDRESS, "the first address of the region"},
	{"SIZE", "size", CELL_SIZE, "the size of the region"},
	{"MODE", "mode", CELL_TEXT, "ram or pmem"},
	{"WAYS", "interleave_ways", CELL_NUMBER, "how many memdevs the region is interleaved over"},
	{"NODE", "target_node", CELL_NUMBER, "the NUMA node that the region's memory is"},
	{"STATE", "state", CELL_TEXT, "enabled or disabled: whether the region has its driver"},
	{"DECODE", "decode_state", CELL_TEXT, "commit or reset"},
	{"ON-COMMIT", "on_commit", CELL_TEXT,
	 "what the kernel does when 0 is written to commit: refused or reset"},
	{"ON-DELETE", "on_delete", CELL_TEXT,
	 "what it does when the region is written to delete_region: deleted, whoever uses it, or "
	 "impossible"},
	{"TOLD-BY", "told_by", CELL_TEXT,
	 "where the lock was read: region, or decoders before v7.1"},
	{"ROOT-DECODER", "root_decoder", CELL_TEXT, "the root decoder of the region"},
	{"BUS", "bus", CELL_TEXT, "the CXL bus"},
	{0},
};
static const struct option_table tables[] = {
	LISTING_TABLES(0),
	{0},
};

static void check(void *values, const struct argp_state *state)
{
	listing_check(values, "region", state);
}

static char *columns_help(void)
{
	return table_columns_help(columns);
}

static const struct option_set option_set = {
	.tables = tables,
	.usage = "[REGION...]",
	.arguments = OPTION_IN(struct listing_options, names),
	.about = "List, as JSON, the regions that the kernel has locked, and why: because a driver "
		 "attached one of their memdevs, because a decoder is locked, or both.",
	.examples = "Examples:\n"
		    "  cxl list-locked\n"
		    "  cxl list-locked --table region0\n"
		    "  cxl list-locked --all | jq -r '.[] | \"\\(.region) \\(.reason)\"'\n"
		    "\nExit status: 0 done, 1 failed or no such region, 2 wrong usage.",
	.more_help = columns_help,
	.check = check,
};

/* Draw the lines below a region, each with the text that its report has under @key */
static void draw_branches(struct listing_output *output, struct table_row *region,
			  struct json_object *array, const char *key)
{
	for (size_t i = 0; i < json_length(array); i++) {
		struct json_object *report = json_object_get(json_object_array_get_idx(array, i));
		struct json_object *name = json_object_object_get(report, key);

		listing_branch(output, region, json_object_get_string(name), report);
	}
}

static void draw_region(struct listing_output *output, const char *name, struct json_object *report)
{
	struct json_object *owners = json_object_get(json_object_object_get(report, "owners"));
	struct json_object *decoders =
		json_object_get(json_object_object_get(report, "locked_decoders"));
	struct table_row *row = listing_branch(output, NULL, name, report);

	draw_branches(output, row, owners, "memdev");
	draw_branches(output, row, decoders, "decoder");
	json_object_put(owners);
	json_object_put(decoders);
}

static void add_evidence(struct json_object *report, const struct attach_answers *answers,
			 const struct lock_answer *lock)
{
	struct json_object *owners = json_object_object_get(report, "owners");

	for (size_t i = 0; i < lock->nr_owners; i++)
		report_add_evidence(json_object_array_get_idx(owners, i),
				    attach_of_memdev(answers, lock->owners[i]));
}

static void print_region(struct listing_output *output, const struct snapshot_region *region,
			 const struct lock_answer *lock)
{
	struct json_object *report = report_lock(region, lock, output->human);

	if (output->options->verbose)
		add_evidence(report, output->answers, lock);
	output->count++;
	if (output->options->format.form == FORM_TREE)
		draw_region(output, region->name, report);
	else
		listing_item(output, region->name, report);
}

/* The JSON cannot express this warning. */
static void warn_of_missing_attribute(const struct snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->nr_regions; i++) {
		if (snapshot->regions[i].locked != FLAG_UNKNOWN)
			continue;
		fprintf(stderr, NAME ": regions do not say whether they are locked (before v7.1): "
				     "told by their decoders\n");
		return;
	}
}

static void print(struct listing_output *output)
{
	const struct snapshot *snapshot = output->answers->snapshot;

	warn_of_missing_attribute(snapshot);
	for (size_t i = 0; i < snapshot->nr_regions; i++) {
		const struct snapshot_region *region = &snapshot->regions[i];
		struct lock_answer lock;

		lock_infer(output->answers, region, &lock);
		if (listing_selects(output, region->name, lock.reason == LOCK_NONE) &&
		    filter_passes_region(&output->options->filter, region))
			print_region(output, region, &lock);
		lock_answer_release(&lock);
	}
}

static const char *region_at(const struct snapshot *snapshot, size_t index)
{
	return index < snapshot->nr_regions ? snapshot->regions[index].name : NULL;
}

static const struct listing listing = {
	.command = NAME,
	.prefix = "region",
	.columns = columns,
	.table_columns = "REGION,REASON,MEMDEV,PROVIDER,HOST,SIZE,ON-DELETE",
	.tree_columns = "NAME,REASON,PROVIDER,HOST,RESOURCE,SIZE,ON-DELETE",
	.rows = "owners",
	.name_at = region_at,
	.describe_at = there_is_region,
	.print = print,
};

static int list_locked(int argc, char **argv)
{
	struct listing_options options = {0};

	options_parse(&option_set, argc, argv, &options);
	if (options.format.form == FORM_PROMETHEUS)
		return print_metrics(listing.command);
	return listing_run(&listing, &options);
}

const struct cxl_command list_locked_command = {
	.name = "list-locked",
	.help = "list the locked regions, why they are locked, and what the kernel refuses",
	.run = list_locked,
};
