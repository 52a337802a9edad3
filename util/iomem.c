// SPDX-License-Identifier: LGPL-2.1-only
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"
#include "util/iomem.h"
#include "util/memory.h"
#include "util/unread.h"

/* The size of a mapping includes the page after it, which is not mapped. */
#define GUARD_PAGE 4096

/* "  390000000-39fffffff : region0": two spaces for each level */
static void add_line(struct iomem *iomem, char *line)
{
	struct iomem_range range = {.depth = (int)strspn(line, " ") / 2};
	char *end;

	line[strcspn(line, "\n")] = '\0';
	range.start = strtoull(line, &end, 16);
	if (end == line || *end != '-')
		return;
	line = end + 1;
	range.end = strtoull(line, &end, 16);
	if (end == line || strncmp(end, " : ", 3) != 0)
		return;
	range.owner = memory_check(strdup(end + 3));
	*APPEND(iomem->ranges, iomem->count) = range;
}

/* "0xffffc90000200000-0xffffc90010201000 268439552 sfc_probe+0x12/0x90 [sfc] phys=0x390000000
 * ioremap" */
static void add_mapping(struct iomem *iomem, char *line)
{
	const char *phys = strstr(line, " phys=0x");
	struct iomem_range range = {.mapping = true};
	uint64_t size;
	char owner[128];

	if (!phys || sscanf(line, "%*s %" SCNu64 " %127s", &size, owner) != 2 || size <= GUARD_PAGE)
		return;
	owner[strcspn(owner, "+")] = '\0';
	range.start = strtoull(phys + strlen(" phys="), NULL, 16);
	range.end = range.start + size - GUARD_PAGE - 1;
	range.owner = memory_check(strdup(owner));
	*APPEND(iomem->ranges, iomem->count) = range;
}

static int read_lines(struct root root, struct iomem *iomem, const char *path,
		      void (*add)(struct iomem *iomem, char *line))
{
	FILE *file = root_fopen(root, path);
	_cleanup_free_ char *line = NULL;
	/* The kernel returns up to a page for each read; stdio would ask for a quarter of that. */
	char buffer[4096];
	size_t size = 0;
	int rc;

	if (!file)
		return -errno;
	setvbuf(file, buffer, _IOFBF, sizeof(buffer));
	while (getline(&line, &size, file) >= 0)
		add(iomem, line);
	rc = unread_end(file);
	fclose(file);
	return rc;
}

int iomem_read(struct root root, struct iomem *iomem)
{
	uint64_t highest = 0;
	int rc;

	*iomem = (struct iomem){0};
	rc = read_lines(root, iomem, "/proc/iomem", add_line);
	for (size_t i = 0; rc == 0 && i < iomem->count; i++)
		highest |= iomem->ranges[i].end;
	if (highest > 0)
		return 0;
	iomem_release(iomem);
	return rc ?: -EPERM;
}

void iomem_add_mappings(struct root root, struct iomem *iomem)
{
	read_lines(root, iomem, "/proc/vmallocinfo", add_mapping);
}

void iomem_release(struct iomem *iomem)
{
	for (size_t i = 0; i < iomem->count; i++)
		free(iomem->ranges[i].owner);
	free(iomem->ranges);
	*iomem = (struct iomem){0};
}
