// SPDX-License-Identifier: LGPL-2.1-only
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
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

/* A walk through an index */
struct walk {
	const uint8_t *data;
	size_t size;
	size_t nodes_left; /* how many more nodes the index can contain, each with its offset */
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

static bool skip_values(const struct walk *walk, size_t *at)
{
	uint32_t count, priority;

	if (!read_number(walk, at, &count))
		return false;
	for (; count > 0; count--) {
		if (!read_number(walk, at, &priority) || !skip_text(walk, at))
			return false;
	}
	return true;
}

/* Characters of a pattern: libkmod reads everything below them. */
static bool is_wildcard(char character)
{
	return character == '*' || character == '?' || character == '[';
}

/*
 * Return the rest of @name after the prefix at @at. NULL: anything below may match; "": nothing
 * does
 */
static const char *after_prefix(const struct walk *walk, size_t at, const char *name)
{
	const char *prefix = (const char *)walk->data + at;

	for (; name && *prefix; prefix++) {
		if (is_wildcard(*prefix))
			return NULL;
		if (*prefix != *name)
			return "";
		name++;
	}
	return name;
}

static bool is_node_sound(struct walk *walk, uint32_t offset, const char *name, int depth);

/* @name is NULL: all children are read */
static bool are_children_sound(struct walk *walk, size_t at, char first, size_t count,
			       const char *name, int depth)
{
	uint32_t child;

	for (char character = first; count > 0; character++, count--) {
		bool wild = !name || is_wildcard(character);

		if (!read_number(walk, &at, &child))
			return false;
		if ((wild || character == *name) &&
		    !is_node_sound(walk, child, wild ? NULL : name + 1, depth + 1))
			return false;
	}
	return true;
}

/* @name is the rest of the name in a lookup; NULL: the lookup reads everything below */
static bool is_node_sound(struct walk *walk, uint32_t offset, const char *name, int depth)
{
	size_t at = offset & OFFSET_MASK, prefix = at, children, count = 0;
	char first = 0;

	if (at == 0) /* no node */
		return true;
	if (at > walk->size || depth == DEPTH_MAX || walk->nodes_left-- == 0)
		return false;
	if (offset & HAS_PREFIX) {
		if (!skip_text(walk, &at))
			return false;
		name = after_prefix(walk, prefix, name);
	}
	if (offset & HAS_CHILDREN) {
		const uint8_t *range = walk->data + at;

		if (!skip(walk, &at, 2) || range[0] > range[1] || range[1] >= CHARACTERS)
			return false;
		first = (char)range[0];
		count = (size_t)(range[1] - range[0]) + 1;
	}
	children = at;
	return skip(walk, &at, count * sizeof(uint32_t)) &&
	       (!(offset & HAS_VALUES) || skip_values(walk, &at)) &&
	       are_children_sound(walk, children, first, count, name, depth);
}

bool module_index_is_sound(const struct module_index *index, const char *name)
{
	struct walk walk = {index->data, index->size, index->size / sizeof(uint32_t)};
	uint32_t magic, version, root;
	size_t at = 0;

	if (!index->data)
		return !index->unreadable;
	if (!read_number(&walk, &at, &magic) || !read_number(&walk, &at, &version) ||
	    !read_number(&walk, &at, &root))
		return false;
	return magic != MAGIC || version >> 16 != VERSION_MAJOR ||
	       is_node_sound(&walk, root, name, 0);
}

static void open_index(int fd, struct module_index *index)
{
	struct stat status;
	void *data;

	if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode)) {
		index->unreadable = true;
		return;
	}
	/* libkmod refuses a smaller file. */
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

	*index = (struct module_index){0};
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
