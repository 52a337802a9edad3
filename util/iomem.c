// SPDX-License-Identifier: LGPL-2.1-only
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/cleanup.h"
#include "util/iomem.h"
#include "util/memory.h"
#include "util/unread.h"

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
	/*
	 * The kernel returns at least 4096 bytes for each read; stdio would request a quarter of
	 * that.
	 */
	char buffer[4096];
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

int iomem_read(struct root root, struct iomem *iomem)
{
	uint64_t highest = 0;
	int rc;

	*iomem = (struct iomem){0};
	rc = read_lines(root, iomem, "/proc/iomem", add_line, 0);
	for (size_t i = 0; rc == 0 && i < iomem->count; i++)
		highest |= iomem->ranges[i].end;
	if (highest > 0)
		return 0;
	iomem_release(iomem);
	return rc ?: -EPERM;
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
