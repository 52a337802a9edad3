/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef UTIL_HTML_H
#define UTIL_HTML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/*
 * A page of HTML in one file: it needs no network, no script and no other file, is dark or light as
 * the reader has it, and is also well-formed XML.
 *
 *	struct html page;
 *	html_begin(&page, "Title");
 *	html_add(&page, "<p>%s</p>\n", "this & that");
 *	rc = html_write(&page, "page.html");
 *	html_release(&page);
 *
 * When memory runs out, the functions end the program with a message (util/memory.h).
 */

struct html {
	FILE *stream; /* writes to @text */
	char *text;
	size_t length;
};

struct html_column {
	const char *heading;
	bool has_numbers; /* its cells are of the class "number" */
};

/** html_begin() - a page with that title and heading; released with html_release() */
void html_begin(struct html *page, const char *title);

/**
 * html_add() - markup, with texts and numbers in it
 * @format: of the conversions of printf(3) only %s, %zu and %.3f; each text is escaped
 */
void html_add(struct html *page, const char *format, ...) __attribute__((format(printf, 2, 3)));

/**
 * html_table() - begin a table, in a frame that scrolls where the table is too wide
 * @columns: ended by one without a heading
 *
 * Rows follow, as markup, and html_table_end().
 */
void html_table(struct html *page, const char *caption, const struct html_column *columns);
void html_table_end(struct html *page);

/**
 * html_result() - how something ended, as a symbol and a word: no reader needs the color
 * @class: "passed", "failed" or "unknown", which says the symbol
 */
void html_result(struct html *page, const char *class, const char *word);

/** html_write() - end the page, and put it into the file, as replace_file(); 0 or a negative errno
 */
int html_write(struct html *page, const char *path);

void html_release(struct html *page);

#endif
