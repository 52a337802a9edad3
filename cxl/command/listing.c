// SPDX-License-Identifier: GPL-2.0-only
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attach/model/snapshot.h"
#include "attach/read/pci-device.h"
#include "attach/read/take.h"
#include "attach/reason/evidence.h"
#include "cxl/command/listing.h"
#include "cxl/command/messages.h"
#include "cxl/command/there-is.h"
#include "util/cleanup.h"
#include "util/exit-status.h"
#include "util/interrupt.h"
#include "util/progress.h"
#include "util/table.h"

/* The colors of unusual or bad states, by the keys of the reports */
static const struct table_color colors[] = {
	{"attach", "attached", "green"},
	{"attach", "detached", "yellow"},
	{"attach", "failed", "red"},
	{"attach", "unknown", "magenta"},
	{"state", "enabled", "green"},
	{"state", "disabled", "yellow"},
	{"decode_state", "reset", "yellow"},
	{"lock_reason", "unknown", "magenta"},
	{"reason", "unknown", "magenta"},
	{"on_delete", "deleted", "red"},
	{0},
};

int listing_take_snapshot(const char *command, struct snapshot *snapshot)
{
	int rc;

	/* An array of a large machine is returned once it is freed: no later one may be as large.
	 */
	mallopt(M_MMAP_THRESHOLD, 128 * 1024);
	progress_begin("cxl: reading the CXL devices");
	rc = snapshot_take(ROOT_LIVE, snapshot);
	progress_end();
	if (rc < 0) {
		fprintf(stderr, "%s: cannot read the CXL devices: %s\n", command, strerror(-rc));
		return rc;
	}
	if (!snapshot->has_bus)
		fprintf(stderr, "%s: this system has no CXL bus\n", command);
	if (snapshot->nr_left_out > 0)
		fprintf(stderr, "%s: %zu memdev(s) could not be read and are left out\n", command,
			snapshot->nr_left_out);
	if (snapshot->attach_support == FLAG_NO)
		fprintf(stderr,
			"%s: this kernel has no attach call that is known (devm_cxl_probe_mem()): "
			"only the devices show whether a memdev has a provider\n",
			command);
	return 0;
}

static bool is_named(const struct listing_options *options, const char *prefix, const char *name)
{
	for (int i = 0; i < options->names.count; i++) {
		if (filter_lists(options->names.list[i], prefix, name))
			return true;
	}
	return false;
}

bool listing_selects(const struct listing_output *output, const char *name, bool hidden)
{
	const struct listing_options *options = output->options;

	if (options->names.count > 0)
		return is_named(options, output->listing->prefix, name);
	return options->all || !hidden;
}

struct table_row *listing_branch(struct listing_output *output, struct table_row *parent,
				 const char *name, struct json_object *report)
{
	struct table_row *row;

	json_add_string(report, "name", name);
	row = table_row(output->table, parent, report, NULL);
	json_object_put(report);
	return row;
}

/*
 * Add a row for each element of the array that the listing names, or one row if it has no element
 */
static void add_rows(const struct listing_output *output, struct json_object *report)
{
	struct json_object *array = json_object_object_get(report, output->listing->rows);

	if (json_length(array) == 0)
		table_row(output->table, NULL, report, NULL);
	for (size_t i = 0; i < json_length(array); i++)
		table_row(output->table, NULL, report, json_object_array_get_idx(array, i));
}

void listing_item(struct listing_output *output, const char *name, struct json_object *report)
{
	if (!output->table) {
		json_item(&output->stream, report);
		return;
	}
	json_add_string(report, "name", name);
	add_rows(output, report);
	json_object_put(report);
}

/* Return the names that an argument could have used */
static char *names_there(const struct listing_output *output)
{
	const struct listing *listing = output->listing;
	struct there_is there;
	const char *name;

	there_is_begin(&there);
	for (size_t i = 0; (name = listing->name_at(output->answers->snapshot, i)); i++)
		there_is_add(&there, name);
	return there_is_end(&there);
}

/* Print a message for each argument that matches no device; return the exit status */
static int check_named(const struct listing_output *output)
{
	const struct listing *listing = output->listing;
	const struct option_arguments *names = &output->options->names;
	int status = EXIT_DONE;

	for (int i = 0; listing->prefix && i < names->count; i++) {
		_cleanup_free_ char *there = NULL;
		const char *name;
		size_t j = 0;

		while ((name = listing->name_at(output->answers->snapshot, j)) &&
		       !filter_lists(names->list[i], listing->prefix, name))
			j++;
		if (name || strcmp(names->list[i], "all") == 0)
			continue;
		there = names_there(output);
		fprintf(stderr, "%s: there is no %s '%s' (there is: %s)\n", listing->command,
			listing_kind(listing->prefix), names->list[i], there);
		status = EXIT_FAILED;
	}
	return status;
}

