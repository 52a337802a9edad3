/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef EXERCISE_REPORT_READ_LOG_H
#define EXERCISE_REPORT_READ_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "util/json.h"
#include "util/text.h"

/*
 * Read the records of a log. A record may be anything, because another program may have written it.
 */

/** record_text() - return the text under @key, or NULL */
static inline const char *record_text(struct json_object *record, const char *key)
{
	return json_object_get_string(json_object_object_get(record, key));
}

/** record_number() - return the number under @key, or 0 */
static inline uint64_t record_number(struct json_object *record, const char *key)
{
	return json_object_get_uint64(json_object_object_get(record, key));
}

/** record_is() - test whether it is a record of that kind: "start", "trial", ... */
static inline bool record_is(struct json_object *record, const char *kind)
{
	return streq(record_text(record, "record"), kind);
}

#endif
