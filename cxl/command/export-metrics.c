// SPDX-License-Identifier: GPL-2.0-only
#include <argp.h>
#include <stdio.h>

#include "cxl/command/command.h"
#include "cxl/command/messages.h"
#include "cxl/command/print-metrics.h"
#include "util/cleanup.h"
#include "util/interrupt.h"
#include "util/options.h"
#include "util/replace.h"

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

/*
 * Incomplete metrics must not replace complete ones. The file then becomes old, and a reader sees
 * its age.
 */
static int replace(const char *file, const char *text)
{
	int rc;

	if (say_unread(NAME)) {
		fprintf(stderr, NAME ": %s: not replaced\n", file);
		return EXIT_FAILED;
	}
	/*
	 * A signal waits, because it must not leave the new file behind under its temporary name.
	 */
	interrupt_waits(NAME, "a file beside the one to replace may be left");
	rc = replace_file(file, text);
	if (rc < 0)
		fprintf(stderr, NAME ": %s: cannot write it: %s\n", file, replace_why(rc));
	else
		say_interrupted(NAME, "the file is replaced");
	interrupt_obey();
	return rc < 0 ? EXIT_FAILED : EXIT_DONE;
}

static int export_metrics(int argc, char **argv)
{
	struct options options = {0};
	_cleanup_free_ char *text = NULL;

	options_parse(&option_set, argc, argv, &options);
	if (!options.output)
		return print_metrics(NAME);
	text = metrics_text(NAME);
	return text ? replace(options.output, text) : EXIT_FAILED;
}

const struct cxl_command export_metrics_command = {
	.name = "export-metrics",
	.help = "print the state of attached memory as metrics for Prometheus",
	.run = export_metrics,
};
