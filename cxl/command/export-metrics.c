// SPDX-License-Identifier: GPL-2.0-only
#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attach/act/journal-clean.h"
#include "attach/act/journal.h"
#include "attach/model/snapshot.h"
#include "attach/reason/evidence.h"
#include "cxl/command/command.h"
#include "cxl/command/listing.h"
#include "cxl/command/messages.h"
#include "cxl/report/metrics.h"
#include "util/cleanup.h"
#include "util/json.h"
#include "util/memory.h"
#include "util/options.h"
#include "util/write.h"

#define NAME "cxl export-metrics"

struct options {
	const char *output; /* the file to replace; NULL: stdout */
};

static const struct command_option table[] = {
	{.name = "output",
	 .key = 'o',
	 .arg = "FILE",
	 .help = "Replace FILE, once everything has been read, instead of printing",
	 .sets = SETS_TEXT,
	 .offset = OPTION_IN(struct options, output)},
	OPTION_DEBUG,
	{0},
};

static const struct option_table tables[] = {
	{table, 0},
	{0},
};

static void check(void *values, const struct argp_state *state)
{
	const struct options *options = values;

	if (options->output && *options->output == '\0')
		argp_error(state, "--output needs the name of a file");
}

static const struct option_set option_set = {
	.tables = tables,
	.about = "Print the state of attached memory as metrics, in the text format of Prometheus: "
		 "memdevs by state, regions by lock reason, sizes, what is detached since when. "
		 "They are for the text-file collector of Prometheus' node_exporter.",
	.examples = "Examples:\n"
		    "  cxl export-metrics\n"
		    "  cxl export-metrics -o /var/lib/prometheus/node-exporter/cxl.prom\n"
		    "\nExit status: 0 done, 1 failed, 2 wrong usage.",
	.check = check,
};

static bool is_stuck(const struct journal_entry *entry)
{
	if (entry->error)
		return true;
	for (size_t i = 0; i < entry->nr_hosts; i++) {
		if (journal_host_is_gone(entry, &entry->hosts[i]))
			return true;
	}
	return false;
}

/* All metrics, as a new string that the caller frees */
static char *metrics_text(const struct snapshot *snapshot)
{
	struct attach_answers answers;
	struct metrics_source source = {.answers = &answers};
	struct journal_entry *entries = journal_load(&source.nr_entries);
	char *text = NULL;
	size_t size;
	FILE *out = memory_check(open_memstream(&text, &size));

	attach_infer(snapshot, &answers);
	say_unreadable(NAME, entries, source.nr_entries);
	source.entries = entries;
	for (size_t i = 0; i < source.nr_entries; i++)
		source.nr_stuck += is_stuck(&entries[i]);
	metrics_print(out, &source);
	if (fclose(out) == EOF)
		memory_check(NULL);
	journal_release(entries, source.nr_entries);
	attach_answers_release(&answers);
	return text;
}

static int print(const char *text)
{
	fputs(text, stdout);
	return listing_end(NAME, EXIT_DONE, json_flush());
}

/* What may lack something does not replace what lacks nothing: that is old, and its age shows. */
static int replace(const char *file, const char *text)
{
	int rc;

	if (say_unread(NAME)) {
		fprintf(stderr, NAME ": %s: not replaced\n", file);
		return EXIT_FAILED;
	}
	rc = write_replace(file, text, 0644);
	if (rc == 0)
		return EXIT_DONE;
	fprintf(stderr, NAME ": %s: cannot write it: %s\n", file, strerror(-rc));
	return EXIT_FAILED;
}

static int export_metrics(int argc, char **argv)
{
	struct options options = {0};
	_cleanup_free_ char *text = NULL;
	struct snapshot snapshot;

	options_parse(&option_set, argc, argv, &options);
	if (listing_take_snapshot(NAME, &snapshot) < 0)
		return EXIT_FAILED;
	text = metrics_text(&snapshot);
	snapshot_release(&snapshot);
	return options.output ? replace(options.output, text) : print(text);
}

const struct cxl_command export_metrics_command = {
	.name = "export-metrics",
	.help = "print the state of attached memory as metrics for Prometheus",
	.run = export_metrics,
};
