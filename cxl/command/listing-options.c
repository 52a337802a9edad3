// SPDX-License-Identifier: GPL-2.0-only
#include <argp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cxl/command/listing-options.h"

/* A new format is added here, and where listing.c begins and ends the output. */
static const struct {
	const char *name;
	enum listing_form form;
} formats[] = {
	{"json", FORM_JSON}, {"jsonl", FORM_LINES}, {"table", FORM_TABLE},
	{"tree", FORM_TREE}, {"csv", FORM_CSV},	    {"prometheus", FORM_PROMETHEUS},
};

static void set_form(struct listing_format *format, enum listing_form form)
{
	*format = (struct listing_format){.form = form, .is_given = true};
}

static void parse_format(const char *arg, void *value, const struct argp_state *state)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++) {
		if (strcmp(formats[i].name, arg) == 0) {
			set_form(value, formats[i].form);
			return;
		}
	}
	argp_error(state,
		   "invalid format '%s' (expected json, jsonl, table, tree, csv or prometheus)",
		   arg);
}

static void set_table(const char *arg, void *value, const struct argp_state *state)
{
	(void)arg;
	(void)state;
	set_form(value, FORM_TABLE);
}

static void set_tree(const char *arg, void *value, const struct argp_state *state)
{
	(void)arg;
	(void)state;
	set_form(value, FORM_TREE);
}

static void parse_color(const char *arg, void *value, const struct argp_state *state)
{
	enum listing_color *color = value;

	if (!arg || strcmp(arg, "always") == 0)
		*color = COLOR_ALWAYS;
	else if (strcmp(arg, "auto") == 0)
		*color = COLOR_AUTO;
	else if (strcmp(arg, "never") == 0)
		*color = COLOR_NEVER;
	else
		argp_error(state, "invalid color '%s' (expected auto, always or never)", arg);
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
	 .help = "Restrict to these hosts (0000:35:00.0, 35:00.0)",
	 SETS(SETS_TEXT, filter.hosts)},
	{.name = "provider",
	 .arg = "DRIVER",
	 .help = "Restrict to these drivers (sfc)",
	 SETS(SETS_TEXT, filter.providers)},
	{0},
};

const struct command_option listing_output_table[] = {
	{.name = "verbose",
	 .key = 'v',
	 .help = "Print the evidence, too, and more about hosts on PCI; -vv: as -v --all",
	 SETS(SETS_COUNT, verbose)},
	{.name = "human",
	 .key = 'u',
	 .help = "Print human-readable sizes and addresses",
	 SETS(SETS_TRUE, human)},
	{.name = "format",
	 .arg = "FORMAT",
	 .help = "Print json (the default), jsonl (one line for each entry), table, tree or csv; "
		 "or prometheus: the metrics of the whole machine",
	 SETS(SETS_BY, format),
	 .parse = parse_format},
	{.name = "table",
	 .help = "Print a table, as --format table",
	 SETS(SETS_BY, format),
	 .parse = set_table},
	{.name = "tree",
	 .help = "Print a tree, as --format tree",
	 SETS(SETS_BY, format),
	 .parse = set_tree},
	{.name = "output",
	 .key = 'o',
	 .arg = "COLUMNS",
	 .help = "Choose the columns; +COLUMNS adds to the default ones; help lists them",
	 SETS(SETS_TEXT, columns)},
	{.name = "no-headings",
	 .key = 'n',
	 .help = "Print no line of headings",
	 SETS(SETS_TRUE, no_headings)},
	{.name = "raw",
	 .help = "Print the table with one space between cells, and blanks in them as \\x20",
	 SETS(SETS_TRUE, raw)},
	{.name = "color",
	 .arg = "auto|always|never",
	 .help = "Color the states in a table or tree; auto (the default): on a terminal",
	 SETS(SETS_BY_OPTIONAL, color),
	 .parse = parse_color},
	OPTION_DEBUG,
	{0},
};

const char *listing_kind(const char *prefix)
{
	return strcmp(prefix, "mem") == 0 ? "memdev" : prefix;
}

void listing_check_name(const char *name, const char *prefix, const struct argp_state *state)
{
	const char *number = name;

	if (strcmp(name, "all") == 0)
		return;
	if (strncmp(name, prefix, strlen(prefix)) == 0)
		number += strlen(prefix);
	if (*number == '\0' || number[strspn(number, "0123456789")] != '\0')
		argp_error(state, "invalid %s name '%s' (expected %s0 or 0)", listing_kind(prefix),
			   name, prefix);
}

bool listing_is_json(const struct listing_options *options)
{
	return options->format.form == FORM_JSON || options->format.form == FORM_LINES;
}

/* The metrics cover the whole machine. An option that selects a part of it is refused. */
static void check_prometheus(const struct listing_options *options, const struct argp_state *state)
{
	if (options->names.count > 0 || filter_is_set(&options->filter) || options->all ||
	    options->human || options->verbose > 0 || options->columns || options->no_headings ||
	    options->raw)
		argp_error(state, "--format prometheus excludes names and all other options");
}

void listing_check(struct listing_options *options, const char *prefix,
		   const struct argp_state *state)
{
	bool table = options->columns || options->raw || options->no_headings;

	for (int i = 0; i < options->names.count; i++)
		listing_check_name(options->names.list[i], prefix, state);
	if (options->format.form == FORM_PROMETHEUS)
		check_prometheus(options, state);
	if (table && !options->format.is_given)
		options->format.form = FORM_TABLE;
	if (table && listing_is_json(options))
		argp_error(state, "--output, --no-headings and --raw need a table, a tree or CSV");
	if (options->raw && options->format.form != FORM_TABLE)
		argp_error(state, "--raw needs a table");
	if (options->verbose > 1)
		options->all = true;
	if (options->verbose > 0 && !listing_is_json(options))
		argp_error(state, "--verbose needs JSON (json or jsonl)");
}

bool listing_wants_color(const struct listing_options *options)
{
	const char *no_color = getenv("NO_COLOR"), *terminal = getenv("TERM");

	if (options->color != COLOR_AUTO)
		return options->color == COLOR_ALWAYS;
	return !(no_color && *no_color) && !(terminal && strcmp(terminal, "dumb") == 0) &&
	       isatty(STDOUT_FILENO);
}
