/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TEST_DAMAGE_TARGETS_H
#define TEST_DAMAGE_TARGETS_H

#include <stddef.h>
#include <sys/types.h>

/* How much damage is done to a file, link or directory */
enum damage_level {
	DAMAGE_REMOVE, /* links and directories that do not concern CXL */
	DAMAGE_SOME,   /* the contents of a CXL device or its host; what is read of other devices */
	DAMAGE_ALL,    /* what is read of CXL devices and their hosts */
};

struct target {
	char *path;  /* relative to the machine's directory */
	mode_t type; /* S_IFREG, S_IFLNK or S_IFDIR */
	enum damage_level level;
};

struct targets {
	struct target *list; /* the contents of a directory precede it */
	size_t count;
	char **devices; /* the names of the CXL devices whose directories are damaged */
	size_t nr_devices;
};

/**
 * targets_find() - find every link and directory of the machine, and the files that may be read
 * @targets: zeroed; released with targets_release()
 *
 * Only the first few CXL devices of each kind are included: a machine can have hundreds of
 * decoders.
 *
 * Return: 0, or -1 with errno set.
 */
int targets_find(int directory, struct targets *targets);
void targets_release(struct targets *targets);

#endif
