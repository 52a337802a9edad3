// SPDX-License-Identifier: GPL-2.0-only
#include <argp.h>
#include <stdio.h>
#include <string.h>

#include "attach/model/snapshot.h"
#include "attach/read/take.h"
#include "attach/reason/evidence.h"
#include "cxl/command/listing.h"
#include "util/exit-status.h"
#include "util/table.h"

static void set_table(const char *arg, void *value, const struct argp_state *state)
{
	(void)arg;
	(void)state;
	*(enum listing_form *)value = FORM_TABLE;
}

static void set_tree(const char *arg, void *value, const struct argp_state *state)
{
	(void)arg;
	(void)state;
	*(enum listing_form *)value = FORM_TREE;
}

#define IN(member) OPTION_IN(struct listing_options, member)

const struct command_option listing_selection_table[] = {
	{"all", 'a', NULL, "Include entries hidden by default", SETS_TRUE, IN(all), NULL},
	{"bus", 'b', "BUS", "Restrict to these buses (root0, 0, ACPI.CXL, cxl_test)", SETS_TEXT,
	 IN(filter.buses), NULL},
	{"memdev", 'm', "MEMDEV", "Restrict to these memdevs (mem0, 0)", SETS_TEXT,
	 IN(filter.memdevs), NULL},
	{"region", 'r', "REGION", "Restrict to these regions (region0, 0)", SETS_TEXT,
	 IN(filter.regions), NULL},
	{"host", 0, "HOST", "Restrict to these hosts (0000:35:00.0)", SETS_TEXT, IN(filter.hosts),
	 NULL},
	{"provider", 0, "DRIVER", "Restrict to these drivers (sfc)", SETS_TEXT,
	 IN(filter.providers), NULL},
	{0},
};

const struct command_option listing_output_table[] = {
	{"human", 'u', NULL, "Print human-readable sizes and addresses", SETS_TRUE, IN(human),
	 NULL},
	{"table", 0, NULL, "Print a table", SETS_BY, IN(form), set_table},
	{"tree", 0, NULL, "Print a tree", SETS_BY, IN(form), set_tree},
	{"output", 'o', "COLUMNS",
	 "Choose the columns of the table or tree; +COLUMNS adds to the default ones", SETS_TEXT,
	 IN(columns), NULL},
	OPTION_DEBUG,
	{0},
};

static const char *kind_of_device(const char *prefix)
{
	return strcmp(prefix, "mem") == 0 ? "memdev" : prefix;
}

void listing_check_name(const char *name, const char *prefix, const struct argp_state *state)
{
	const char *number = name;

	if (strncmp(name, prefix, strlen(prefix)) == 0)
		number += strlen(prefix);
	if (*number == '\0' || number[strspn(number, "0123456789")] != '\0')
		argp_error(state, "invalid %s name '%s' (expected %s0 or 0)",
			   kind_of_device(prefix), name, prefix);
}

void listing_check(struct listing_options *options, const char *prefix,
		   const struct argp_state *state)
{
	for (int i = 0; i < options->names.count; i++)
		listing_check_name(options->names.list[i], prefix, state);
	if (options->columns && options->form == FORM_JSON)
		options->form = FORM_TABLE;
}

int listing_take_snapshot(const char *command, struct snapshot *snapshot)
{
	int rc = snapshot_take(snapshot);

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
			"%s: this kernel has no attach (devm_cxl_probe_mem()): no memdev has a "
			"provider\n",
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

/* A row for each element of the array that the listing names, or one without an element */
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

/* A message for each argument that no device has as its name; the exit status that follows */
static int check_named(const struct listing_output *output)
{
	const struct listing *listing = output->listing;
	const struct option_arguments *names = &output->options->names;
	int status = EXIT_DONE;

	for (int i = 0; listing->prefix && i < names->count; i++) {
		const char *name;
		size_t j = 0;

		while ((name = listing->name_at(output->answers->snapshot, j)) &&
		       !filter_lists(names->list[i], listing->prefix, name))
			j++;
		if (name)
			continue;
		fprintf(stderr, "%s: there is no %s '%s'\n", listing->command,
			kind_of_device(listing->prefix), names->list[i]);
		status = EXIT_FAILED;
	}
	return status;
}

int listing_end(const char *command, int status, int rc)
{
	if (rc == 0)
		return status;
	fprintf(stderr, "%s: cannot write the answer: %s\n", command, strerror(-rc));
	return EXIT_FAILED;
}

static int print(struct listing_output *output)
{
	const struct listing *listing = output->listing;
	int status = check_named(output), rc;

	listing->print(output);
	rc = output->table ? table_print(output->table) : json_end(&output->stream);
	if (rc == 0 && output->count == 0 && listing->prefix &&
	    filter_is_set(&output->options->filter))
		fprintf(stderr, "%s: nothing matches\n", listing->command);
	return listing_end(listing->command, status, rc);
}

/* A table of the chosen columns; NULL if one of them does not exist, with a message */
static struct table *new_table(const struct listing *listing, const struct listing_options *options)
{
	bool tree = options->form == FORM_TREE;
	const char *unknown;
	struct table *table =
		table_new(listing->columns, options->columns,
			  tree ? listing->tree_columns : listing->table_columns, tree, &unknown);

	if (!table)
		fprintf(stderr, "%s: invalid column '%.*s' (expected one that %s --help names)\n",
			listing->command, (int)strcspn(unknown, ","), unknown, listing->command);
	return table;
}

int listing_run(const struct listing *listing, const struct listing_options *options)
{
	struct listing_output output = {.listing = listing, .options = options};
	struct attach_answers answers;
	struct snapshot snapshot;
	int status;

	if (options->form != FORM_JSON && !(output.table = new_table(listing, options)))
		return EXIT_USAGE;
	if (listing_take_snapshot(listing->command, &snapshot) < 0)
		return EXIT_FAILED;
	attach_infer(&snapshot, &answers);
	output.answers = &answers;
	output.human = options->human && !output.table;
	status = print(&output);
	attach_answers_release(&answers);
	snapshot_release(&snapshot);
	return status;
}
