/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_READ_MODULE_INDEX_H
#define ATTACH_READ_MODULE_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/root.h"

/*
 * Search the binary indexes of the modules, as depmod writes them. A search reads only the parts of
 * the index that can contain the key. libkmod has the same search, but is not used for it: loading
 * libkmod and the libraries behind it takes as long as a listing of one memdev, and libkmod (as of
 * 34) trusts the contents of an index. In a damaged index it reads beyond the end or in circles.
 */

struct module_index {
	bool opened;	     /* module_index_open() was called */
	const uint8_t *data; /* NULL: the index is empty */
	size_t size;
	bool unreadable;
};

/* A value of the index; its priority is its line in depmod's text, and the least comes first. */
struct module_index_value {
	const char *text; /* valid until the index is closed; NULL: not found */
	uint32_t priority;
};

/**
 * module_index_open() - open modules.dep.bin, modules.alias.bin, ...; closed with
 * module_index_close()
 */
void module_index_open(struct root root, const char *path, struct module_index *index);
void module_index_close(struct module_index *index);

/**
 * module_index_search() - find all values of a key
 * @key: a name, or a modalias, which patterns in the index may match as fnmatch(3) does; libkmod
 * and depmod write an underscore for each dash
 * @see: called for each value, in any order
 *
 * Return: false if the index is damaged where the key would be, or cannot be read. Values that were
 * seen before do not count then. In an index that does not exist, nothing is found.
 */
bool module_index_search(const struct module_index *index, const char *key,
			 void (*see)(const struct module_index_value *value, void *data),
			 void *data);

/**
 * module_index_first() - as module_index_search(), for the first value
 *
 * Of several values with the least priority, libkmod takes the last one that it finds.
 */
bool module_index_first(const struct module_index *index, const char *key,
			struct module_index_value *value);

#endif
