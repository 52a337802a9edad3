// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "attach/act/journal.h"
#include "attach/model/plan.h"
#include "attach/model/snapshot.h"
#include "attach/model/step.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/entries.h"
#include "util/json.h"
#include "util/memory.h"
#include "util/sysfs.h"
#include "util/text.h"

const char *journal_directory(void)
{
	const char *directory = getenv("CXL_STATE_DIR");

	return directory && *directory ? directory : "/run/cxl";
}

int journal_boot_id(char *text, size_t size)
{
	int length = sysfs_read(AT_FDCWD, "/proc/sys/kernel/random/boot_id", text, size);

	return length < 0 ? length : 0;
}

/*
 * Add the text byte by byte, even if it is not UTF-8. No other program reads the journal, and a
 * changed name would mean another object.
 */
static void add_text(struct json_object *json, const char *key, const char *text)
{
	if (text)
		json_add(json, key, memory_check(json_object_new_string(text)));
}

static struct json_object *step_to_json(const struct step *step)
{
	struct json_object *json = json_new_object();

	add_text(json, "action", step_name(step->action));
	add_text(json, "bus", step->bus);
	add_text(json, "driver", step->driver);
	add_text(json, "device", step->device);
	add_text(json, "options", step->options);
	if (step->action == STEP_AUTOPROBE)
		json_add_bool(json, "on", step->on);
	return json;
}

static struct json_object *region_to_json(const struct snapshot_region *region)
{
	struct json_object *json = json_new_object();

	add_text(json, "region", region->name);
	json_add_number(json, "resource", region->resource);
	json_add_number(json, "size", region->size);
	json_add(json, "locked", json_object_new_int(region->locked));
	return json;
}

static struct json_object *host_to_json(const struct snapshot_memdev *memdev)
{
	struct json_object *json = json_new_object(), *regions = json_new_array();

	add_text(json, "host", memdev->host.name);
	add_text(json, "bus", memdev->host.subsystem);
	add_text(json, "driver", memdev->host.driver);
	add_text(json, "module", memdev->host.module);
	add_text(json, "driver_override", memdev->host.driver_override);
	add_text(json, "memdev", memdev->name);
	for (size_t i = 0; i < memdev->nr_regions; i++)
		json_append(regions, region_to_json(memdev->regions[i]));
	json_add(json, "regions", regions);
	return json;
}

const char *journal_entry_name(const struct plan *plan)
{
	return plan->memdevs[0]->host.name;
}

static struct json_object *steps_to_json(const struct step *steps, size_t count)
{
	struct json_object *json = json_new_array();

	for (size_t i = 0; i < count; i++)
		json_append(json, step_to_json(&steps[i]));
	return json;
}

/* The entry takes over @hosts. */
static int write_entry(const char *name, enum detach_method method, const char *hand_to,
		       struct json_object *hosts, const struct step *undo, size_t nr_undo)
{
	struct json_object *json = json_new_object();
	char boot[64];
	/* An entry without a boot id would count as one of another boot. */
	int rc = journal_boot_id(boot, sizeof(boot));

	add_text(json, "boot_id", boot);
	json_add_number(json, "time_us", clock_today());
	add_text(json, "method", detach_method_name(method));
	add_text(json, "hand_to", hand_to);
	json_add(json, "hosts", hosts);
	json_add(json, "undo", steps_to_json(undo, nr_undo));
	rc = rc ?: entries_write(journal_directory(), name, json);
	json_object_put(json);
	return rc;
}

int journal_save_as(const struct plan *plan, const char *name)
{
	struct json_object *hosts = json_new_array();

	for (size_t i = 0; i < plan->nr_memdevs; i++)
		json_append(hosts, host_to_json(plan->memdevs[i]));
	return write_entry(name, plan->method, plan->hand_to, hosts, plan->undo, plan->nr_undo);
}

int journal_save_host(const struct expected_host *host, enum detach_method method,
		      const struct step *undo, size_t nr_undo)
{
	struct json_object *hosts = json_new_array(), *json = json_new_object();

	add_text(json, "host", host->host);
	add_text(json, "bus", host->bus);
	add_text(json, "driver", host->driver);
	json_append(hosts, json);
	return write_entry(host->host, method, NULL, hosts, undo, nr_undo);
}

