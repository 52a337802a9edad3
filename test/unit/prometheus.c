// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "util/prometheus.h"

/* The output of a test, and the expected text */
struct output {
	struct prometheus prometheus;
	char *text;
	size_t size;
};

static void begin(struct output *output)
{
	*output = (struct output){0};
	output->prometheus.out = open_memstream(&output->text, &output->size);
	assert_non_null(output->prometheus.out);
	prometheus_gauge(&output->prometheus, "size_bytes", "How large it is.");
}

static void end(struct output *output, const char *expected)
{
	prometheus_end(&output->prometheus);
	assert_int_equal(fclose(output->prometheus.out), 0);
	assert_string_equal(output->text, expected);
	free(output->text);
}

#define HEAD "# HELP size_bytes How large it is.\n# TYPE size_bytes gauge\n"

static void values_are_escaped(void **state)
{
	struct output output;

	(void)state;
	begin(&output);
	prometheus_sample(&output.prometheus, 1, PROMETHEUS_LABELS({"name", "a\\b\"c\nd{e},=f"}));
	prometheus_sample(&output.prometheus, 2, PROMETHEUS_LABELS({"name", "\xff\xc3\xa9"}));
	prometheus_sample(&output.prometheus, UINT64_MAX, PROMETHEUS_LABELS({"name", ""}));
	end(&output, HEAD "size_bytes{name=\"a\\\\b\\\"c\\nd{e},=f\"} 1\n"
			  "size_bytes{name=\"\xef\xbf\xbd\xc3\xa9\"} 2\n"
			  "size_bytes{name=\"\"} 18446744073709551615\n");
}

static void unknown_labels_are_left_out(void **state)
{
	struct output output;

	(void)state;
	begin(&output);
	prometheus_sample(&output.prometheus, 1,
			  PROMETHEUS_LABELS({"one", NULL}, {"other", "x"}, {"last", NULL}));
	prometheus_sample(&output.prometheus, 2, PROMETHEUS_LABELS({"one", NULL}));
	end(&output, HEAD "size_bytes{other=\"x\"} 1\nsize_bytes 2\n");
}

static void a_sample_is_there_once(void **state)
{
	struct output output;

	(void)state;
	begin(&output);
	prometheus_sample(&output.prometheus, 1, PROMETHEUS_LABELS({"name", "x"}));
	prometheus_sample(&output.prometheus, 2, PROMETHEUS_LABELS({"name", "x"}));
	prometheus_sample(&output.prometheus, 3, NULL);
	prometheus_sample(&output.prometheus, 4, PROMETHEUS_LABELS({"name", NULL}));
	prometheus_gauge(&output.prometheus, "other", "Another one.");
	prometheus_sample(&output.prometheus, 5, PROMETHEUS_LABELS({"name", "x"}));
	end(&output, HEAD "size_bytes{name=\"x\"} 1\nsize_bytes 3\n"
			  "# HELP other Another one.\n# TYPE other gauge\nother{name=\"x\"} 5\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_escaped),
		cmocka_unit_test(unknown_labels_are_left_out),
		cmocka_unit_test(a_sample_is_there_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
