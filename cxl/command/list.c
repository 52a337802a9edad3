// SPDX-License-Identifier: GPL-2.0-only
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <json-c/json.h>

#include "attach/model/snapshot.h"
#include "attach/reason/evidence.h"
#include "cxl/command/command.h"
#include "cxl/command/cxl-cli.h"
#include "cxl/command/listing.h"
#include "cxl/command/messages.h"
#include "cxl/command/mistyped.h"
#include "cxl/report/extend-listing.h"
#include "util/cleanup.h"
#include "util/interrupt.h"
#include "util/json.h"
#include "util/memory.h"
#include "util/progress.h"

/*
 * cxl list --attach: cxl-cli lists, with all other options. This program adds what it knows about
 * attach to every memdev and region in cxl-cli's JSON.
 */

/* Return false, after a message, if the attach state cannot be read */
static bool extend_all(struct json_object *value)
{
	struct attach_answers answers;
	struct snapshot snapshot;
	bool complete;

	if (listing_take_snapshot("cxl list", &snapshot) < 0)
		return false;
	attach_infer(&snapshot, &answers);
	complete = !say_unread("cxl list");
	if (complete)
		extend_listing(&answers, value);
	attach_answers_release(&answers);
	snapshot_release(&snapshot);
	return complete;
}

/* Print the output of cxl-cli, extended; unchanged if it is not JSON, or cannot be extended */
static int print_extended(const char *text)
{
	struct json_object *value = json_tokener_parse(text);
	bool extended = value && extend_all(value);

	if (extended)
		puts(memory_check(
			(void *)json_object_to_json_string_ext(value, JSON_C_TO_STRING_PRETTY)));
	else
		fputs(text, stdout);
	json_object_put(value);
	return listing_end("cxl list", value && !extended ? EXIT_FAILED : EXIT_DONE, json_flush());
}

/* Remove @option, which cxl-cli does not know, from the arguments; false if it was not given */
static bool take_option(char **argv, const char *option)
{
	for (; *argv && strcmp(*argv, "--") != 0; argv++) {
		if (strcmp(*argv, option) != 0)
			continue;
		for (; *argv; argv++)
			argv[0] = argv[1];
		return true;
	}
	return false;
}

static int wait_status(int status)
{
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int list(int argc, char **argv)
{
	_cleanup_free_ char *path = NULL, *text = NULL;
	bool attach = take_option(argv + 2, "--attach");
	bool options = argc == 3 && argv[2] && strcmp(argv[2], "--list-opts") == 0;
	int status = 0, rc;

	if (options)
		return cxl_cli_list_options(argv, "--attach");
	if (mistyped_option(argv, "--attach"))
		return EXIT_USAGE;
	if (!attach)
		return cxl_cli_exec(argv);
	path = cxl_cli_find();
	if (!path)
		return EXIT_CANNOT;
	interrupt_ends("cxl list", "nothing was changed");
	progress_begin("cxl: cxl-cli reads the CXL devices");
	text = cxl_cli_capture(path, argv, &status);
	progress_end();
	if (!text)
		return EXIT_FAILED;
	rc = print_extended(text);
	return wait_status(status) ?: rc;
}

const struct cxl_command list_command = {
	.name = "list",
	.help = "with --attach: cxl-cli's listing, with the provider and lock of each memdev and "
		"region",
	.extend = list,
};
