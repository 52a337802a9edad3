// SPDX-License-Identifier: LGPL-2.1-only
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <libsmartcols/libsmartcols.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "util/characters.h"
#include "util/cleanup.h"
#include "util/memory.h"
#include "util/size.h"
#include "util/table.h"

struct table {
	struct libscols_table *scols;
	struct table_style style;
	const struct table_column **columns; /* the columns that are shown */
	size_t nr_columns;
};

static const struct table_column *find_column(const struct table_column *columns, const char *name,
					      size_t length)
{
	for (; columns->name; columns++) {
		if (strncasecmp(columns->name, name, length) == 0 && !columns->name[length])
			return columns;
	}
	return NULL;
}

static void add_column(struct table *table, const struct table_column *column)
{
	bool tree = table->style.form == TABLE_TREE;
	bool right = column->cell == CELL_NUMBER || column->cell == CELL_SIZE;
	int flags =
		(right ? SCOLS_FL_RIGHT : 0) | (tree && table->nr_columns == 0 ? SCOLS_FL_TREE : 0);

	memory_check(scols_table_new_column(table->scols, column->name, 0, flags));
	*APPEND(table->columns, table->nr_columns) = column;
}

/* Return NULL, or a pointer to the first of @names that is not the name of a column */
static const char *add_columns(struct table *table, const struct table_column *columns,
			       const char *names)
{
	while (*names) {
		size_t length = strcspn(names, ",");
		const struct table_column *column = find_column(columns, names, length);

		if (!column)
			return names;
		add_column(table, column);
		names += length + (names[length] == ',');
	}
	return table->nr_columns > 0 ? NULL : names;
}

static void release(struct table *table)
{
	scols_unref_table(table->scols);
	free(table->columns);
	free(table);
}

struct table *table_new(const struct table_column *columns, const char *chosen,
			const char *standard, const struct table_style *style, const char **unknown)
{
	struct table *table = memory_check(calloc(1, sizeof(*table)));

	*unknown = NULL;
	characters_use_locale();
	table->style = *style;
	table->scols = memory_check(scols_new_table());
	scols_table_enable_raw(table->scols, style->form == TABLE_RAW);
	scols_table_enable_noheadings(table->scols, style->no_headings);
	scols_table_enable_colors(table->scols, style->colors != NULL);
	if (!chosen || *chosen == '+')
		*unknown = add_columns(table, columns, standard);
	if (chosen && !*unknown)
		*unknown = add_columns(table, columns, chosen + (*chosen == '+'));
	if (!*unknown)
		return table;
	release(table);
	return NULL;
}

static char *cell_text(const struct table *table, const struct table_column *column,
		       struct json_object *value)
{
	bool number = json_object_is_type(value, json_type_int);

	switch (column->cell) {
	case CELL_SIZE:
		if (number && !table->style.bytes)
			return size_text(json_object_get_uint64(value), SIZE_LETTER);
		break;
	case CELL_ADDRESS:
		if (number)
			return xasprintf("0x%" PRIx64, json_object_get_uint64(value));
		break;
	case CELL_FLAG:
		return xasprintf("%s", json_object_get_boolean(value) ? "yes" : "no");
	case CELL_TEXT:
	case CELL_NUMBER:
		break;
	}
	return xasprintf("%s", json_object_get_string(value));
}

static void set_cell(const struct table *table, struct libscols_line *line, size_t index,
		     const char *text)
{
	const struct table_color *color = table->style.colors;

	if (scols_line_set_data(line, index, text))
		memory_check(NULL);
	for (; color && color->key; color++) {
		if (strcmp(color->key, table->columns[index]->key) == 0 &&
		    strcmp(color->text, text) == 0)
			scols_cell_set_color(scols_line_get_cell(line, index), color->color);
	}
}

struct table_row *table_row(struct table *table, struct table_row *parent,
			    struct json_object *report, struct json_object *more)
{
	struct libscols_line *line =
		memory_check(scols_table_new_line(table->scols, (struct libscols_line *)parent));

	for (size_t i = 0; i < table->nr_columns; i++) {
		const struct table_column *column = table->columns[i];
		_cleanup_free_ char *text = NULL;
		struct json_object *value;

		if (!json_object_object_get_ex(report, column->key, &value) &&
		    !json_object_object_get_ex(more, column->key, &value))
			continue;
		text = cell_text(table, column, value);
		set_cell(table, line, i, text);
	}
	return (struct table_row *)line;
}

/*
 * Quote a field that contains a separator, or that has a space at an end, which a reader may strip.
 * A quote in a field is doubled.
 */
static void print_field(const char *text, bool last)
{
	bool quoted = strpbrk(text, ",\"\r\n") || *text == ' ' ||
		      (*text && text[strlen(text) - 1] == ' ');

	if (quoted)
		putchar('"');
	for (; *text; text++) {
		if (*text == '"')
			putchar('"');
		putchar(*text);
	}
	if (quoted)
		putchar('"');
	putchar(last ? '\n' : ',');
}

/* libsmartcols cannot print CSV. */
static int print_csv(const struct table *table)
{
	struct libscols_iter *lines = memory_check(scols_new_iter(SCOLS_ITER_FORWARD));
	struct libscols_line *line;
	size_t last = table->nr_columns - 1;

	for (size_t i = 0; !table->style.no_headings && i <= last; i++)
		print_field(table->columns[i]->name, i == last);
	while (scols_table_next_line(table->scols, lines, &line) == 0) {
		for (size_t i = 0; i <= last; i++) {
			const char *text = scols_cell_get_data(scols_line_get_cell(line, i));

			print_field(text ?: "", i == last);
		}
	}
	scols_free_iter(lines);
	return 0;
}

int table_print(struct table *table)
{
	int rc =
		table->style.form == TABLE_CSV ? print_csv(table) : scols_print_table(table->scols);

	release(table);
	if (rc == 0 && (fflush(stdout) == EOF || ferror(stdout)))
		rc = -(errno ?: EIO);
	return rc;
}

char *table_columns_help(const struct table_column *columns)
{
	char *text = xasprintf("Columns:\n");

	for (; columns->name; columns++) {
		char *longer = xasprintf("%s  %-14s %s\n", text, columns->name, columns->help);

		free(text);
		text = longer;
	}
	return text;
}
