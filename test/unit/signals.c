// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "attach/reason/signals.h"
#include "util/cleanup.h"
#include "util/memory.h"

/* Documentation/evidence.md and the schemas match the table. */

static char *read_source(const char *name)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", SOURCE_ROOT, name);
	FILE *file = fopen(path, "re");
	char *text = NULL;
	size_t size = 0;

	assert_non_null(file);
	assert_true(getdelim(&text, &size, '\0', file) > 0);
	fclose(file);
	return text;
}

/* A row of the table about memdevs is "| `NAME` | WEIGHT | FILE | SINCE | WHY |". */
static void check_row(const char *text, const struct signal_row *row)
{
	_cleanup_free_ char *begin = xasprintf("\n| `%s` | %d | ", row->name, row->weight);
	_cleanup_free_ char *since = xasprintf(" | %s%s| ", row->since, *row->since ? " " : "");
	const char *found = strstr(text, begin);

	if (!found)
		fail_msg("no line '%s'", begin + 1);
	if (!memmem(found, strcspn(found + 1, "\n"), since, strlen(since)))
		fail_msg("%s: not since '%s'", row->name, row->since);
}

static void the_document_has_each_row(void **state)
{
	_cleanup_free_ char *text = read_source("Documentation/evidence.md");

	(void)state;
	for (int i = 0; i < NR_SIGNALS; i++) {
		const struct signal_row *row = signal_row((enum signal)i);
		_cleanup_free_ char *quoted = xasprintf("`%s`", row->name);

		assert_non_null(strstr(text, quoted));
		if (i < HOST_MATCHES_PROVIDER || i == HOST_UNBOUND)
			check_row(text, row);
	}
}

static void the_schemas_have_each_name(void **state)
{
	static const char *const schemas[] = {"list-attach", "list-attach-follow", "list"};

	(void)state;
	for (size_t i = 0; i < sizeof(schemas) / sizeof(*schemas); i++) {
		_cleanup_free_ char *name =
			xasprintf("Documentation/schema/%s.schema.json", schemas[i]);
		_cleanup_free_ char *text = read_source(name);

		for (int j = 0; j < NR_SIGNALS; j++) {
			_cleanup_free_ char *quoted =
				xasprintf("\"%s\"", signal_row((enum signal)j)->name);

			assert_non_null(strstr(text, quoted));
		}
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_document_has_each_row),
		cmocka_unit_test(the_schemas_have_each_name),
	};

	return cmocka_run_group_tests_name("signals", tests, NULL, NULL);
}
