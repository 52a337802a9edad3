// SPDX-License-Identifier: GPL-2.0-only
#include <argp.h>
#include <stdio.h>
#include <string.h>

#include "attach/model/snapshot.h"
#include "attach/read/pci-device.h"
#include "attach/read/take.h"
#include "attach/reason/evidence.h"
#include "cxl/command/listing.h"
#include "cxl/command/messages.h"
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

#define SETS(what, member) .sets = what, .offset = OPTION_IN(struct listing_options, member)

const struct command_option listing_selection_table[] = {
	{.name = "all",
	 .key = 'a',
	 .help = "Include entries hidden by default",
	 SETS(SETS_TRUE, all)},
	{.name = "bus",
	 .key = 'b',
	 .arg = "BUS",
	 .help = "Restrict to these buses (root0, 0, ACPI.CXL, cxl_test)",
	 SETS(SETS_TEXT, filter.buses)},
	{.name = "memdev",
	 .key = 'm',
	 .arg = "MEMDEV",
	 .help = "Restrict to these memdevs (mem0, 0)",
	 SETS(SETS_TEXT, filter.memdevs)},
	{.name = "region",
	 .key = 'r',
	 .arg = "REGION",
	 .help = "Restrict to these regions (region0, 0)",
	 SETS(SETS_TEXT, filter.regions)},
	{.name = "host",
	 .arg = "HOST",
	 .help = "Restrict to these hosts (0000:35:00.0)",
	 SETS(SETS_TEXT, filter.hosts)},
	{.name = "provider",
	 .arg = "DRIVER",
	 .help = "Restrict to these drivers (sfc)",
	 SETS(SETS_TEXT, filter.providers)},
	{0},
};

const struct command_option listing_output_table[] = {
	{.name = "human",
	 .key = 'u',
	 .help = "Print human-readable sizes and addresses",
	 SETS(SETS_TRUE, human)},
	{.name = "table", .help = "Print a table", SETS(SETS_BY, form), .parse = set_table},
	{.name = "tree", .help = "Print a tree", SETS(SETS_BY, form), .parse = set_tree},
	{.name = "output",
	 .key = 'o',
	 .arg = "COLUMNS",
	 .help = "Choose the columns of the table or tree; +COLUMNS adds to the default ones",
	 SETS(SETS_TEXT, columns)},
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
	int rc = snapshot_take(ROOT_LIVE, snapshot);

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
	if (options->verbose)
		snapshot_read_pci_devices(&snapshot);
	attach_infer(&snapshot, &answers);
	output.answers = &answers;
	output.human = options->human && !output.table;
	status = print(&output);
	attach_answers_release(&answers);
	snapshot_release(&snapshot);
	return status;
}
