/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CXL_COMMAND_LISTING_OPTIONS_H
#define CXL_COMMAND_LISTING_OPTIONS_H

#include <stdbool.h>

#include "attach/reason/filter.h"
#include "util/options.h"

struct argp_state;

/* The common options of list-attach and list-locked */

enum listing_form {
	FORM_JSON,
	FORM_LINES, /* one object of JSON in each line */
	FORM_TABLE,
	FORM_TREE,
	FORM_CSV,
	FORM_PROMETHEUS, /* metrics of the whole machine */
};

struct listing_format {
	enum listing_form form;
	bool is_given; /* the form was given, and is not the default */
};

enum listing_color {
	COLOR_AUTO, /* on a terminal, unless NO_COLOR is set */
	COLOR_ALWAYS,
	COLOR_NEVER,
};

struct listing_options {
	struct option_arguments names; /* "mem0", "0", "all"; no name means all */
	struct filter filter;
	bool all; /* also list what is hidden by default */
	bool human;
	int verbose; /* 1: the evidence, and snapshot_read_pci_devices(); 2: also as @all */
	struct listing_format format;
	const char *columns; /* the argument of -o */
	bool no_headings, raw;
	enum listing_color color;
};

/* The tables for a listing's option_set, whose @base is the offset of its struct listing_options */
#define LISTING_TABLES(base)                                                                       \
	{listing_selection_table, base},                                                           \
	{                                                                                          \
		listing_output_table, base                                                         \
	}

extern const struct command_option listing_selection_table[];
extern const struct command_option listing_output_table[];

/**
 * listing_check() - complete and check the parsed options; calls argp_error(3) if they are invalid
 */
void listing_check(struct listing_options *options, const char *prefix,
		   const struct argp_state *state);

/**
 * listing_check_name() - check for a number, with @prefix or without it, or "all"
 *
 * Calls argp_error(3) if @name is anything else.
 */
void listing_check_name(const char *name, const char *prefix, const struct argp_state *state);

/** listing_kind() - return the kind of devices whose names begin with @prefix: "memdev" */
const char *listing_kind(const char *prefix);

/** listing_is_json() - test whether each item is printed as JSON */
bool listing_is_json(const struct listing_options *options);

/** listing_wants_color() - test whether a table or tree has colored states */
bool listing_wants_color(const struct listing_options *options);

#endif
