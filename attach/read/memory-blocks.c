// SPDX-License-Identifier: LGPL-2.1-only
#include <ctype.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "attach/model/snapshot.h"
#include "attach/read/memory-blocks.h"
#include "util/cleanup.h"
#include "util/memory.h"
#include "util/unread.h"

#define DIRECTORY "/sys/devices/system/memory"

uint64_t memory_block_size(struct root root)
{
	char text[32];

	if (root_read(root, DIRECTORY "/block_size_bytes", text, sizeof(text)) <= 0)
		return 0;
	return strtoull(text, NULL, 16);
}

/* Read the number after a prefix: 1 for "node1" with the prefix "node" */
static bool number_after(const char *name, const char *prefix, uint64_t *number)
{
	size_t length = strlen(prefix);
	char *end;

	if (strncmp(name, prefix, length) != 0 || !isdigit((unsigned char)name[length]))
		return false;
	*number = strtoull(name + length, &end, 10);
	return *end == '\0';
}

static int compare_numbers(const void *left, const void *right)
{
	uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;

	return a < b ? -1 : a > b;
}

void memory_blocks_read(struct root root, struct memory_blocks *blocks)
{
	const struct dirent *entry;
	uint64_t number;
	DIR *directory;

	*blocks = (struct memory_blocks){.root = root, .size = memory_block_size(root)};
	directory = blocks->size ? root_opendir(root, DIRECTORY) : NULL;
	while (directory && (entry = unread_entry(directory))) {
		if (number_after(entry->d_name, "memory", &number))
			*APPEND(blocks->numbers, blocks->count) = number;
	}
	if (directory)
		closedir(directory);
	if (blocks->numbers)
		qsort(blocks->numbers, blocks->count, sizeof(*blocks->numbers), compare_numbers);
}

void memory_blocks_release(struct memory_blocks *blocks)
{
	free(blocks->numbers);
	*blocks = (struct memory_blocks){0};
}

int memory_block_flag(struct root root, uint64_t number, const char *attribute)
{
	_cleanup_free_ char *path =
		xasprintf(DIRECTORY "/memory%ju/%s", (uintmax_t)number, attribute);

	return root_read_flag(root, path);
}

/* The block has a link to its node, with the node's name. */
uint64_t memory_block_node(struct root root, uint64_t number)
{
	_cleanup_free_ char *path = xasprintf(DIRECTORY "/memory%ju", (uintmax_t)number);
	DIR *directory = root_opendir(root, path);
	uint64_t node = SNAPSHOT_NO_NUMBER;
	const struct dirent *entry;

	while (directory && node == SNAPSHOT_NO_NUMBER && (entry = unread_entry(directory)))
		number_after(entry->d_name, "node", &node);
	if (directory)
		closedir(directory);
	return node;
}
