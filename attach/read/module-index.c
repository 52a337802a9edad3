// SPDX-License-Identifier: LGPL-2.1-only
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "attach/read/module-index.h"
#include "util/cleanup.h"
#include "util/unread.h"

/*
 * An index, as depmod writes it (tools/depmod.c of kmod), begins with three numbers of 32 bits: a
 * magic number, the version, and the offset of its root. All numbers are big-endian. The upper bits
 * of each node's offset show what the node contains:
 */
#define MAGIC 0xb007f457
#define VERSION_MAJOR 2
#define HEADER_SIZE 12
#define HAS_PREFIX 0x80000000 /* a text */
#define HAS_VALUES 0x40000000 /* their number, and a priority and a text for each */
#define HAS_CHILDREN                                                                               \
	0x20000000 /* the first and last character of a range, and an offset for each */
#define OFFSET_MASK 0x0fffffff

#define CHARACTERS 128
/* Each level has at least one character of a name. */
#define DEPTH_MAX 4096
/* Longer than every modalias, which is an attribute of sysfs (SYSFS_ATTR_MAX), and every pattern */
#define PATTERN_MAX 8192

/* A search in an index */
struct walk {
	const uint8_t *data;
	size_t size;
	size_t nodes_left; /* how many more nodes the index can contain, each with its offset */
	void (*see)(const struct module_index_value *value, void *data);
	void *see_data;
	const char *rest;	   /* of the key, which has to match the pattern */
	size_t length;		   /* of the pattern */
	char pattern[PATTERN_MAX]; /* from its first wildcard to the current node */
};

static bool skip(const struct walk *walk, size_t *at, size_t size)
{
	if (walk->size - *at < size)
		return false;
	*at += size;
	return true;
}

static bool read_number(const struct walk *walk, size_t *at, uint32_t *number)
{
	uint32_t value;

	if (!skip(walk, at, sizeof(value)))
		return false;
	memcpy(&value, walk->data + *at - sizeof(value), sizeof(value));
	*number = be32toh(value);
	return true;
}

static bool skip_text(const struct walk *walk, size_t *at)
{
	const uint8_t *end = memchr(walk->data + *at, '\0', walk->size - *at);

	return end && skip(walk, at, (size_t)(end - (walk->data + *at)) + 1);
}

/* Read the values of a node, and pass them on if they are those of the key */
static bool read_values(const struct walk *walk, size_t *at, bool wanted)
{
	struct module_index_value value;
	uint32_t count;

	if (!read_number(walk, at, &count))
		return false;
	for (; count > 0; count--) {
		if (!read_number(walk, at, &value.priority))
			return false;
		value.text = (const char *)walk->data + *at;
		if (!skip_text(walk, at))
			return false;
		if (wanted)
			walk->see(&value, walk->see_data);
	}
	return true;
}

static bool is_wildcard(char character)
{
	return character == '*' || character == '?' || character == '[';
}

static bool add_to_pattern(struct walk *walk, char character)
{
	if (walk->length == PATTERN_MAX - 1)
		return false;
	walk->pattern[walk->length++] = character;
	return true;
}

/*
 * Follow @key, the rest of the key, along the prefix of a node. NULL stands for the part of a key
 * below a wildcard: everything there is compared with the key as a pattern.
 *
 * Return: the rest after the prefix; "" with @differs set if the prefix differs.
 */
static const char *after_prefix(struct walk *walk, const char *prefix, const char *key, bool *sound,
				bool *differs)
{
	for (; *prefix && *sound && !*differs; prefix++) {
		if (key && is_wildcard(*prefix)) {
			walk->rest = key;
			walk->length = 0;
			key = NULL;
		}
		if (!key)
			*sound = add_to_pattern(walk, *prefix);
		else if (*prefix == *key)
			key++;
		else
			*differs = true;
	}
	return key;
}

static bool matches(struct walk *walk, const char *key)
{
	if (key)
		return *key == '\0';
	walk->pattern[walk->length] = '\0';
	return fnmatch(walk->pattern, walk->rest, 0) == 0;
}

static bool read_node(struct walk *walk, uint32_t offset, const char *key, int depth);

