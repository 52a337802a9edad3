/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CXL_COMMAND_LISTING_H
#define CXL_COMMAND_LISTING_H

#include <stdbool.h>
#include <stddef.h>

#include "cxl/command/listing-options.h"
#include "util/json.h"

struct attach_answers;
struct snapshot;
struct table;
struct table_column;
struct table_row;

/*
 * The common part of list-attach and list-locked: from a snapshot to JSON, a table or a tree. A
 * listing itself only says what its items are.
 */

struct listing_output;

struct listing {
	const char *command; /* the name in messages: "cxl list-attach" */
	/*
	 * The prefix of the devices that arguments and filters choose: "mem"; NULL: they choose
	 * none
	 */
	const char *prefix;
	const struct table_column *columns; /* all columns, ended by a column without a name */
	const char *table_columns;	    /* the columns of --table without -o: "MEMDEV,HOST" */
	const char *tree_columns;
	/* The key of an array in an item's report: a table has a row for each of its elements */
	const char *rows;
	/*
	 * The name of the device at @index that an argument can choose; NULL after the last device
	 */
	const char *(*name_at)(const struct snapshot *snapshot, size_t index);
	/* The name and the properties by which a filter chooses it: a new string */
	char *(*describe_at)(const struct snapshot *snapshot, size_t index);
	char *(*describe_host_at)(
		const struct snapshot *snapshot,
		size_t index); /* the same for hosts without a device; may be NULL */
	/* Print every selected item, by listing_item() or listing_branch(), and count it */
	void (*print)(struct listing_output *output);
	/* It prints neither JSON nor a table, but a text of its own */
	bool has_own_form;
};

/* The output of a listing */
struct listing_output {
	const struct listing *listing;
	const struct listing_options *options;
	const struct attach_answers *answers; /* with their snapshot */
	bool human; /* reports have sizes as text; false for a table, which formats them itself */
	struct table *table; /* NULL: JSON */
	struct json_stream stream;
	size_t count; /* the number of items */
};

/** listing_run() - read the machine and print the listing; returns the exit status */
int listing_run(const struct listing *listing, const struct listing_options *options);

/**
 * listing_selects() - test whether the arguments choose that device
 *
 * A @hidden device is only chosen by its name or by --all.
 */
bool listing_selects(const struct listing_output *output, const char *name, bool hidden);

/** listing_item() - print one item as JSON, or as rows of a table; @report is released */
void listing_item(struct listing_output *output, const char *name, struct json_object *report);

/**
 * listing_branch() - print one line of a tree
 * @parent: the line above it; NULL: none
 * @report: released
 */
struct table_row *listing_branch(struct listing_output *output, struct table_row *parent,
				 const char *name, struct json_object *report);

/** listing_take_snapshot() - read the machine, with messages on stderr; 0 or a negative errno */
int listing_take_snapshot(const char *command, struct snapshot *snapshot);

/** listing_end() - return the exit status after printing; if @rc is an error, print a message */
int listing_end(const char *command, int status, int rc);

#endif
