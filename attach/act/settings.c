// SPDX-License-Identifier: LGPL-2.1-only
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "attach/act/journal.h"
#include "attach/act/settings.h"
#include "attach/model/step.h"
#include "util/cleanup.h"
#include "util/entries.h"
#include "util/json.h"
#include "util/memory.h"
#include "util/sysfs.h"
#include "util/unread.h"

/* Return the directory. An entry in it has the name of a bus. */
static char *directory(void)
{
	return xasprintf("%s/settings", journal_directory());
}

static char *autoprobe_file(const char *bus)
{
	return step_file(&(struct step){.action = STEP_AUTOPROBE, .bus = bus});
}

/*
 * Return 0 and the setting saved in this boot, FLAG_UNKNOWN if there is none. Return -EBADMSG for
 * an entry that this program does not write: the saved setting is then unknown.
 */
static int read_saved(const char *where, const char *bus, enum flag *saved)
{
	struct json_object *json = entries_read(where, bus), *boot, *autoprobe;
	int rc = json || errno == ENOENT ? 0 : -errno;
	char now[64];

	*saved = FLAG_UNKNOWN;
	if (!json)
		return rc;
	boot = json_object_object_get(json, "boot_id");
	autoprobe = json_object_object_get(json, "autoprobe");
	rc = journal_boot_id(now, sizeof(now));
	if (rc < 0)
		goto out;
	if (!json_object_is_type(boot, json_type_string) ||
	    !json_object_is_type(autoprobe, json_type_boolean) ||
	    !journal_is_boot_id(json_object_get_string(boot)))
		rc = -EBADMSG;
	else if (strcmp(json_object_get_string(boot), now) == 0)
		*saved = json_object_get_boolean(autoprobe) ? FLAG_YES : FLAG_NO;
out:
	json_object_put(json);
	return rc;
}

static int write_down(const char *where, const char *bus, bool autoprobe)
{
	struct json_object *json = json_new_object();
	char boot[64];
	int rc = journal_boot_id(boot, sizeof(boot));

	json_add_string(json, "boot_id", boot);
	json_add_bool(json, "autoprobe", autoprobe);
	if (rc == 0 && mkdir(where, 0700) < 0 && errno != EEXIST)
		rc = -errno;
	if (rc == 0)
		rc = entries_write(where, bus, json);
	json_object_put(json);
	return rc;
}

int settings_save(const struct step *steps, size_t count)
{
	_cleanup_free_ char *where = directory();
	int rc = 0;

	for (size_t i = 0; i < count && rc == 0; i++) {
		_cleanup_free_ char *file = NULL;
		enum flag saved;
		int autoprobe;

		if (steps[i].action != STEP_AUTOPROBE)
			continue;
		rc = read_saved(where, steps[i].bus, &saved);
		if (rc < 0 || saved != FLAG_UNKNOWN)
			continue;
		file = autoprobe_file(steps[i].bus);
		autoprobe = sysfs_read_flag(AT_FDCWD, file);
		rc = autoprobe < 0 ? autoprobe : write_down(where, steps[i].bus, autoprobe);
	}
	return rc;
}

static int put_back(const char *where, const char *bus)
{
	_cleanup_free_ char *file = autoprobe_file(bus);
	enum flag saved;
	int rc = read_saved(where, bus, &saved);

	if (rc < 0)
		return rc;
	if (saved != FLAG_UNKNOWN && sysfs_read_flag(AT_FDCWD, file) != (int)saved)
		rc = sysfs_write(file, saved == FLAG_YES ? "1" : "0");
	/* A bus that does not exist any more has no setting. */
	return rc < 0 && rc != -ENOENT ? rc : entries_remove(where, bus);
}

int settings_restore(void)
{
	_cleanup_free_ char *where = directory();
	size_t count;
	char **names = entries_list(where, &count);
	int rc = 0;

	for (size_t i = 0; i < count; i++) {
		int one = put_back(where, names[i]);

		rc = rc < 0 ? rc : one;
	}
	entries_list_release(names, count);
	return rc ?: unread_error();
}

bool settings_are_needed(const struct step *step)
{
	return step->action == STEP_AUTOPROBE || step->action == STEP_RESCAN;
}

enum flag settings_autoprobe(const char *bus)
{
	_cleanup_free_ char *where = directory();
	_cleanup_free_ char *file = autoprobe_file(bus);
	enum flag saved;
	int rc = read_saved(where, bus, &saved), now = sysfs_read_flag(AT_FDCWD, file);

	if (rc < 0)
		return FLAG_UNKNOWN;
	return saved != FLAG_UNKNOWN ? saved : now < 0 ? FLAG_UNKNOWN : (enum flag)now;
}