int journal_save(const struct plan *plan)
{
	return journal_save_as(plan, journal_entry_name(plan));
}

int journal_set_undo(const struct journal_entry *entry, const struct step *undo, size_t nr_undo)
{
	struct json_object *json = NULL;
	int rc = -ENOMEM;

	if (json_object_deep_copy(entry->json, &json, NULL) == 0) {
		json_add(json, "undo", steps_to_json(undo, nr_undo));
		rc = entries_write(journal_directory(), entry->name, json);
	}
	json_object_put(json);
	return rc;
}

/* Return the text if it contains no null byte: the part after it would be lost. */
static const char *as_text(struct json_object *value)
{
	const char *text = json_object_get_string(value);

	return json_object_is_type(value, json_type_string) &&
			       strlen(text) == (size_t)json_object_get_string_len(value)
		       ? text
		       : NULL;
}

static const char *get_text(struct json_object *json, const char *key)
{
	return as_text(json_object_object_get(json, key));
}

/* Get the text under @key, NULL if there is none; return false for any other type */
static bool get_optional(struct json_object *json, const char *key, const char **text)
{
	struct json_object *value;

	*text = NULL;
	if (json_object_object_get_ex(json, key, &value))
		*text = as_text(value);
	return *text || !json_object_object_get_ex(json, key, NULL);
}

static bool get_number(struct json_object *json, const char *key, uint64_t *number)
{
	struct json_object *value = json_object_object_get(json, key);

	*number = json_object_get_uint64(value);
	return json_object_is_type(value, json_type_int);
}

static bool get_array(struct json_object *json, const char *key, struct json_object **array,
		      size_t *count)
{
	*array = json_object_object_get(json, key);
	*count = json_length(*array);
	return json_object_is_type(*array, json_type_array);
}

static bool parse_step(struct json_object *json, struct step *step)
{
	const char *action = get_text(json, "action");
	struct json_object *on = json_object_object_get(json, "on");

	if (!action || !step_from_name(action, &step->action) ||
	    !get_optional(json, "bus", &step->bus) ||
	    !get_optional(json, "driver", &step->driver) ||
	    !get_optional(json, "device", &step->device) ||
	    !get_optional(json, "options", &step->options))
		return false;
	step->on = json_object_get_boolean(on);
	return step_is_sound(step) &&
	       (step->action != STEP_AUTOPROBE || json_object_is_type(on, json_type_boolean));
}

static bool parse_region(struct json_object *json, struct expected_region *region)
{
	uint64_t locked;
	bool numbers = get_number(json, "resource", &region->resource) &&
		       get_number(json, "size", &region->size) &&
		       get_number(json, "locked", &locked);

	region->name = get_text(json, "region");
	region->locked = json_object_get_int(json_object_object_get(json, "locked"));
	return numbers && region->name;
}

static bool parse_host(struct json_object *json, struct expected_host *host)
{
	struct expected_region *regions = NULL;
	struct json_object *array;
	size_t count = 0;
	bool sound = get_optional(json, "module", &host->module) &&
		     get_optional(json, "driver_override", &host->override) &&
		     get_optional(json, "memdev", &host->memdev);

	host->host = get_text(json, "host");
	host->bus = get_text(json, "bus");
	host->driver = get_text(json, "driver");
	/* The regions of a host that was not attached are unknown. */
	host->as_before = json_object_object_get_ex(json, "regions", NULL);
	if (host->as_before)
		sound &= get_array(json, "regions", &array, &count);
	for (size_t i = 0; i < count; i++)
		sound &= parse_region(json_object_array_get_idx(array, i),
				      APPEND(regions, host->nr_regions));
	host->regions = regions;
	return sound && step_is_name(host->host) && step_is_name(host->bus) &&
	       step_is_name(host->driver) && (!host->module || step_is_name(host->module)) &&
	       (!host->override || step_is_name(host->override));
}