static void add_described(struct there_is *there, const struct snapshot *snapshot,
			  char *(*describe_at)(const struct snapshot *snapshot, size_t index))
{
	char *text;

	for (size_t i = 0; describe_at && (text = describe_at(snapshot, i)); i++) {
		there_is_add(there, text);
		free(text);
	}
}

static void say_nothing_matches(const struct listing_output *output)
{
	const struct listing *listing = output->listing;
	const struct snapshot *snapshot = output->answers->snapshot;
	_cleanup_free_ char *text = NULL;
	struct there_is there;

	there_is_begin(&there);
	add_described(&there, snapshot, listing->describe_at);
	add_described(&there, snapshot, listing->describe_host_at);
	text = there_is_end(&there);
	fprintf(stderr, "%s: nothing matches (there is%s: %s)\n", listing->command,
		output->options->all ? "" : ", with --all", text);
}

int listing_end(const char *command, int status, int rc)
{
	if (rc == 0)
		return say_unread(command) ? EXIT_FAILED : status;
	fprintf(stderr, "%s: cannot write the answer: %s\n", command, strerror(-rc));
	return EXIT_FAILED;
}

static int print(struct listing_output *output)
{
	const struct listing *listing = output->listing;
	int status = check_named(output), rc;

	listing->print(output);
	rc = output->table	     ? table_print(output->table)
	     : listing->has_own_form ? json_flush()
				     : json_end(&output->stream);
	if (rc == 0 && output->count == 0 && listing->prefix &&
	    filter_is_set(&output->options->filter))
		say_nothing_matches(output);
	return listing_end(listing->command, status, rc);
}

static const enum table_form table_forms[] = {
	[FORM_TABLE] = TABLE_ALIGNED,
	[FORM_TREE] = TABLE_TREE,
	[FORM_CSV] = TABLE_CSV,
};

/* Return a table of the chosen columns; NULL, after a message, if one of them does not exist */
static struct table *new_table(const struct listing *listing, const struct listing_options *options)
{
	bool tree = options->format.form == FORM_TREE, csv = options->format.form == FORM_CSV;
	const struct table_style style = {
		.form = options->raw ? TABLE_RAW : table_forms[options->format.form],
		.no_headings = options->no_headings,
		.bytes = csv && !options->human,
		.colors = listing_wants_color(options) && !csv && !options->raw ? colors : NULL,
	};
	const char *unknown;
	struct table *table =
		table_new(listing->columns, options->columns,
			  tree ? listing->tree_columns : listing->table_columns, &style, &unknown);

	if (!table)
		fprintf(stderr, "%s: invalid column '%.*s' (expected one that %s -o help lists)\n",
			listing->command, (int)strcspn(unknown, ","), unknown, listing->command);
	return table;
}

/* -o help */
static int list_columns(const struct listing *listing)
{
	_cleanup_free_ char *text = table_columns_help(listing->columns);

	fputs(text, stdout);
	return listing_end(listing->command, EXIT_DONE, json_flush());
}

int listing_run(const struct listing *listing, const struct listing_options *options)
{
	struct listing_output output = {
		.listing = listing,
		.options = options,
		.stream.lines = options->format.form == FORM_LINES,
	};
	struct attach_answers answers;
	struct snapshot snapshot;
	int status;

	interrupt_ends(listing->command, "nothing was changed");
	if (options->columns && strcmp(options->columns, "help") == 0)
		return list_columns(listing);
	if (!listing_is_json(options) && !(output.table = new_table(listing, options)))
		return EXIT_USAGE;
	if (listing_take_snapshot(listing->command, &snapshot) < 0)
		return EXIT_FAILED;
	if (options->verbose) {
		snapshot_read_pci_devices(&snapshot);
		attach_infer(&snapshot, &answers);
	} else {
		attach_infer_states(&snapshot, &answers);
	}
	output.answers = &answers;
	output.human = options->human && !output.table;
	status = print(&output);
	attach_answers_release(&answers);
	snapshot_release(&snapshot);
	return status;
}
