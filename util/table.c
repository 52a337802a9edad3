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
	const struct table_column **columns; /* those that are shown */
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

static void add_column(struct table *table, const struct table_column *column, bool tree)
{
	bool right = column->cell == CELL_NUMBER || column->cell == CELL_SIZE;
	int flags =
		(right ? SCOLS_FL_RIGHT : 0) | (tree && table->nr_columns == 0 ? SCOLS_FL_TREE : 0);

	memory_check(scols_table_new_column(table->scols, column->name, 0, flags));
	*APPEND(table->columns, table->nr_columns) = column;
}

/* NULL, or a pointer to the first of @names that is not the name of a column */
static const char *add_columns(struct table *table, const struct table_column *columns,
			       const char *names, bool tree)
{
	while (*names) {
		size_t length = strcspn(names, ",");
		const struct table_column *column = find_column(columns, names, length);

		if (!column)
			return names;
		add_column(table, column, tree);
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
			const char *standard, bool tree, const char **unknown)
{
	struct table *table = memory_check(calloc(1, sizeof(*table)));

	*unknown = NULL;
	characters_use_locale();
	table->scols = memory_check(scols_new_table());
	if (!chosen || *chosen == '+')
		*unknown = add_columns(table, columns, standard, tree);
	if (chosen && !*unknown)
		*unknown = add_columns(table, columns, chosen + (*chosen == '+'), tree);
	if (!*unknown)
		return table;
	release(table);
	return NULL;
}

static char *cell_text(const struct table_column *column, struct json_object *value)
{
	bool number = json_object_is_type(value, json_type_int);

	switch (column->cell) {
	case CELL_SIZE:
		if (number)
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
		text = cell_text(column, value);
		if (scols_line_set_data(line, i, text))
			memory_check(NULL);
	}
	return (struct table_row *)line;
}

int table_print(struct table *table)
{
	int rc = scols_print_table(table->scols);

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
