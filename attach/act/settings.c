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

/* An entry in it has the name of a bus. */
static char *directory(void)
{
	return xasprintf("%s/settings", journal_directory());
}

static char *autoprobe_file(const char *bus)
{
	return step_file(&(struct step){.action = STEP_AUTOPROBE, .bus = bus});
}

/* FLAG_UNKNOWN if nothing was written down in this boot; or a negative errno if that cannot be read
 */
static int read_saved(const char *where, const char *bus)
{
	struct json_object *json = entries_read(where, bus), *boot = NULL, *autoprobe = NULL;
	int error = json || errno == ENOENT || errno == EBADMSG ? 0 : -errno;
	int saved = FLAG_UNKNOWN;
	char now[64];

	if (error == 0 && json)
		error = journal_boot_id(now, sizeof(now));
	if (error == 0 && json && json_object_object_get_ex(json, "boot_id", &boot) &&
	    json_object_object_get_ex(json, "autoprobe", &autoprobe) &&
	    strcmp(json_object_get_string(boot) ?: "", now) == 0)
		saved = json_object_get_boolean(autoprobe) ? FLAG_YES : FLAG_NO;
	json_object_put(json);
	return error ?: saved;
}

static bool is_error(int saved)
{
	return saved < 0 && saved != FLAG_UNKNOWN;
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
		int autoprobe, saved;

		if (steps[i].action != STEP_AUTOPROBE)
			continue;
		saved = read_saved(where, steps[i].bus);
		if (saved != FLAG_UNKNOWN) {
			rc = is_error(saved) ? saved : 0;
			continue;
		}
		file = autoprobe_file(steps[i].bus);
		autoprobe = sysfs_read_flag(AT_FDCWD, file);
		rc = autoprobe < 0 ? autoprobe : write_down(where, steps[i].bus, autoprobe);
	}
	return rc;
}

static int put_back(const char *where, const char *bus)
{
	_cleanup_free_ char *file = autoprobe_file(bus);
	int saved = read_saved(where, bus), rc = 0;

	if (is_error(saved))
		return saved;
	if (saved != FLAG_UNKNOWN && sysfs_read_flag(AT_FDCWD, file) != saved)
		rc = sysfs_write(file, saved == FLAG_YES ? "1" : "0");
	/* A bus that is gone has no setting any more. */
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

enum flag settings_autoprobe(const char *bus)
{
	_cleanup_free_ char *where = directory();
	_cleanup_free_ char *file = autoprobe_file(bus);
	int saved = read_saved(where, bus);
	int now = saved == FLAG_UNKNOWN ? sysfs_read_flag(AT_FDCWD, file) : saved;

	return now < 0 ? FLAG_UNKNOWN : (enum flag)now;
}
