// SPDX-License-Identifier: GPL-2.0-only
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <json-c/json.h>

#include "attach/model/snapshot.h"
#include "attach/reason/evidence.h"
#include "attach/reason/lock.h"
#include "cxl/command/command.h"
#include "cxl/command/cxl-cli.h"
#include "cxl/command/listing.h"
#include "cxl/command/messages.h"
#include "cxl/report/report.h"
#include "util/cleanup.h"
#include "util/json.h"
#include "util/memory.h"

/*
 * cxl list --attach: cxl-cli lists, with all other options, and this program adds what it knows
 * about attach to every memdev and region in cxl-cli's JSON.
 */

/* The first key of an object tells its kind: a mapping also has a "memdev", but not first. */
static const char *object_name(struct json_object *object, const char *kind)
{
	struct lh_entry *first = lh_table_head(json_object_get_object(object));
	struct json_object *value = first ? (struct json_object *)lh_entry_v(first) : NULL;

	if (!first || strcmp(lh_entry_k(first), kind) != 0 ||
	    !json_object_is_type(value, json_type_string))
		return NULL;
	return json_object_get_string(value);
}

static void extend_memdev(const struct attach_answers *answers, struct json_object *object,
			  const char *name)
{
	const struct snapshot_memdev *memdev = snapshot_find_memdev(answers->snapshot, name);
	struct json_object *attach;

	/* Of a memdev that has gone meanwhile nothing is known. */
	attach = memdev ? report_attach(answers, memdev) : json_new_object();
	if (!memdev)
		json_add_string(attach, "state", attach_state_name(ATTACH_UNKNOWN));
	json_add(object, "attach", attach);
}

static void extend_region(const struct attach_answers *answers, struct json_object *object,
			  const char *name)
{
	const struct snapshot_region *region = snapshot_find_region(answers->snapshot, name);
	struct lock_answer lock = {.reason = LOCK_UNKNOWN};

	if (region)
		lock_infer(answers, region, &lock);
	json_add_string(object, "lock_reason", lock_reason_name(lock.reason));
	json_add(object, "owners", report_owners(&lock));
	lock_answer_release(&lock);
}

static void extend(const struct attach_answers *answers, struct json_object *value)
{
	const char *name;

	if (json_object_is_type(value, json_type_array)) {
		for (size_t i = 0; i < json_object_array_length(value); i++)
			extend(answers, json_object_array_get_idx(value, i));
	}
	if (!json_object_is_type(value, json_type_object))
		return;
	/* The inner values come first, so that the walk does not reach what is added here. */
	json_object_object_foreach(value, key, inner)
	{
		(void)key;
		extend(answers, inner);
	}
	if ((name = object_name(value, "memdev")))
		extend_memdev(answers, value, name);
	if ((name = object_name(value, "region")))
		extend_region(answers, value, name);
}

/* False, after a message, if what there is to add cannot be read */
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
		extend(&answers, value);
	attach_answers_release(&answers);
	snapshot_release(&snapshot);
	return complete;
}

/* What cxl-cli printed, extended; if it is not JSON, or cannot be extended, unchanged */
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

/* Remove @option, which cxl-cli does not know, from the arguments; false if it is not there */
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
	if (!attach)
		return cxl_cli_exec(argv);
	path = cxl_cli_find();
	if (!path)
		return EXIT_CANNOT;
	text = cxl_cli_capture(path, argv, &status);
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
