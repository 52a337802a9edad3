// SPDX-License-Identifier: GPL-2.0-only
/*
 * /proc/iomem and /proc/vmallocinfo, as parts "iomem" and "vmallocinfo" (fuzz_part()). It is a
 * fault if one of these does not hold:
 *
 * - each line has at most one range, and each range ends at or after its first address
 * - the owner of a range is in the file, and no range is deeper than a line can be indented
 * - if all addresses are 0, as without root, the answer is an error and no range
 * - lines without a range change nothing
 */
#include <errno.h>
#include <string.h>

#include "test/fuzz/target.h"
#include "util/cleanup.h"
#include "util/iomem.h"
#include "util/memory.h"

#include <sys/stat.h>

static struct root root;

static void prepare(void)
{
	if (mkdirat(fuzz_directory_fd, "proc", 0700) < 0 || root_open(&root, fuzz_directory) < 0)
		fuzz_die(fuzz_directory);
}

static void check_range(const struct iomem_range *range, const char *text, size_t size)
{
	if (range->end < range->start)
		fuzz_fault("ends before it begins", range->owner);
	if (range->depth < 0 || (size_t)range->depth * 2 > size)
		fuzz_fault("depth", range->owner);
	if (!fuzz_has(text, size, range->owner))
		fuzz_fault("not in the file", range->owner);
}

static void check_same(const struct iomem *one, const struct iomem *other)
{
	bool same = one->count == other->count;

	for (size_t i = 0; i < one->count && same; i++)
		same = one->ranges[i].start == other->ranges[i].start &&
		       one->ranges[i].end == other->ranges[i].end &&
		       one->ranges[i].depth == other->ranges[i].depth &&
		       strcmp(one->ranges[i].owner, other->ranges[i].owner) == 0;
	if (!same)
		fuzz_fault("ranges", "changed by a line without a range");
}

static void check_with_other_lines(const struct iomem *iomem, const char *text, size_t size)
{
	static const char before[] = "this is not a range\n";
	_cleanup_free_ char *more = memory_check(malloc(size + sizeof(before)));
	struct iomem same;

	memcpy(mempcpy(more, before, strlen(before)), text, size);
	fuzz_put("proc/iomem", more, size + strlen(before));
	if (iomem_read(root, &same) < 0)
		fuzz_fault("ranges", "not read because of a line without one");
	check_same(iomem, &same);
	iomem_release(&same);
}

static void check_mappings(const char *text, size_t size)
{
	struct iomem iomem = {0};

	fuzz_put("proc/vmallocinfo", text, size);
	iomem_add_mappings(root, &iomem, 4096);
	if (iomem.count > fuzz_lines(text, size))
		fuzz_fault("mappings", "more than lines");
	for (size_t i = 0; i < iomem.count; i++) {
		if (!iomem.ranges[i].mapping)
			fuzz_fault("no mapping", iomem.ranges[i].owner);
		check_range(&iomem.ranges[i], text, size);
	}
	iomem_release(&iomem);
}

static void check_ranges(const char *text, size_t size)
{
	struct iomem iomem;
	bool any = false;
	int rc;

	fuzz_put("proc/iomem", text, size);
	rc = iomem_read(root, &iomem);
	if (iomem.count > fuzz_lines(text, size) || (rc < 0 && iomem.count > 0))
		fuzz_fault("ranges", "more than lines");
	for (size_t i = 0; i < iomem.count; i++) {
		any |= iomem.ranges[i].end > 0;
		check_range(&iomem.ranges[i], text, size);
	}
	if (rc != (any ? 0 : -EPERM))
		fuzz_fault("ranges", "not the answer for these addresses");
	if (rc == 0)
		check_with_other_lines(&iomem, text, size);
	iomem_release(&iomem);
}

static void run(const char *text, size_t size)
{
	size_t length = 0;
	const char *part = fuzz_part(text, size, "iomem", &length);

	check_ranges(part ?: "", length);
	length = 0;
	part = fuzz_part(text, size, "vmallocinfo", &length);
	check_mappings(part ?: "", length);
}

const struct fuzz_target iomem_target = {"iomem", prepare, run};
