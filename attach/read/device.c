// SPDX-License-Identifier: LGPL-2.1-only
#include <limits.h>
#include <string.h>

#include "attach/read/device.h"
#include "util/cleanup.h"
#include "util/sysfs-files.h"
#include "util/sysfs.h"

/* The path of an entry in a device's directory */
struct entry_path {
	char text[2 * NAME_MAX + 2];
};

bool device_name_has_prefix(const char *name, const char *prefix)
{
	size_t length = strlen(prefix);

	return strncmp(name, prefix, length) == 0 && name[length] >= '0' && name[length] <= '9' &&
	       name[length + strspn(name + length, "0123456789.")] == '\0';
}

/* Return the path from the device's fd to an entry of its directory, in @path, or @entry itself */
static const char *path_to(const struct device *device, const char *entry, struct entry_path *path)
{
	if (!device->above)
		return entry;
	stpcpy(stpcpy(stpcpy(path->text, device->name), "/"), entry);
	return path->text;
}

static bool is_absent(const struct device *device, const char *entry)
{
	struct entry_path path;

	return sysfs_is_absent(device->fd, path_to(device, entry, &path));
}

bool device_is_gone(const struct device *device)
{
	return is_absent(device, "uevent");
}

static void note_lack(const struct device *device, bool lacking)
{
	if (device->lacking)
		*device->lacking |= lacking;
}

bool device_has(const struct device *device, const char *entry)
{
	struct entry_path path;
	bool found = sysfs_exists(device->fd, path_to(device, entry, &path));

	note_lack(device, !found);
	return found;
}

bool device_lacks(const struct device *device, const char *entry)
{
	bool lacking = is_absent(device, entry);

	note_lack(device, lacking);
	return lacking;
}

bool device_is_writable(const struct device *device, const char *attribute)
{
	struct entry_path path;

	return sysfs_is_writable(device->fd, path_to(device, attribute, &path));
}

static int read_attribute(const struct device *device, const char *attribute, char *buf,
			  size_t size)
{
	struct entry_path path;
	int rc = sysfs_files_read(device->files, device->inode, attribute, device->fd,
				  path_to(device, attribute, &path), buf, size);

	note_lack(device, rc < 0);
	return rc;
}

const char *device_text(struct snapshot *snapshot, const struct device *device,
			const char *attribute)
{
	char buf[256];

	return read_attribute(device, attribute, buf, sizeof(buf)) > 0
		       ? snapshot_keep(snapshot, buf)
		       : NULL;
}

uint64_t device_number(const struct device *device, const char *attribute)
{
	char buf[32];

	return read_attribute(device, attribute, buf, sizeof(buf)) < 0 ? SNAPSHOT_NO_NUMBER
								       : sysfs_to_number(buf);
}

enum flag device_flag(const struct device *device, const char *attribute)
{
	char buf[4];
	int rc = read_attribute(device, attribute, buf, sizeof(buf));

	if (rc >= 0)
		rc = sysfs_to_flag(buf);
	return rc < 0 ? FLAG_UNKNOWN : (enum flag)rc;
}

const char *device_link(struct snapshot *snapshot, const struct device *device, const char *link)
{
	struct entry_path path;
	_cleanup_free_ char *name = sysfs_link_name(device->fd, path_to(device, link, &path));

	note_lack(device, !name);
	return snapshot_keep(snapshot, name);
}
