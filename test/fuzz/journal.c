// SPDX-License-Identifier: GPL-2.0-only
/*
 * An entry of the journal, and the settings of a bus that are saved beside it, as the parts "entry"
 * and "settings" (fuzz_part()). BOOT in them stands for the id of this boot. It is a fault if one
 * of these does not hold:
 *
 * - an entry is read, or is reported as damaged; only one that names another boot is left out
 * - reading, writing and reading again gives the same entry
 * - without one of the texts that a reattach needs, the entry is damaged
 * - a damaged entry stays until a user removes it, and so do damaged settings, with an error
 * - no step of an entry writes to a file outside of its device, driver or bus
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <json-c/json.h>

#include "attach/act/journal-clean.h"
#include "attach/act/journal.h"
#include "attach/act/settings.h"
#include "test/fuzz/target.h"
#include "util/cleanup.h"
#include "util/entries.h"
#include "util/memory.h"
#include "util/text.h"

#define ENTRY "journal/entry.json"
/* No machine has this bus: nothing is written to it. */
#define BUS "cxl-fuzz"
#define SETTINGS "journal/settings/" BUS ".json"

static char boot[64];

static void prepare(void)
{
	_cleanup_free_ char *directory = xasprintf("%s/journal", fuzz_directory);

	if (mkdirat(fuzz_directory_fd, "journal", 0700) < 0 ||
	    mkdirat(fuzz_directory_fd, "journal/settings", 0700) < 0)
		fuzz_die(directory);
	setenv("CXL_STATE_DIR", directory, 1);
	journal_boot_id(boot, sizeof(boot));
}

/*
 * Return a new text with the id of this boot in it, up to a null byte, because a file of the
 * journal has none
 */
static char *with_boot(const char *text, size_t size)
{
	const char *found = memmem(text, size, "BOOT", strlen("BOOT"));
	int before = found ? (int)(found - text) : (int)size;

	return found ? xasprintf("%.*s%s%.*s", before, text, boot,
				 (int)(size - (size_t)before - strlen("BOOT")),
				 found + strlen("BOOT"))
		     : xasprintf("%.*s", before, text);
}

static bool is_text(struct json_object *json, const char *key)
{
	return json_object_is_type(json_object_object_get(json, key), json_type_string);
}

/* Test whether it names another boot, or none because its kernel had no id */
static bool is_of_other_boot(struct json_object *json)
{
	static const char form[] = "00000000-0000-0000-0000-000000000000";
	_cleanup_free_ char *named = NULL;

	if (!is_text(json, "boot_id"))
		return false;
	named = memory_check(
		strdup(json_object_get_string(json_object_object_get(json, "boot_id"))));
	if (strcmp(named, boot) == 0)
		return false;
	for (char *at = named; *at; at++) {
		if (isxdigit((unsigned char)*at))
			*at = '0';
	}
	return !*named || strcmp(named, form) == 0;
}

static bool same_step(const struct step *one, const struct step *other)
{
	return one->action == other->action && streq(one->bus, other->bus) &&
	       streq(one->driver, other->driver) && streq(one->device, other->device) &&
	       streq(one->options, other->options) &&
	       (one->action != STEP_AUTOPROBE || one->on == other->on);
}

static bool same_host(const struct expected_host *one, const struct expected_host *other)
{
	bool same = streq(one->host, other->host) && streq(one->bus, other->bus) &&
		    streq(one->driver, other->driver) && streq(one->module, other->module) &&
		    streq(one->memdev, other->memdev) && one->nr_regions == other->nr_regions;

	for (size_t i = 0; i < one->nr_regions && same; i++)
		same = streq(one->regions[i].name, other->regions[i].name) &&
		       one->regions[i].resource == other->regions[i].resource &&
		       one->regions[i].size == other->regions[i].size &&
		       one->regions[i].locked == other->regions[i].locked;
	return same;
}

static bool same_entry(const struct journal_entry *one, const struct journal_entry *other)
{
	bool same = streq(one->method, other->method) && streq(one->hand_to, other->hand_to) &&
		    one->time_us == other->time_us && one->nr_hosts == other->nr_hosts &&
		    one->nr_undo == other->nr_undo;

	for (size_t i = 0; i < one->nr_hosts && same; i++)
		same = same_host(&one->hosts[i], &other->hosts[i]);
	for (size_t i = 0; i < one->nr_undo && same; i++)
		same = same_step(&one->undo[i], &other->undo[i]);
	return same;
}

static struct journal_entry *load_one(void)
{
	size_t count;
	struct journal_entry *entries = journal_load(&count);

	if (count > 1)
		fuzz_fault("entries", "more than files");
	return entries;
}

