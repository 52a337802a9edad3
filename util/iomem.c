// SPDX-License-Identifier: LGPL-2.1-only
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/cleanup.h"
#include "util/iomem.h"
#include "util/memory.h"
#include "util/unread.h"

/* The kernel returns at least this many bytes for each read of its files of lines. */
#define READ_SIZE 4096

#define HEX_DIGITS "0123456789abcdefABCDEF"

/*
 * Parse hexadecimal digits, but no sign, space or 0x, which strtoull() would accept. Return the
 * rest of the text; NULL if there are no digits or too many.
 */
static char *parse_address(char *text, uint64_t *address)
{
	char *end;

	errno = 0;
	*address = strtoull(text, &end, 16);
	return isxdigit((unsigned char)*text) && end == text + strspn(text, HEX_DIGITS) && !errno
		       ? end
		       : NULL;
}

static void add_range(struct iomem *iomem, const struct iomem_range *range, const char *owner)
{
	struct iomem_range *added;

	if (range->end < range->start)
		return;
	added = APPEND(iomem->ranges, iomem->count);
	*added = *range;
	added->owner = memory_check(strdup(owner));
}

/* "  390000000-39fffffff : region0": each level has two spaces. */
static void add_line(struct iomem *iomem, char *line, uint64_t page)
{
	struct iomem_range range = {.depth = (int)strspn(line, " ") / 2};

	(void)page;
	line[strcspn(line, "\n")] = '\0';
	line = parse_address(line + strspn(line, " "), &range.start);
	if (!line || *line != '-')
		return;
	line = parse_address(line + 1, &range.end);
	if (line && strncmp(line, " : ", 3) == 0)
		add_range(iomem, &range, line + 3);
}

/*
 * "0xffffc90000200000-0xffffc90010201000 268439552 sfc_probe+0x12/0x90 [sfc] phys=0x390000000
 * ioremap": the size includes one guard page after the mapping, which is not mapped.
 */
static void add_mapping(struct iomem *iomem, char *line, uint64_t page)
{
	char *phys = strstr(line, " phys=0x");
	struct iomem_range range = {.mapping = true};
	uint64_t size;
	char owner[128];

	if (!phys || sscanf(line, "%*s %" SCNu64 " %127s", &size, owner) != 2 || size <= page ||
	    !parse_address(phys + strlen(" phys=0x"), &range.start))
		return;
	owner[strcspn(owner, "+")] = '\0';
	range.end = range.start + size - page - 1;
	add_range(iomem, &range, owner);
}

static int read_lines(struct root root, struct iomem *iomem, const char *path,
		      void (*add)(struct iomem *iomem, char *line, uint64_t page), uint64_t page)
{
	FILE *file = root_fopen(root, path);
	_cleanup_free_ char *line = NULL;
	/* stdio would request a quarter of that. */
	char buffer[READ_SIZE];
	size_t size = 0;
	int rc;

	if (!file)
		return -errno;
	setvbuf(file, buffer, _IOFBF, sizeof(buffer));
	while (getline(&line, &size, file) >= 0)
		add(iomem, line, page);
	rc = unread_end(file);
	fclose(file);
	return rc;
}

/* Without root, every address is 0. */
static bool has_addresses(const struct iomem *iomem)
{
	uint64_t highest = 0;

	for (size_t i = 0; i < iomem->count; i++)
		highest |= iomem->ranges[i].end;
	return highest > 0;
}

int iomem_read(struct root root, struct iomem *iomem)
{
	int rc;

	*iomem = (struct iomem){0};
	rc = read_lines(root, iomem, "/proc/iomem", add_line, 0);
	if (rc == 0 && has_addresses(iomem))
		return 0;
	iomem_release(iomem);
	return rc ?: -EPERM;
}

/*
 * Read the whole file behind the text that was read before. A read(2) returns whole lines, and as
 * many as the kernel has room for: only one that returns nothing shows the end.
 */
static int read_text(struct iomem_again *again, size_t *length)
{
	ssize_t got;

	*length = 0;
	do {
		size_t start = again->length + *length;

		if (again->size < start + READ_SIZE + 1)
			again->text = memory_check(
				realloc(again->text, again->size = start + READ_SIZE + 1));
		got = TEMP_FAILURE_RETRY(
			pread(again->fd, again->text + start, READ_SIZE, (off_t)*length));
		*length += got > 0 ? (size_t)got : 0;
	} while (got > 0);
	return got < 0 ? unread_note(AT_FDCWD, "/proc/iomem", -errno) : 0;
}

static int open_once(struct iomem_again *again)
{
	int fd = again->fd ?: open("/proc/iomem", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return unread_note(AT_FDCWD, "/proc/iomem", -errno);
	again->fd = fd;
	return 0;
}

/* Parse the text that was read behind the earlier one, and keep it in the place of that one */
static void parse(struct iomem_again *again, size_t length)
{
	_cleanup_free_ char *lines = NULL;
	char *line, *rest;

	memmove(again->text, again->text + again->length, length);
	again->text[length] = '\0';
	again->length = length;
	rest = lines = memory_check(strdup(again->text));
	while ((line = strsep(&rest, "\n"))) {
		if (*line)
			add_line(&again->ranges, line, 0);
	}
}

static void remove_mappings(struct iomem *iomem)
{
	while (iomem->count > 0 && iomem->ranges[iomem->count - 1].mapping)
		free(iomem->ranges[--iomem->count].owner);
}

int iomem_read_again(struct iomem_again *again)
{
	size_t length = 0;
	int rc = open_once(again);

	if (rc == 0)
		rc = read_text(again, &length);
	remove_mappings(&again->ranges);
	if (rc == 0 && length == again->length &&
	    memcmp(again->text, again->text + again->length, length) == 0)
		return again->ranges.count > 0 ? 0 : -EPERM;
	iomem_release(&again->ranges);
	if (rc == 0)
		parse(again, length);
	else
		again->length = 0;
	if (rc == 0 && has_addresses(&again->ranges))
		return 0;
	iomem_release(&again->ranges);
	return rc ?: -EPERM;
}

void iomem_again_release(struct iomem_again *again)
{
	if (again->fd > 0)
		close(again->fd);
	free(again->text);
	iomem_release(&again->ranges);
	*again = (struct iomem_again){0};
}

void iomem_add_mappings(struct root root, struct iomem *iomem, uint64_t page)
{
	read_lines(root, iomem, "/proc/vmallocinfo", add_mapping, page);
}

uint64_t iomem_page(void)
{
	return (uint64_t)sysconf(_SC_PAGESIZE);
}

void iomem_release(struct iomem *iomem)
{
	for (size_t i = 0; i < iomem->count; i++)
		free(iomem->ranges[i].owner);
	free(iomem->ranges);
	*iomem = (struct iomem){0};
}
