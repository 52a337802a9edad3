// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

#include "config.h"
#include "cxl/command/detach-output.h"
#include "util/cleanup.h"
#include "util/exit-status.h"
#include "util/json.h"
#include "util/memory.h"
#include "util/options.h"
#include "util/replace.h"

static void cannot_write(const struct detach_output *output, int rc)
{
	fprintf(stderr, "%s: %s: cannot write the HTML file: %s\n", output->command, output->file,
		replace_why(rc));
}

/* When and on which kernel: whoever opens the file later has to know */
static void add_origin(struct html *page)
{
	struct utsname kernel;
	char date[32];
	struct tm now;
	time_t seconds = time(NULL);

	uname(&kernel);
	gmtime_r(&seconds, &now);
	strftime(date, sizeof(date), "%F %T UTC", &now);
	html_add(page,
		 "<dl><dt>Date</dt><dd>%s</dd><dt>Kernel</dt><dd>%s</dd>"
		 "<dt>Made by</dt><dd>cxl-attach %s</dd></dl>\n",
		 date, kernel.release, PROGRAM_VERSION);
}

int detach_page(struct detach_output *output, const struct option_arguments *memdevs)
{
	_cleanup_free_ char *title = memory_check(strdup(output->command));
	int rc = output->file ? replace_check(output->file) : 0;

	if (!output->file)
		return EXIT_DONE;
	if (rc < 0) {
		cannot_write(output, rc);
		return EXIT_FAILED;
	}
	for (int i = 0; i < memdevs->count; i++) {
		_cleanup_free_ char *before = title;

		title = xasprintf("%s %s", before, memdevs->list[i]);
	}
	html_begin(&output->page, title);
	add_origin(&output->page);
	return EXIT_DONE;
}

int detach_output(struct detach_output *output, struct json_object *json, int status)
{
	int rc;

	if (output->is_drawn) {
		json_object_put(json);
		rc = json_flush();
	} else {
		rc = json_print(json);
	}
	if (rc < 0) {
		fprintf(stderr, "%s: cannot write the report: %s\n", output->command,
			strerror(-rc));
		status = EXIT_FAILED;
	}
	rc = output->file ? html_write(&output->page, output->file) : 0;
	if (rc == 0)
		return status;
	cannot_write(output, rc);
	return status ?: EXIT_FAILED;
}