/* Read the child that a character of the parent leads to */
static bool read_child(struct walk *walk, uint32_t child, char character, const char *key,
		       int depth)
{
	size_t length = walk->length;
	bool sound;

	if (key && !is_wildcard(character))
		return character != *key || read_node(walk, child, key + 1, depth + 1);
	if (key) {
		walk->rest = key;
		walk->length = 0;
	}
	sound = add_to_pattern(walk, character) && read_node(walk, child, NULL, depth + 1);
	walk->length = length;
	return sound;
}

static bool read_children(struct walk *walk, size_t at, char first, size_t count, const char *key,
			  int depth)
{
	uint32_t child;

	for (char character = first; count > 0; character++, count--) {
		if (!read_number(walk, &at, &child) ||
		    !read_child(walk, child, character, key, depth))
			return false;
	}
	return true;
}

/* @key is the rest of the key; NULL: see after_prefix() */
static bool read_node(struct walk *walk, uint32_t offset, const char *key, int depth)
{
	size_t at = offset & OFFSET_MASK, prefix = at, children, count = 0, length = walk->length;
	bool sound = true, differs = false;
	char first = 0;

	if (at == 0) /* no node */
		return true;
	if (at > walk->size || depth == DEPTH_MAX || walk->nodes_left-- == 0)
		return false;
	if (offset & HAS_PREFIX) {
		if (!skip_text(walk, &at))
			return false;
		key = after_prefix(walk, (const char *)walk->data + prefix, key, &sound, &differs);
	}
	if (sound && (offset & HAS_CHILDREN)) {
		const uint8_t *range = walk->data + at;

		if (!skip(walk, &at, 2) || range[0] > range[1] || range[1] >= CHARACTERS)
			return false;
		first = (char)range[0];
		count = (size_t)(range[1] - range[0]) + 1;
	}
	children = at;
	sound = sound && skip(walk, &at, count * sizeof(uint32_t)) &&
		(!(offset & HAS_VALUES) ||
		 read_values(walk, &at, !differs && matches(walk, key))) &&
		(differs || read_children(walk, children, first, count, key, depth));
	walk->length = length;
	return sound;
}

bool module_index_search(const struct module_index *index, const char *key,
			 void (*see)(const struct module_index_value *value, void *data),
			 void *data)
{
	struct walk walk = {.data = index->data,
			    .size = index->size,
			    .nodes_left = index->size / sizeof(uint32_t),
			    .see = see,
			    .see_data = data};
	uint32_t magic, version, root;
	size_t at = 0;

	if (!index->data)
		return !index->unreadable;
	if (!read_number(&walk, &at, &magic) || !read_number(&walk, &at, &version) ||
	    !read_number(&walk, &at, &root))
		return false;
	return magic != MAGIC || version >> 16 != VERSION_MAJOR || read_node(&walk, root, key, 0);
}

static void keep_first(const struct module_index_value *value, void *data)
{
	struct module_index_value *first = data;

	if (!first->text || value->priority <= first->priority)
		*first = *value;
}

bool module_index_first(const struct module_index *index, const char *key,
			struct module_index_value *value)
{
	*value = (struct module_index_value){0};
	return module_index_search(index, key, keep_first, value);
}

static void open_index(int fd, struct module_index *index)
{
	struct stat status;
	void *data;

	if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode)) {
		index->unreadable = true;
		return;
	}
	/* A smaller file is no index. */
	if (status.st_size < HEADER_SIZE)
		return;
	index->size = (size_t)status.st_size;
	data = mmap(NULL, index->size, PROT_READ, MAP_PRIVATE, fd, 0);
	index->unreadable = data == MAP_FAILED;
	index->data = index->unreadable ? NULL : data;
}

void module_index_open(struct root root, const char *path, struct module_index *index)
{
	_cleanup_close_ int fd = root_open_file(root, path, O_RDONLY);

	*index = (struct module_index){.opened = true};
	if (fd < 0) {
		unread_note(AT_FDCWD, path, fd);
		return;
	}
	errno = 0;
	open_index(fd, index);
	if (index->unreadable)
		unread_note(AT_FDCWD, path, -errno);
}

void module_index_close(struct module_index *index)
{
	if (index->data)
		munmap((void *)index->data, index->size);
	*index = (struct module_index){0};
}
