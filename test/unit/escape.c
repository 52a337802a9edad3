// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "util/cleanup.h"
#include "util/escape.h"

#define REPLACED "\xef\xbf\xbd"

struct example {
	const char *text, *escaped;
};

static void escapes(char *(*escape)(const char *text), const struct example *examples, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		_cleanup_free_ char *escaped = escape(examples[i].text);

		assert_string_equal(escaped, examples[i].escaped);
	}
}

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static void html(void **state)
{
	static const struct example examples[] = {
		{"", ""},
		{"0000:11:00.0", "0000:11:00.0"},
		{"<script>", "&lt;script&gt;"},
		{"a&b &amp; c", "a&amp;b &amp;amp; c"},
		{"\" onclick='x'", "&quot; onclick=&#39;x&#39;"},
		{"line\n\tline", "line\n\tline"},
		{"]]> --> \\", "]]&gt; --&gt; \\"},
		{"\x01\x1b[2J\r\x7f", REPLACED REPLACED "[2J" REPLACED REPLACED},
		/* é; a character of 4 bytes; the control character U+0085; U+FFFE and U+FFFF */
		{"\xc3\xa9 \xf0\x9f\x98\x80", "\xc3\xa9 \xf0\x9f\x98\x80"},
		{"\xc2\x85\xc2\xa0", REPLACED "\xc2\xa0"},
		{"\xef\xbf\xbe\xef\xbf\xbf\xef\xbf\xbd", REPLACED REPLACED REPLACED},
		/* U+202E would have what follows it read from right to left, on the whole line. */
		{"a\xe2\x80\xae"
		 "b\xd8\x9c",
		 "a" REPLACED "b" REPLACED},
		{"\xe2\x80\x90\xd8\x9b", "\xe2\x80\x90\xd8\x9b"},
		/* Not UTF-8: a byte alone, one cut off, a surrogate, and a "<" in an overlong form
		 */
		{"\xff", REPLACED},
		{"<\xc3", "&lt;" REPLACED},
		{"\xed\xa0\x80", REPLACED REPLACED REPLACED},
		{"\xc0\xbc", REPLACED REPLACED},
	};

	(void)state;
	escapes(escape_html, examples, COUNT(examples));
}

static void dot(void **state)
{
	static const struct example examples[] = {
		{"", ""},
		{"cxl_type2_accel.0", "cxl_type2_accel.0"},
		{"a\"b", "a\\\"b"},
		{"ends\\", "ends\\\\"},
		{"\\\"", "\\\\\\\""},
		/* Graphviz would put the name of the graph, or a line break, there. */
		{"\\G\\n", "\\\\G\\\\n"},
		{"a&lt;b", "a&amp;lt;b"},
		{"<b>", "<b>"},
		{"line\nline\t", "line" REPLACED "line" REPLACED},
		{"\xff\xc3\xa9", REPLACED "\xc3\xa9"},
	};

	(void)state;
	escapes(escape_dot, examples, COUNT(examples));
}

/* Whatever a name has in it, nothing is left of it that ends an attribute, or begins an element. */
static void every_character(void **state)
{
	(void)state;
	for (int one = 1; one < 256; one++) {
		for (int other = 1; other < 256; other++) {
			const char text[] = {(char)one, (char)other, '\0'};
			_cleanup_free_ char *of_html = escape_html(text),
					    *of_dot = escape_dot(text);
			size_t quote = strcspn(of_dot, "\"");

			assert_null(strpbrk(of_html, "<>\"'\r\x7f\x01\x0c"));
			assert_true(!of_dot[quote] || (quote > 0 && of_dot[quote - 1] == '\\'));
			assert_null(strpbrk(of_dot, "\n\r\x01\x7f"));
		}
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(html),
		cmocka_unit_test(dot),
		cmocka_unit_test(every_character),
	};

	return cmocka_run_group_tests_name("escape", tests, NULL, NULL);
}
