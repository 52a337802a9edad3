// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "util/iomem.h"
#include "util/root.h"

#define REGION 0x390000000
#define REGION_SIZE 0x10000000

static char top[] = "/tmp/test-iomem-XXXXXX";

static int make_machine(void **state)
{
	(void)state;
	return mkdtemp(top) && chdir(top) == 0 ? mkdir("proc", 0700) : -1;
}

static int remove_machine(void **state)
{
	(void)state;
	unlink("proc/vmallocinfo");
	return rmdir("proc") < 0 || chdir("/") < 0 ? -1 : rmdir(top);
}

/*
 * As the kernel prints them: the whole region, and a page of another device, each with a guard page
 */
static void print_mappings(uint64_t page)
{
	FILE *file = fopen("proc/vmallocinfo", "w");

	assert_non_null(file);
	fprintf(file,
		"0xffffc90000200000-0xffffc90010201000 %ju sfc_probe+0x12/0x90 [sfc] "
		"phys=0x390000000 ioremap\n",
		(uintmax_t)(REGION_SIZE + page));
	fprintf(file,
		"0xffffc90020000000-0xffffc90020002000 %ju pci_iomap+0x1/0x2 phys=0xfe000000 "
		"ioremap\n",
		(uintmax_t)(2 * page));
	/* Only the guard page, and memory that is not mapped from an address */
	fprintf(file,
		"0xffffc90030000000-0xffffc90030001000 %ju none+0x1/0x2 phys=0xfd000000 "
		"ioremap\n",
		(uintmax_t)page);
	fprintf(file,
		"0xffffc90040000000-0xffffc90040005000 %ju load_module+0x1/0x2 pages=4 "
		"vmalloc\n",
		(uintmax_t)(5 * page));
	assert_int_equal(fclose(file), 0);
}

static void leaves_out_the_guard_of_any_page_size(void **state)
{
	static const uint64_t pages[] = {4096, 16384, 65536};
	struct root root;

	(void)state;
	assert_int_equal(root_open(&root, top), 0);
	for (size_t i = 0; i < sizeof(pages) / sizeof(*pages); i++) {
		struct iomem iomem = {0};

		print_mappings(pages[i]);
		iomem_add_mappings(root, &iomem, pages[i]);
		assert_int_equal(iomem.count, 2);
		assert_true(iomem.ranges[0].mapping);
		assert_true(iomem.ranges[0].start == REGION);
		assert_true(iomem.ranges[0].end == REGION + REGION_SIZE - 1);
		assert_string_equal(iomem.ranges[0].owner, "sfc_probe");
		assert_true(iomem.ranges[1].end == 0xfe000000 + pages[i] - 1);
		iomem_release(&iomem);
	}
	root_close(&root);
}

static void print_ranges(int fd, const char *text)
{
	assert_int_equal(ftruncate(fd, 0), 0);
	assert_int_equal(pwrite(fd, text, strlen(text), 0), strlen(text));
}

/* A text that is the same is not parsed again; one that differs is, also if it is as long. */
static void reads_again_what_has_changed(void **state)
{
	static const char with[] = "00000000-00000fff : Reserved\n390000000-39fffffff : CXL\n"
				   "  390000000-39fffffff : region0\n";
	static const char other[] = "00000000-00000fff : Reserved\n390000000-39fffffff : CXL\n"
				    "  390000000-39fffffff : region1\n";
	static const char without[] = "00000000-00000fff : Reserved\n390000000-39fffffff : CXL\n";
	struct iomem_again again = {
		.fd = open(".", O_TMPFILE | O_RDWR, 0600)}; /* in the place of /proc/iomem */
	const struct iomem_range *first;

	(void)state;
	print_ranges(again.fd, with);
	assert_int_equal(iomem_read_again(&again), 0);
	assert_int_equal(again.ranges.count, 3);
	assert_string_equal(again.ranges.ranges[2].owner, "region0");
	assert_int_equal(again.ranges.ranges[2].depth, 1);
	first = again.ranges.ranges;
	assert_int_equal(iomem_read_again(&again), 0);
	assert_ptr_equal(again.ranges.ranges, first);
	assert_int_equal(again.ranges.count, 3);
	print_ranges(again.fd, without);
	assert_int_equal(iomem_read_again(&again), 0);
	assert_int_equal(again.ranges.count, 2);
	print_ranges(again.fd, with);
	assert_int_equal(iomem_read_again(&again), 0);
	print_ranges(again.fd, other);
	assert_int_equal(iomem_read_again(&again), 0);
	assert_string_equal(again.ranges.ranges[2].owner, "region1");
	print_ranges(again.fd, "00000000-00000000 : Reserved\n");
	assert_int_equal(iomem_read_again(&again), -EPERM);
	assert_int_equal(again.ranges.count, 0);
	assert_int_equal(iomem_read_again(&again), -EPERM);
	print_ranges(again.fd, with);
	assert_int_equal(iomem_read_again(&again), 0);
	assert_int_equal(again.ranges.count, 3);
	iomem_again_release(&again);
	assert_int_equal(again.fd, 0);
}

/* Mappings that the caller has added are not part of the text. */
static void reads_again_without_mappings(void **state)
{
	struct iomem_again again = {.fd = open(".", O_TMPFILE | O_RDWR, 0600)};
	struct root root;

	(void)state;
	assert_int_equal(root_open(&root, top), 0);
	print_mappings(4096);
	print_ranges(again.fd, "390000000-39fffffff : CXL\n");
	for (int i = 0; i < 2; i++) {
		assert_int_equal(iomem_read_again(&again), 0);
		assert_int_equal(again.ranges.count, 1);
		iomem_add_mappings(root, &again.ranges, 4096);
		assert_int_equal(again.ranges.count, 3);
	}
	iomem_again_release(&again);
	root_close(&root);
}

static void knows_the_page_of_this_kernel(void **state)
{
	(void)state;
	assert_int_equal(iomem_page(), getpagesize());
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(leaves_out_the_guard_of_any_page_size),
		cmocka_unit_test(reads_again_what_has_changed),
		cmocka_unit_test(reads_again_without_mappings),
		cmocka_unit_test(knows_the_page_of_this_kernel),
	};

	return cmocka_run_group_tests_name("iomem", tests, make_machine, remove_machine);
}
