/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_READ_MODULE_INDEX_H
#define ATTACH_READ_MODULE_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/root.h"

/*
 * Check the binary indexes of the modules before libkmod reads them. libkmod (as of 34) trusts the
 * contents of an index. In a damaged index it reads beyond the end or in circles, and the process
 * ends.
 */

struct module_index {
	const uint8_t *data; /* NULL: the index is empty */
	size_t size;
	bool unreadable;
};

/**
 * module_index_open() - open modules.dep.bin, modules.alias.bin, ...; closed with
 * module_index_close()
 */
void module_index_open(struct root root, const char *path, struct module_index *index);
void module_index_close(struct module_index *index);

/**
 * module_index_is_sound() - test whether libkmod can look up that name in the index
 *
 * Only the parts that a lookup of the name reads are checked. An index that does not exist, or that
 * libkmod itself refuses, is sound: libkmod finds nothing in it.
 */
bool module_index_is_sound(const struct module_index *index, const char *name);

#endif
