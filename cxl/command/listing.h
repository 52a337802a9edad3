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
 * What list-attach and list-locked have in common: the way from a snapshot to JSON, a table or a
 * tree. A listing itself only says what its items are.
 */

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
	/* The same, with all that a filter chooses it by: a new string; and of hosts without it */
	char *(*describe_at)(const struct snapshot *snapshot, size_t index);
	char *(*describe_host_at)(const struct snapshot *snapshot, size_t index); /* may be NULL */
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

/** listing_take_snapshot() - read the machine, with messages on stderr; 0 or a negative errno */
int listing_take_snapshot(const char *command, struct snapshot *snapshot);

/** listing_end() - the exit status after printing returned @rc; if that failed, with a message */
int listing_end(const char *command, int status, int rc);

#endif
