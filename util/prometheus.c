// SPDX-License-Identifier: LGPL-2.1-only
#include <inttypes.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"
#include "util/json.h"
#include "util/memory.h"
#include "util/prometheus.h"

static int by_text(const void *one, const void *other)
{
	return strcmp(one, other);
}

static void forget_samples(struct prometheus *prometheus)
{
	tdestroy(prometheus->samples, free);
	prometheus->samples = NULL;
}

void prometheus_gauge(struct prometheus *prometheus, const char *name, const char *help)
{
	forget_samples(prometheus);
	prometheus->name = name;
	fprintf(prometheus->out, "# HELP %s %s\n# TYPE %s gauge\n", name, help, name);
}

static void write_value(FILE *out, const char *text)
{
	_cleanup_free_ char *valid = json_valid_text(text);

	for (const char *byte = valid; *byte; byte++) {
		if (*byte == '\\' || *byte == '"')
			fprintf(out, "\\%c", *byte);
		else if (*byte == '\n')
			fputs("\\n", out);
		else
			fputc(*byte, out);
	}
}

/* Return "{host=\"0000:35:00.0\"}", a new string; "" without labels */
static char *labels_text(const struct prometheus_label *labels)
{
	char *text = NULL;
	size_t size;
	FILE *out = memory_check(open_memstream(&text, &size));
	const char *separator = "{";

	for (; labels && labels->name; labels++) {
		if (!labels->value)
			continue;
		fprintf(out, "%s%s=\"", separator, labels->name);
		write_value(out, labels->value);
		fputc('"', out);
		separator = ",";
	}
	if (*separator == ',')
		fputc('}', out);
	if (fclose(out) == EOF)
		memory_check(NULL);
	return text;
}

void prometheus_sample(struct prometheus *prometheus, uint64_t value,
		       const struct prometheus_label *labels)
{
	char *text = labels_text(labels);
	const char *const *found = memory_check(tsearch(text, &prometheus->samples, by_text));

	if (*found == text)
		fprintf(prometheus->out, "%s%s %" PRIu64 "\n", prometheus->name, text, value);
	else
		free(text);
}

void prometheus_end(struct prometheus *prometheus)
{
	forget_samples(prometheus);
}
