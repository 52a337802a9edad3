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

/* Characters that turn around the order of what follows them, out of the text that they are in */
static const char *const turning[] = {
	"\xd8\x9c",	/* U+061C */
	"\xe2\x80\x8e", /* U+200E */
	"\xe2\x80\x8f", /* U+200F */
	"\xe2\x80\xaa", /* U+202A */
	"\xe2\x80\xab", /* U+202B */
	"\xe2\x80\xac", /* U+202C */
	"\xe2\x80\xad", /* U+202D */
	"\xe2\x80\xae", /* U+202E */
	"\xe2\x81\xa6", /* U+2066 */
	"\xe2\x81\xa7", /* U+2067 */
	"\xe2\x81\xa8", /* U+2068 */
	"\xe2\x81\xa9", /* U+2069 */
};

/*
 * How many bytes the character has that begins there, if it is one that is not to be in the result:
 * XML has not all (section 2.2 of XML 1.0); else 0. @text is UTF-8.
 */
static size_t unprintable(const char *text)
{
	const unsigned char *bytes = (const unsigned char *)text;

	if (bytes[0] < 0x20 || bytes[0] == 0x7f)
		return 1;
	if (bytes[0] == 0xc2 && bytes[1] < 0xa0)
		return 2;
	if (bytes[0] == 0xef && bytes[1] == 0xbf && bytes[2] >= 0xbe)
		return 3;
	for (size_t i = 0; i < sizeof(turning) / sizeof(*turning); i++) {
		if (strncmp(text, turning[i], strlen(turning[i])) == 0)
			return strlen(turning[i]);
	}
	return 0;
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
		size_t length = unprintable(at);

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
