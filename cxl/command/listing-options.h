/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CXL_COMMAND_LISTING_OPTIONS_H
#define CXL_COMMAND_LISTING_OPTIONS_H

#include <stdbool.h>

#include "attach/reason/filter.h"
#include "util/options.h"

struct argp_state;

/* The options that list-attach and list-locked have in common */

enum listing_form {
	FORM_JSON,
	FORM_LINES, /* of JSON */
	FORM_TABLE,
	FORM_TREE,
	FORM_CSV,
	FORM_PROMETHEUS, /* the metrics of the whole machine */
};

struct listing_format {
	enum listing_form form;
	bool is_given; /* and not only the default */
};

enum listing_color {
	COLOR_AUTO, /* on a terminal, unless NO_COLOR is set */
	COLOR_ALWAYS,
	COLOR_NEVER,
};

struct listing_options {
	struct option_arguments names; /* "mem0", "0", "all"; none means every one */
	struct filter filter;
	bool all; /* also what is hidden by default */
	bool human;
	int verbose; /* 1: the evidence, and snapshot_read_pci_devices(); 2: as with @all, too */
	struct listing_format format;
	const char *columns; /* as given to -o */
	bool no_headings, raw;
	enum listing_color color;
};

/* The tables of a listing's option_set, with @base where its struct listing_options is */
#define LISTING_TABLES(base)                                                                       \
	{listing_selection_table, base},                                                           \
	{                                                                                          \
		listing_output_table, base                                                         \
	}

extern const struct command_option listing_selection_table[];
extern const struct command_option listing_output_table[];

/** listing_check() - what remains of the options once all are parsed; argp_error(3) if wrong */
void listing_check(struct listing_options *options, const char *prefix,
		   const struct argp_state *state);

/** listing_check_name() - argp_error(3) unless @name is a number, after @prefix or alone, or "all"
 */
void listing_check_name(const char *name, const char *prefix, const struct argp_state *state);

/** listing_kind() - what devices whose names begin with @prefix are called: "memdev" */
const char *listing_kind(const char *prefix);

/** listing_is_json() - is each entry printed as JSON? */
bool listing_is_json(const struct listing_options *options);

/** listing_wants_color() - are states to be colored, if a table or tree is printed? */
bool listing_wants_color(const struct listing_options *options);

#endif
