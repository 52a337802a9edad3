// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "attach/act/journal.h"
#include "attach/model/plan.h"
#include "attach/model/snapshot.h"
#include "attach/model/step.h"
#include "attach/read/done.h"
#include "attach/model/plan.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/entries.h"
#include "util/json.h"
#include "util/memory.h"
#include "util/sysfs.h"

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

static struct json_object *step_to_json(const struct step *step)
{
	struct json_object *json = json_new_object();

	json_add_string(json, "action", step_name(step->action));
	json_add_string(json, "bus", step->bus);
	json_add_string(json, "driver", step->driver);
	json_add_string(json, "device", step->device);
	json_add_string(json, "options", step->options);
	if (step->action == STEP_AUTOPROBE)
		json_add_bool(json, "on", step->on);
	return json;
}

static struct json_object *region_to_json(const struct snapshot_region *region)
{
	struct json_object *json = json_new_object();

	json_add_string(json, "region", region->name);
	json_add_number(json, "resource", region->resource);
	json_add_number(json, "size", region->size);
	json_add(json, "locked", json_object_new_int(region->locked));
	return json;
}

static struct json_object *host_to_json(const struct snapshot_memdev *memdev)
{
	struct json_object *json = json_new_object(), *regions = json_new_array();

	json_add_string(json, "host", memdev->host.name);
	json_add_string(json, "bus", memdev->host.subsystem);
	json_add_string(json, "driver", memdev->host.driver);
	json_add_string(json, "memdev", memdev->name);
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

int journal_save_as(const struct plan *plan, const char *name)
{
	struct json_object *json = json_new_object();
	struct json_object *hosts = json_new_array();
	char boot[64];
	/* An entry of an unknown boot would be one of another boot. */
	int rc = journal_boot_id(boot, sizeof(boot));

	json_add_string(json, "boot_id", boot);
	json_add_number(json, "time_us", clock_today());
	json_add_string(json, "method", detach_method_name(plan->method));
	json_add_string(json, "hand_to", plan->hand_to);
	for (size_t i = 0; i < plan->nr_memdevs; i++)
		json_append(hosts, host_to_json(plan->memdevs[i]));
	json_add(json, "hosts", hosts);
	json_add(json, "undo", steps_to_json(plan->undo, plan->nr_undo));
	rc = rc ?: entries_write(journal_directory(), name, json);
	json_object_put(json);
	return rc;
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

static const char *get_text(struct json_object *json, const char *key)
{
	struct json_object *value = json_object_object_get(json, key);

	return json_object_is_type(value, json_type_string) ? json_object_get_string(value) : NULL;
}

static uint64_t get_number(struct json_object *json, const char *key)
{
	return json_object_get_uint64(json_object_object_get(json, key));
}

/* The array under @key; NULL if there is none */
static struct json_object *get_array(struct json_object *json, const char *key, size_t *count)
{
	struct json_object *array = json_object_object_get(json, key);

	*count = json_length(array);
	return *count > 0 ? array : NULL;
}

static bool parse_step(struct json_object *json, struct step *step)
{
	const char *action = get_text(json, "action");

	if (!action || !step_from_name(action, &step->action))
		return false;
	step->bus = get_text(json, "bus");
	step->driver = get_text(json, "driver");
	step->device = get_text(json, "device");
	step->options = get_text(json, "options");
	step->on = json_object_get_boolean(json_object_object_get(json, "on"));
	return step_is_sound(step);
}

static bool parse_host(struct json_object *json, struct expected_host *host)
{
	size_t count;
	struct json_object *array = get_array(json, "regions", &count);
	struct expected_region *regions = NULL;

	host->host = get_text(json, "host");
	host->bus = get_text(json, "bus");
	host->driver = get_text(json, "driver");
	host->memdev = get_text(json, "memdev");
	host->as_before = true;
	for (size_t i = 0; i < count; i++) {
		struct json_object *region = json_object_array_get_idx(array, i);

		*APPEND(regions, host->nr_regions) = (struct expected_region){
			.name = get_text(region, "region") ?: "a region",
			.resource = get_number(region, "resource"),
			.size = get_number(region, "size"),
			.locked = json_object_get_int(json_object_object_get(region, "locked")),
		};
	}
	host->regions = regions;
	return host->host && host->bus && host->driver;
}

/* False for what this program does not write: to guess could do the wrong operation. */
static bool parse_entry(struct json_object *json, struct journal_entry *entry)
{
	struct json_object *array;
	bool sound = true;
	size_t count;

	entry->json = json;
	entry->method = get_text(json, "method");
	entry->hand_to = get_text(json, "hand_to");
	entry->time_us = get_number(json, "time_us");
	array = get_array(json, "hosts", &count);
	for (size_t i = 0; i < count; i++)
		sound &= parse_host(json_object_array_get_idx(array, i),
				    APPEND(entry->hosts, entry->nr_hosts));
	array = get_array(json, "undo", &count);
	for (size_t i = 0; i < count; i++)
		sound &= parse_step(json_object_array_get_idx(array, i),
				    APPEND(entry->undo, entry->nr_undo));
	return sound && entry->method && entry->nr_hosts > 0 && entry->nr_undo > 0;
}

static void release_entry(struct journal_entry *entry)
{
	expected_hosts_release(entry->hosts, entry->nr_hosts);
	free(entry->undo);
	free(entry->name);
	json_object_put(entry->json);
}

/* What may be of this boot, is. */
static bool is_of_this_boot(struct json_object *json)
{
	const char *boot = get_text(json, "boot_id");
	char now[64];

	return journal_boot_id(now, sizeof(now)) < 0 || (boot && strcmp(boot, now) == 0);
}

/* An entry that has nothing but its name and the error, where it cannot be read */
static struct journal_entry load_entry(const char *name)
{
	struct json_object *json = entries_read(journal_directory(), name);
	int error = json ? -EINVAL : -errno;
	struct journal_entry entry = {.name = memory_check(strdup(name))};

	if (json && parse_entry(json, &entry))
		return entry;
	release_entry(&entry);
	return (struct journal_entry){.name = memory_check(strdup(name)), .error = error};
}

/* Entries of another boot are removed by journal_clean() only. */
static struct journal_entry *load(bool other_boots, size_t *count)
{
	struct journal_entry *entries = NULL;
	size_t nr_names;
	char **names = entries_list(journal_directory(), &nr_names);

	*count = 0;
	for (size_t i = 0; i < nr_names; i++) {
		struct journal_entry entry = load_entry(names[i]);

		if (other_boots || entry.error || is_of_this_boot(entry.json))
			*APPEND(entries, *count) = entry;
		else
			release_entry(&entry);
	}
	entries_list_release(names, nr_names);
	return entries;
}

struct journal_entry *journal_load(size_t *count)
{
	return load(false, count);
}

/*
 * Is everything as it is after the undo? A rescan leaves no state to compare; autoprobe changes
 * only in the middle of the undo (attach/act/settings.h).
 */
static bool is_undone(const struct journal_entry *entry)
{
	for (size_t i = 0; i < entry->nr_undo; i++) {
		const struct step *step = &entry->undo[i];
		bool passing = step->action == STEP_RESCAN || step->action == STEP_AUTOPROBE;

		if (!passing && !step_is_done(ROOT_LIVE, step))
			return false;
	}
	return true;
}

static bool is_gone(const struct expected_host *host)
{
	_cleanup_free_ char *path = xasprintf("/sys/bus/%s/devices/%s", host->bus, host->host);

	return sysfs_is_absent(AT_FDCWD, path);
}

static bool is_stale(const struct journal_entry *entry)
{
	size_t gone = 0;

	if (entry->error)
		return false;
	if (!is_of_this_boot(entry->json) || is_undone(entry))
		return true;
	for (size_t i = 0; i < entry->nr_hosts; i++)
		gone += is_gone(&entry->hosts[i]);
	return gone == entry->nr_hosts &&
	       strcmp(entry->method, detach_method_name(METHOD_PCI_REMOVE)) != 0;
}

void journal_clean(void)
{
	size_t count;
	struct journal_entry *entries = load(true, &count);

	for (size_t i = 0; i < count; i++) {
		if (is_stale(&entries[i]))
			journal_remove(entries[i].name);
	}
	journal_release(entries, count);
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
