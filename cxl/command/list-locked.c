// SPDX-License-Identifier: GPL-2.0-only
#include <argp.h>
#include <stdio.h>
#include <string.h>

#include <json-c/json.h>

#include "attach/model/snapshot.h"
#include "attach/reason/evidence.h"
#include "attach/reason/lock.h"
#include "cxl/command/command.h"
#include "cxl/command/listing.h"
#include "cxl/report/report.h"
#include "util/json.h"
#include "util/table.h"

struct options {
	struct listing_options listing;
	char **regions; /* as given: "region0", "0"; none means every one */
	int nr_regions;
};

static const struct table_column columns[] = {
	{"NAME", "name", CELL_TEXT, "what a line of the tree is about"},
	{"REGION", "region", CELL_TEXT, "the region"},
	{"LOCKED", "locked", CELL_FLAG, "whether it is locked"},
	{"REASON", "reason", CELL_TEXT, "why: attach, firmware, both or unknown"},
	{"MEMDEV", "memdev", CELL_TEXT, "an attached memdev of it; one line each"},
	{"PROVIDER", "provider", CELL_TEXT, "the driver that attached that"},
	{"MODULE", "module", CELL_TEXT, "that driver's module"},
	{"HOST", "host", CELL_TEXT, "the device that the memdev hangs under"},
	{"DECODER", "decoder", CELL_TEXT, "a decoder that firmware locked; in the tree"},
	{"RESOURCE", "resource", CELL_ADDRESS, "the region's first address"},
	{"SIZE", "size", CELL_SIZE, "its size"},
	{"MODE", "mode", CELL_TEXT, "ram or pmem"},
	{"WAYS", "interleave_ways", CELL_NUMBER, "memdevs that it is interleaved over"},
	{"STATE", "state", CELL_TEXT, "whether its driver is bound"},
	{"DECODE", "decode_state", CELL_TEXT, "commit or reset"},
	{"COMMIT", "commit", CELL_TEXT, "what the kernel says to a write to commit"},
	{"DELETE", "delete", CELL_TEXT, "what it says to one to delete_region"},
	{"TOLD-BY", "told_by", CELL_TEXT, "region, or decoders on kernels before v7.1"},
	{"ROOT-DECODER", "root_decoder", CELL_TEXT, "the root decoder that it lies in"},
	{"BUS", "bus", CELL_TEXT, "the CXL bus"},
	{0},
};
static const char standard_columns[] = "REGION,REASON,MEMDEV,PROVIDER,HOST,RESOURCE,SIZE,DELETE";
static const char tree_columns[] = "NAME,REASON,PROVIDER,HOST,RESOURCE,SIZE,DELETE";

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *options = state->input;

	(void)arg;
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &options->listing;
		return 0;
	case ARGP_KEY_ARGS:
		options->regions = state->argv + state->next;
		options->nr_regions = state->argc - state->next;
		for (int i = 0; i < options->nr_regions; i++)
			listing_check_name(options->regions[i], "region", state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static char *help_filter(int key, const char *text, void *input)
{
	(void)input;
	return key == ARGP_KEY_HELP_EXTRA ? table_columns_help(columns) : (char *)text;
}

static const struct argp_child children[] = {{&listing_argp, 0, NULL, 0}, {0}};

static const struct argp argp = {
	.parser = parse,
	.children = children,
	.help_filter = help_filter,
	.args_doc = "[REGION...]",
	.doc = "List, as JSON, the regions that the kernel has locked, and why: because a driver "
	       "attached a memdev of theirs, because firmware locked a decoder, or both.\v"
	       "Examples:\n"
	       "  cxl list-locked\n"
	       "  cxl list-locked --table region0\n"
	       "  cxl list-locked --all | jq -r '.[] | \"\\(.region) \\(.reason)\"'\n"
	       "\nExit status: 0 done, 1 failed or no such region, 2 wrong usage.",
};

static bool is_named(const struct options *options, const char *region)
{
	for (int i = 0; i < options->nr_regions; i++) {
		if (listing_matches(options->regions[i], "region", region))
			return true;
	}
	return false;
}

static bool is_wanted(const struct options *options, const struct snapshot_region *region,
		      const struct lock_answer *lock)
{
	bool named = is_named(options, region->name);

	if (options->nr_regions > 0 && !named)
		return false;
	if (lock->reason == LOCK_NONE && !named && !options->listing.all)
		return false;
	return listing_matches_region(&options->listing, region);
}

/* One line for each owner, or one without */
static void add_rows(struct table *table, struct json_object *json)
{
	struct json_object *owners = json_object_object_get(json, "owners");

	if (json_object_array_length(owners) == 0)
		table_row(table, NULL, json, NULL);
	for (size_t i = 0; i < json_object_array_length(owners); i++)
		table_row(table, NULL, json, json_object_array_get_idx(owners, i));
}

/* The lines below a region, named after what each is about */
static void add_branches(struct table *table, struct table_row *parent, struct json_object *array,
			 const char *key)
{
	for (size_t i = 0; i < json_object_array_length(array); i++) {
		struct json_object *json = json_object_array_get_idx(array, i);

		json_add_string(json, "name",
				json_object_get_string(json_object_object_get(json, key)));
		table_row(table, parent, json, NULL);
	}
}

static void add_tree(struct table *table, struct json_object *json)
{
	struct table_row *row;

	json_add_string(json, "name",
			json_object_get_string(json_object_object_get(json, "region")));
	row = table_row(table, NULL, json, NULL);
	add_branches(table, row, json_object_object_get(json, "owners"), "memdev");
	add_branches(table, row, json_object_object_get(json, "locked_decoders"), "decoder");
}

static void print_region(const struct options *options, const struct snapshot_region *region,
			 const struct lock_answer *lock, struct table *table,
			 struct json_stream *stream)
{
	struct json_object *json = report_lock(region, lock, options->listing.human && !table);

	if (!table) {
		json_item(stream, json);
		return;
	}
	if (options->listing.form == FORM_TREE)
		add_tree(table, json);
	else
		add_rows(table, json);
	json_object_put(json);
}

static int print(const struct attach_answers *answers, const struct options *options,
		 struct table *table, size_t *count)
{
	const struct snapshot *snapshot = answers->snapshot;
	struct json_stream stream = {0};

	for (size_t i = 0; i < snapshot->nr_regions; i++) {
		const struct snapshot_region *region = &snapshot->regions[i];
		struct lock_answer lock;

		lock_infer(answers, region, &lock);
		if (is_wanted(options, region, &lock)) {
			print_region(options, region, &lock, table, &stream);
			++*count;
		}
		lock_answer_release(&lock);
	}
	return table ? table_print(table) : json_end(&stream);
}

/* What the JSON cannot say; the exit status that follows from it */
static int remarks(const struct snapshot *snapshot, const struct options *options)
{
	int status = EXIT_DONE;
	bool untold = false;

	for (size_t i = 0; i < snapshot->nr_regions; i++)
		untold = untold || snapshot->regions[i].locked == FLAG_UNKNOWN;
	if (untold)
		fputs("cxl list-locked: regions do not say whether they are locked (before v7.1): "
		      "told by their decoders\n",
		      stderr);
	for (int i = 0; i < options->nr_regions; i++) {
		struct options one = {.regions = &options->regions[i], .nr_regions = 1};
		size_t j = 0;

		while (j < snapshot->nr_regions && !is_named(&one, snapshot->regions[j].name))
			j++;
		if (j < snapshot->nr_regions)
			continue;
		fprintf(stderr, "cxl list-locked: there is no region '%s'\n", options->regions[i]);
		status = EXIT_FAILED;
	}
	return status;
}

static int list_locked(int argc, char **argv)
{
	struct options options = {.listing.command = "cxl list-locked"};
	struct attach_answers answers;
	struct snapshot snapshot;
	struct table *table = NULL;
	size_t count = 0;
	int status, rc;

	if (argp_parse(&argp, argc, argv, 0, NULL, &options))
		return EXIT_USAGE;
	if (options.listing.form != FORM_JSON) {
		table = listing_table(&options.listing, columns,
				      options.listing.form == FORM_TREE ? tree_columns
									: standard_columns);
		if (!table)
			return EXIT_USAGE;
	}
	if (listing_take_snapshot(&options.listing, &snapshot) < 0)
		return EXIT_FAILED;
	attach_infer(&snapshot, &answers);
	status = remarks(&snapshot, &options);
	rc = print(&answers, &options, table, &count);
	if (rc == 0 && count == 0 && listing_is_filtered(&options.listing))
		fputs("cxl list-locked: nothing matches\n", stderr);
	attach_answers_release(&answers);
	snapshot_release(&snapshot);
	return listing_end(&options.listing, status, rc);
}

const struct cxl_command list_locked_command = {
	.name = "list-locked",
	.help = "which regions are locked, why, and what follows from it",
	.argp = &argp,
	.run = list_locked,
};
