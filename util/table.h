/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef UTIL_TABLE_H
#define UTIL_TABLE_H

#include <stdbool.h>
#include <stddef.h>

struct json_object;

/*
 * Tables and trees for people, by libsmartcols, as lsblk(8) prints them: on a terminal within its
 * width, in a pipe complete; and the same rows for scripts. Their cells come from the JSON reports.
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

/* The color of a cell of the column @key that has this text */
struct table_color {
	const char *key, *text;
	const char *color; /* as scols_cell_set_color() takes it: "green" */
};

enum table_form {
	TABLE_ALIGNED,
	TABLE_TREE, /* rows are below others, drawn in the first column */
	TABLE_RAW,  /* as lsblk --raw: one space between cells, blanks in them as \x20 */
	TABLE_CSV,  /* RFC 4180, but with the line ends of this system */
};

struct table_style {
	enum table_form form;
	bool no_headings;
	bool bytes;			  /* sizes as a number of bytes */
	const struct table_color *colors; /* ended by one without a key; NULL: no colors */
};

struct table;
struct table_row;

/**
 * table_new() - an empty table
 * @columns: every column, ended by one without a name
 * @chosen: names separated by commas, in any case; one that begins with + adds to @standard
 * @standard: the names that are shown where none is chosen
 * @style: how it is printed; its colors stay the caller's, until the table is printed
 *
 * Return: the table, or NULL with @unknown pointing into @chosen, at the name of no column.
 */
struct table *table_new(const struct table_column *columns, const char *chosen,
			const char *standard, const struct table_style *style,
			const char **unknown);

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
