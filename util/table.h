/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef UTIL_TABLE_H
#define UTIL_TABLE_H

#include <stdbool.h>
#include <stddef.h>

struct json_object;

/*
 * Tables and trees for people, by libsmartcols, as lsblk(8) prints them: on a terminal within its
 * width, in a pipe complete. Their cells come from the JSON reports.
 */

enum table_cell {
	CELL_TEXT,
	CELL_NUMBER,
	CELL_SIZE,    /* bytes: "512M" */
	CELL_ADDRESS, /* "0x390000000" */
	CELL_FLAG,    /* "yes", "no" */
};

struct table_column {
	const char *name; /* "HOST" */
	const char *key;  /* of the JSON report */
	enum table_cell cell;
	const char *help;
};

struct table;
struct table_row;

/**
 * table_new() - an empty table
 * @columns: every column, ended by one without a name
 * @chosen: names separated by commas, in any case; one that begins with + adds to @standard
 * @standard: the names that are shown where none is chosen
 * @tree: rows are below others, drawn in the first column
 *
 * Return: the table, or NULL with @unknown pointing into @chosen, at the name of no column.
 */
struct table *table_new(const struct table_column *columns, const char *chosen,
			const char *standard, bool tree, const char **unknown);

/**
 * table_row() - one more row
 * @parent: the row that it is below in a tree; NULL: none
 * @report, @more: where the cells come from: the first that has the column's key; may be NULL
 *
 * Return: the row, which belongs to the table.
 */
struct table_row *table_row(struct table *table, struct table_row *parent,
			    struct json_object *report, struct json_object *more);

/** table_print() - print it to stdout and release it; 0 or a negative errno */
int table_print(struct table *table);

/** table_columns_help() - the columns, for --help; a new string that the caller frees */
char *table_columns_help(const struct table_column *columns);

#endif
