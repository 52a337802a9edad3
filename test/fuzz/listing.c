// SPDX-License-Identifier: GPL-2.0-only
/*
 * The output of cxl-cli, which cxl list --attach extends, on a machine that has one attached
 * memdev. It is a fault if one of these does not hold:
 *
 * - what was valid JSON in UTF-8 is still valid
 * - everything that cxl-cli printed remains, in the same order: only new keys are added
 * - each memdev and region has the additions once, in cxl-cli's own object
 */
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "attach/model/snapshot.h"
#include "attach/read/take.h"
#include "attach/reason/evidence.h"
#include "cxl/report/extend-listing.h"
#include "test/fuzz/target.h"
#include "test/fuzz/unpack.h"
#include "util/root.h"

static const char machine[] = "D /sys/bus/cxl/devices\n"
			      "L mem0 -> ../../../devices/host/mem0\n"
			      "L region0 -> ../../../devices/root0/region0\n"
			      "D /sys/devices/host/mem0\n"
			      "L driver -> ../../../bus/cxl/drivers/cxl_mem\n"
			      "D /sys/devices/host\n"
			      "L driver -> ../../bus/platform/drivers/accelerator\n"
			      "D /sys/devices/root0/region0\n"
			      "F 0644 locked\n\t1\n"
			      "F 0644 size\n\t0x10000000\n";

static struct snapshot snapshot;
static struct attach_answers answers;

static void prepare(void)
{
	struct root root;

	unpack(fuzz_directory_fd, machine, strlen(machine));
	if (root_open(&root, fuzz_directory) < 0 || snapshot_take(root, &snapshot) < 0)
		fuzz_die(fuzz_directory);
	attach_infer(&snapshot, &answers);
}

static void check_extended(struct json_object *before, struct json_object *after);

static void check_object(struct json_object *before, struct json_object *after)
{
	static const char *const added[] = {"attach", "lock_reason", "owners"};
	int more = json_object_object_length(after) - json_object_object_length(before);

	json_object_object_foreach(before, key, value)
	{
		struct json_object *same;
		bool replaced = false;

		for (size_t i = 0; i < sizeof(added) / sizeof(*added); i++)
			replaced |= strcmp(added[i], key) == 0;
		if (!json_object_object_get_ex(after, key, &same))
			fuzz_fault("lost", key);
		if (!replaced)
			check_extended(value, same);
	}
	if (more < 0 || more > (int)(sizeof(added) / sizeof(*added)))
		fuzz_fault("object", json_object_to_json_string(after));
}

static void check_extended(struct json_object *before, struct json_object *after)
{
	if (json_object_get_type(before) != json_object_get_type(after))
		fuzz_fault("type", json_object_to_json_string(after));
	if (json_object_is_type(before, json_type_object)) {
		check_object(before, after);
	} else if (json_object_is_type(before, json_type_array)) {
		if (json_object_array_length(before) != json_object_array_length(after))
			fuzz_fault("array", json_object_to_json_string(after));
		for (size_t i = 0; i < json_object_array_length(before); i++)
			check_extended(json_object_array_get_idx(before, i),
				       json_object_array_get_idx(after, i));
	} else if (!json_object_equal(before, after)) {
		fuzz_fault("value", json_object_to_json_string(after));
	}
}

/* The output of cxl-cli itself is valid. */
static struct json_object *parse_valid(const char *text)
{
	bool valid;
	struct json_object *json = fuzz_parse_json(text, &valid);

	if (valid)
		return json;
	json_object_put(json);
	return NULL;
}

static void run(const char *text, size_t size)
{
	struct json_object *valid = parse_valid(text), *json = json_tokener_parse(text);

	(void)size;
	extend_listing(&answers, json);
	if (valid) {
		fuzz_check_json("listing", json_object_to_json_string(json));
		check_extended(valid, json);
	}
	json_object_put(valid);
	json_object_put(json);
}

const struct fuzz_target listing_target = {"listing", prepare, run};