static void check_step(const struct step *step)
{
	_cleanup_free_ char *file = step_file(step), *text = step_text(step);
	size_t slashes = 0;

	if (!text || strchr(text, '\n'))
		fuzz_fault("step", text ?: "without a text");
	for (const char *at = file; at && (at = strchr(at, '/')); at++)
		slashes++;
	if (file && (slashes > 6 || strstr(file, "/../")))
		fuzz_fault("step", file);
}

static void check_written(const struct journal_entry *entry)
{
	struct journal_entry *again;

	if (journal_set_undo(entry, entry->undo, entry->nr_undo) < 0)
		fuzz_fault(entry->name, "not written");
	again = load_one();
	if (!again || again->error || !same_entry(entry, again))
		fuzz_fault(entry->name, "not the same after it was written");
	journal_release(again, 1);
}

/* Test whether the file still exists after that */
static bool is_kept(void)
{
	size_t nr_gone;
	char **gone = journal_clean(&nr_gone);

	entries_list_release(gone, nr_gone);
	return faccessat(fuzz_directory_fd, ENTRY, F_OK, 0) == 0;
}

/* Remove each of its keys in turn; @inner is an array whose first element it is */
static void check_incomplete(struct json_object *json, const char *inner, const char *key)
{
	struct json_object *copy = NULL, *object;
	struct journal_entry *entry;
	const char *text;

	if (json_object_deep_copy(json, &copy, NULL) < 0)
		fuzz_die("json_object_deep_copy");
	object = inner ? json_object_array_get_idx(json_object_object_get(copy, inner), 0) : copy;
	json_object_object_del(object, key);
	text = json_object_to_json_string(copy);
	fuzz_put(ENTRY, text, strlen(text));
	entry = load_one();
	if (!entry || !entry->error)
		fuzz_fault("is an entry without", key);
	if (!is_kept())
		fuzz_fault("removed without", key);
	journal_release(entry, 1);
	json_object_put(copy);
}

static void check_sound(const struct journal_entry *entry)
{
	static const char *const needed[] = {"boot_id", "method", "hosts", "undo"};
	static const char *const of_host[] = {"host", "bus", "driver"};

	for (size_t i = 0; i < entry->nr_undo; i++)
		check_step(&entry->undo[i]);
	check_written(entry);
	for (size_t i = 0; i < sizeof(needed) / sizeof(*needed); i++)
		check_incomplete(entry->json, NULL, needed[i]);
	for (size_t i = 0; i < sizeof(of_host) / sizeof(*of_host); i++)
		check_incomplete(entry->json, "hosts", of_host[i]);
}

static void check_entry(const char *text)
{
	struct json_object *json = json_tokener_parse(text);
	struct journal_entry *entry;

	fuzz_put(ENTRY, text, strlen(text));
	entry = load_one();
	if (!entry && !is_of_other_boot(json))
		fuzz_fault("neither read nor damaged", text);
	if (!is_kept() && entry && entry->error)
		fuzz_fault("removed, though it is damaged", text);
	if (entry && !entry->error)
		check_sound(entry);
	if (entry)
		journal_release(entry, 1);
	json_object_put(json);
	unlinkat(fuzz_directory_fd, ENTRY, 0);
}

static void check_settings(const char *text)
{
	struct json_object *json = json_tokener_parse(text);
	bool of_this_boot =
		is_text(json, "boot_id") &&
		strcmp(json_object_get_string(json_object_object_get(json, "boot_id")), boot) == 0;
	bool sound =
		(of_this_boot || is_of_other_boot(json)) &&
		json_object_is_type(json_object_object_get(json, "autoprobe"), json_type_boolean);
	int rc;

	fuzz_put(SETTINGS, text, strlen(text));
	if ((settings_autoprobe(BUS) != FLAG_UNKNOWN) != (sound && of_this_boot))
		fuzz_fault("settings", text);
	rc = settings_restore();
	if (rc != (sound ? 0 : -EBADMSG) ||
	    (faccessat(fuzz_directory_fd, SETTINGS, F_OK, 0) == 0) == sound)
		fuzz_fault("settings, restored or not", text);
	json_object_put(json);
	unlinkat(fuzz_directory_fd, SETTINGS, 0);
}

static void run(const char *text, size_t size)
{
	size_t length = 0, others = 0;
	const char *part = fuzz_part(text, size, "entry", &length) ?: "";
	const char *other = fuzz_part(text, size, "settings", &others);
	_cleanup_free_ char *entry = with_boot(part, length);
	_cleanup_free_ char *settings = with_boot(other ?: "", others);

	check_entry(entry);
	if (other)
		check_settings(settings);
}

const struct fuzz_target journal_target = {"journal", prepare, run};
