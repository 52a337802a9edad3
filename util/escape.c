// SPDX-License-Identifier: LGPL-2.1-only
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"
#include "util/escape.h"
#include "util/json.h"
#include "util/memory.h"

#define REPLACEMENT_CHARACTER "\xef\xbf\xbd"

struct replacement {
	const char *from, *to;
};

/* "&quot;": no replacement is longer. */
#define LONGEST 6

static const struct replacement of_html[] = {
	{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\"", "&quot;"},
	{"'", "&#39;"}, {"\n", "\n"},  {"\t", "\t"},  {NULL, NULL},
};

static const struct replacement of_dot[] = {
	{"\\", "\\\\"}, {"\"", "\\\""}, {"&", "&amp;"}, {NULL, NULL}};

/*
 * How many bytes the character has that begins there, if it is one that XML has not (section 2.2 of
 * XML 1.0), or a control character; else 0. @text is UTF-8.
 */
static size_t unprintable(const unsigned char *text)
{
	if (text[0] < 0x20 || text[0] == 0x7f)
		return 1;
	if (text[0] == 0xc2 && text[1] < 0xa0)
		return 2;
	return text[0] == 0xef && text[1] == 0xbf && text[2] >= 0xbe ? 3 : 0;
}

static const struct replacement *find(const struct replacement *list, const char *text)
{
	for (; list->from; list++) {
		if (strncmp(text, list->from, strlen(list->from)) == 0)
			return list;
	}
	return NULL;
}

static char *replace(const char *text, const struct replacement *list)
{
	_cleanup_free_ char *valid = json_valid_text(text);
	char *result = memory_check(malloc(strlen(valid) * LONGEST + 1)), *out = result;
	const char *at = valid;

	while (*at) {
		const struct replacement *replacement = find(list, at);
		size_t length = unprintable((const unsigned char *)at);

		if (replacement) {
			out = stpcpy(out, replacement->to);
			at += strlen(replacement->from);
		} else if (length > 0) {
			out = stpcpy(out, REPLACEMENT_CHARACTER);
			at += length;
		} else {
			*out++ = *at++;
		}
	}
	*out = '\0';
	return result;
}

char *escape_html(const char *text)
{
	return replace(text, of_html);
}

char *escape_dot(const char *text)
{
	return replace(text, of_dot);
}
