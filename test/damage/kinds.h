/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TEST_DAMAGE_KINDS_H
#define TEST_DAMAGE_KINDS_H

#include <stddef.h>
#include <sys/types.h>

#include "test/damage/targets.h"

/* The kinds of damage to one file, link or directory, which was moved away before */

struct damage_kind {
	const char *name;
	mode_t type;		 /* the type of what is damaged: S_IFREG, S_IFLNK or S_IFDIR */
	enum damage_level level; /* done at that level and above */
	/* Puts something in its place; NULL: nothing. 0, or -1 with errno set */
	int (*put)(int directory, const char *name);
};

extern const struct damage_kind damage_kinds[];
extern const size_t nr_damage_kinds;

#endif
