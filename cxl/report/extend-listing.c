// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include <json-c/json.h>

#include "attach/model/snapshot.h"
#include "attach/reason/evidence.h"
#include "attach/reason/lock.h"
#include "cxl/report/extend-listing.h"
#include "cxl/report/report.h"
#include "util/json.h"

/*
 * The first key of an object shows its kind: a mapping also has a "memdev", but not as the first
 * key.
 */
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

	/* Nothing is known about a memdev that has disappeared in the meantime. */
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

void extend_listing(const struct attach_answers *answers, struct json_object *value)
{
	const char *name;

	if (json_object_is_type(value, json_type_array)) {
		for (size_t i = 0; i < json_object_array_length(value); i++)
			extend_listing(answers, json_object_array_get_idx(value, i));
	}
	if (!json_object_is_type(value, json_type_object))
		return;
	/*
	 * Walk the inner values first, before anything is added, so that the walk does not reach
	 * the additions.
	 */
	json_object_object_foreach(value, key, inner)
	{
		(void)key;
		extend_listing(answers, inner);
	}
	if ((name = object_name(value, "memdev")))
		extend_memdev(answers, value, name);
	if ((name = object_name(value, "region")))
		extend_region(answers, value, name);
}
