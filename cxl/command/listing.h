/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CXL_COMMAND_LISTING_H
#define CXL_COMMAND_LISTING_H

#include <stdbool.h>
#include <stddef.h>

#include "attach/reason/filter.h"
#include "util/json.h"
#include "util/options.h"

struct argp_state;
struct attach_answers;
struct snapshot;
struct table;
struct table_column;
struct table_row;

/*
 * What list-attach and list-locked have in common: their options, and the way from a snapshot to
 * JSON, a table or a tree. A listing itself only says what its items are.
 */

enum listing_form {
	FORM_JSON,
	FORM_TABLE,
	FORM_TREE,
};

struct listing_options {
	struct option_arguments names; /* as given: "mem0", "0"; none means every one */
	struct filter filter;
	bool all; /* also what is hidden by default */
	bool human;
	bool verbose; /* also what else there is about hosts: snapshot_read_pci_devices() */
	enum listing_form form;
	const char *columns; /* as given to -o */
};

/* The tables of a listing's option_set, with @base where its struct listing_options is */
#define LISTING_TABLES(base)                                                                       \
	{listing_selection_table, base},                                                           \
	{                                                                                          \
		listing_output_table, base                                                         \
	}

extern const struct command_option listing_selection_table[];
extern const struct command_option listing_output_table[];

struct listing_output;

struct listing {
	const char *command; /* for messages: "cxl list-attach" */
	/* Of the devices that arguments and filters choose: "mem"; NULL: they choose none */
	const char *prefix;
	const struct table_column *columns; /* every one; ended by one without a name */
	const char *table_columns;	    /* those of --table without -o: "MEMDEV,HOST" */
	const char *tree_columns;
	/* An array in an item's report: a table has a row for each of its elements */
	const char *rows;
	/* The name of the device at @index that an argument can choose; NULL: there are no more */
	const char *(*name_at)(const struct snapshot *snapshot, size_t index);
	/* Print every item that is wanted, by listing_item() or listing_branch(), and count it */
	void (*print)(struct listing_output *output);
	/* It prints neither JSON nor a table, but a text of its own */
	bool has_own_form;
};

/* Where the items of a listing go */
struct listing_output {
	const struct listing *listing;
	const struct listing_options *options;
	const struct attach_answers *answers; /* with the snapshot that they are about */
	bool human;	     /* reports with text: not for a table, which has its own */
	struct table *table; /* NULL: JSON */
	struct json_stream stream;
	size_t count; /* of items */
};

/** listing_run() - read the machine and print the listing; returns the exit status */
int listing_run(const struct listing *listing, const struct listing_options *options);

/** listing_selects() - do the arguments choose that device? @hidden: not without name or --all */
bool listing_selects(const struct listing_output *output, const char *name, bool hidden);

/** listing_item() - print one item as JSON, or as rows of a table; @report is released */
void listing_item(struct listing_output *output, const char *name, struct json_object *report);

/**
 * listing_branch() - one line of a tree
 * @parent: the line that it is below; NULL: none
 * @report: released
 */
struct table_row *listing_branch(struct listing_output *output, struct table_row *parent,
				 const char *name, struct json_object *report);

/** listing_check() - what remains of the options once all are parsed; argp_error(3) if wrong */
void listing_check(struct listing_options *options, const char *prefix,
		   const struct argp_state *state);

/** listing_check_name() - argp_error(3) unless @name is a number, after @prefix or alone */
void listing_check_name(const char *name, const char *prefix, const struct argp_state *state);

/** listing_take_snapshot() - read the machine, with messages on stderr; 0 or a negative errno */
int listing_take_snapshot(const char *command, struct snapshot *snapshot);

/** listing_end() - the exit status after printing returned @rc; if that failed, with a message */
int listing_end(const char *command, int status, int rc);

#endif