bool journal_is_boot_id(const char *text)
{
	static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
	size_t i = 0;

	while (form[i] && (form[i] == 'x' ? isxdigit((unsigned char)text[i]) : text[i] == '-'))
		i++;
	return *text == '\0' || (form[i] == '\0' && text[i] == '\0');
}

/* Parse the members of the entry as a whole */
static bool parse_detach(struct json_object *json, struct journal_entry *entry)
{
	const char *boot = get_text(json, "boot_id");
	enum detach_method method;

	entry->method = get_text(json, "method");
	return boot && journal_is_boot_id(boot) && entry->method &&
	       detach_method_from_name(entry->method, &method) &&
	       get_number(json, "time_us", &entry->time_us) &&
	       get_optional(json, "hand_to", &entry->hand_to) &&
	       (!entry->hand_to || step_is_name(entry->hand_to));
}

/*
 * Return false for an entry that this program does not write: a guess could do the wrong operation.
 */
static bool parse_entry(struct json_object *json, struct journal_entry *entry)
{
	struct json_object *hosts, *undo;
	size_t nr_hosts, nr_undo;
	bool sound = get_array(json, "hosts", &hosts, &nr_hosts) &
		     get_array(json, "undo", &undo, &nr_undo) & parse_detach(json, entry);

	entry->json = json;
	for (size_t i = 0; i < nr_hosts; i++)
		sound &= parse_host(json_object_array_get_idx(hosts, i),
				    APPEND(entry->hosts, entry->nr_hosts));
	for (size_t i = 0; i < nr_undo; i++)
		sound &= parse_step(json_object_array_get_idx(undo, i),
				    APPEND(entry->undo, entry->nr_undo));
	return sound && entry->nr_hosts > 0 && entry->nr_undo > 0;
}

static void release_entry(struct journal_entry *entry)
{
	expected_hosts_release(entry->hosts, entry->nr_hosts);
	free(entry->undo);
	free(entry->name);
	json_object_put(entry->json);
}

/* An entry that may be of this boot counts as one of this boot. */
static bool is_of_this_boot(struct json_object *json)
{
	char now[64];

	return journal_boot_id(now, sizeof(now)) < 0 || streq(get_text(json, "boot_id"), now);
}

/* Load an entry; if it cannot be read, it has only its name and the error */
static struct journal_entry load_entry(const char *name)
{
	struct json_object *json = entries_read(journal_directory(), name);
	int error = json ? -EINVAL : -errno;
	struct journal_entry entry = {.name = memory_check(strdup(name))};

	if (json && parse_entry(json, &entry)) {
		entry.is_of_other_boot = !is_of_this_boot(json);
		return entry;
	}
	release_entry(&entry);
	return (struct journal_entry){.name = memory_check(strdup(name)), .error = error};
}

struct journal_entry *journal_load_all(size_t *count)
{
	struct journal_entry *entries = NULL;
	size_t nr_names;
	char **names = entries_list(journal_directory(), &nr_names);

	*count = 0;
	for (size_t i = 0; i < nr_names; i++)
		*APPEND(entries, *count) = load_entry(names[i]);
	entries_list_release(names, nr_names);
	return entries;
}

/* Entries of another boot are left to journal_clean(), which removes them. */
struct journal_entry *journal_load(size_t *count)
{
	size_t nr_all;
	struct journal_entry *entries = journal_load_all(&nr_all);

	*count = 0;
	for (size_t i = 0; i < nr_all; i++) {
		if (entries[i].is_of_other_boot)
			release_entry(&entries[i]);
		else
			entries[(*count)++] = entries[i];
	}
	if (*count > 0)
		return entries;
	free(entries);
	return NULL;
}

void journal_release(struct journal_entry *entries, size_t count)
{
	for (size_t i = 0; i < count; i++)
		release_entry(&entries[i]);
	free(entries);
}

int journal_remove(const char *name)
{
	return entries_remove(journal_directory(), name);
}

const struct journal_entry *journal_find_host(const struct journal_entry *entries, size_t count,
					      const char *host)
{
	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < entries[i].nr_hosts; j++) {
			if (strcmp(entries[i].hosts[j].host, host) == 0)
				return &entries[i];
		}
	}
	return NULL;
}
