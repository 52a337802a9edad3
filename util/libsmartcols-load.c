// SPDX-License-Identifier: LGPL-2.1-only
#include <libsmartcols.h>

#include "util/library.h"

/* libsmartcols, which only tables and trees need: see util/library.h */
/* clang-format off */
#define FUNCTIONS(X) \
	X(1, const char *, scols_cell_get_data, const struct libscols_cell *) \
	X(2, int, scols_cell_set_color, struct libscols_cell *, const char *) \
	X(1, void, scols_free_iter, struct libscols_iter *) \
	X(2, struct libscols_cell *, scols_line_get_cell, struct libscols_line *, size_t) \
	X(3, int, scols_line_set_data, struct libscols_line *, size_t, const char *) \
	X(1, struct libscols_iter *, scols_new_iter, int) \
	X(0, struct libscols_table *, scols_new_table) \
	X(1, int, scols_print_table, struct libscols_table *) \
	X(2, int, scols_table_enable_colors, struct libscols_table *, int) \
	X(2, int, scols_table_enable_noheadings, struct libscols_table *, int) \
	X(2, int, scols_table_enable_raw, struct libscols_table *, int) \
	X(4, struct libscols_column *, scols_table_new_column, struct libscols_table *, \
		const char *, double, int) \
	X(2, struct libscols_line *, scols_table_new_line, struct libscols_table *, \
		struct libscols_line *) \
	X(3, int, scols_table_next_line, struct libscols_table *, struct libscols_iter *, \
		struct libscols_line **) \
	X(1, void, scols_unref_table, struct libscols_table *)
/* clang-format on */

LIBRARY_DEFINE(FUNCTIONS, "libsmartcols.so.1",
	       "libsmartcols1 (Debian, Ubuntu) or libsmartcols (Fedora)");
