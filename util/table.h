/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef UTIL_TABLE_H
#define UTIL_TABLE_H

#include <stdbool.h>
#include <stddef.h>

struct json_object;

/*
 * Tables and trees for people, by libsmartcols, as lsblk(8) prints them: fitted to the width of a
 * terminal, complete in a pipe. Scripts get the same rows. The cells come from the JSON reports.
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
	const char *key;  /* the key in the JSON report */
	enum table_cell cell;
	const char *help;
};

/* The color of the cells in the column @key that have this text */
struct table_color {
	const char *key, *text;
	const char *color; /* as scols_cell_set_color() takes it: "green" */
};

enum table_form {
	TABLE_ALIGNED,
	TABLE_TREE, /* rows are below other rows, drawn in the first column */
	TABLE_RAW,  /* as lsblk --raw: one space between cells, and \x20 for a space in a cell */
	TABLE_CSV,  /* RFC 4180, but lines end with '\n' */
};

struct table_style {
	enum table_form form;
	bool no_headings;
	bool bytes;			  /* print sizes as a number of bytes */
	const struct table_color *colors; /* ended by a color without a key; NULL: no colors */
};

struct table;
struct table_row;

/**
 * table_new() - create an empty table
 * @columns: every column, ended by a column without a name
 * @chosen: names separated by commas, in any case; a list that begins with + adds to @standard
 * @standard: the names of the columns that are shown if @chosen is NULL
 * @style: how the table is printed; the colors belong to the caller, and must stay valid until the
 * table is printed
 *
 * Return: the table, or NULL with @unknown pointing to the name in @chosen that is not a column.
 */
struct table *table_new(const struct table_column *columns, const char *chosen,
			const char *standard, const struct table_style *style,
			const char **unknown);

/**
 * table_row() - add a row
 * @parent: the row above it in a tree; NULL: none
 * @report, @more: the sources of the cells; the first that has the column's key is used; may be
 * NULL
 *
 * Return: the row, which belongs to the table.
 */
struct table_row *table_row(struct table *table, struct table_row *parent,
			    struct json_object *report, struct json_object *more);

/** table_print() - print the table to stdout and release it; 0 or a negative errno */
int table_print(struct table *table);

/** table_columns_help() - describe the columns for --help; a new string that the caller frees */
char *table_columns_help(const struct table_column *columns);

#endif
