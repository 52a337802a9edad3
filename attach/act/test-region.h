/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_ACT_TEST_REGION_H
#define ATTACH_ACT_TEST_REGION_H

/*
 * The region of an expander that the exerciser creates and destroys beside an attached region. The
 * functions only write the files that libcxl's calls would write (kernel:
 * Documentation/ABI/testing/sysfs-bus-cxl). libcxl would enumerate all devices each time, and would
 * miss the races that this is for.
 */

/**
 * test_region_create() - create a region of the whole volatile memory of an expander
 * @bus: the bus of the expander's host: "pci"
 * @host: the device above its memdev
 * @root_decoder: the root decoder for the region
 *
 * Return: 0, also if the expander already has a region; or a negative errno, after undoing the
 * writes before it.
 */
int test_region_create(const char *bus, const char *host, const char *root_decoder);

/**
 * test_region_destroy() - destroy the region of that expander
 *
 * Return: 0, also if it has no region; or the first negative errno.
 */
int test_region_destroy(const char *bus, const char *host, const char *root_decoder);

#endif
