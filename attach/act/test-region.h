/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_ACT_TEST_REGION_H
#define ATTACH_ACT_TEST_REGION_H

/*
 * The region of an expander that the exerciser creates and destroys beside an attached one. It
 * writes the files that libcxl's calls would write (kernel:
 * Documentation/ABI/testing/sysfs-bus-cxl), and nothing else: libcxl would enumerate all devices
 * each time, and so miss the races that this is for.
 */

/**
 * test_region_create() - create a region of the whole volatile memory of an expander
 * @bus: of the expander's host, as pci
 * @host: the device that its memdev is below
 * @root_decoder: below which it is to be
 *
 * Return: 0, also if the expander has a region already; or a negative errno, and what had been done
 * before is undone.
 */
int test_region_create(const char *bus, const char *host, const char *root_decoder);

/**
 * test_region_destroy() - destroy the region of that expander
 *
 * Return: 0, also if it has none; or the first negative errno.
 */
int test_region_destroy(const char *bus, const char *host, const char *root_decoder);

#endif
