/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_MODEL_CLASS_DRIVER_H
#define ATTACH_MODEL_CLASS_DRIVER_H

#include <stdbool.h>

/**
 * is_class_driver() - test for a driver of devices with the class code of memory, which never
 * attaches
 * @name: the name of a driver or of its module; may be NULL
 *
 * The kernel has two: cxl_pci (drivers/cxl/pci.c), and cxl_mock_mem of cxl_test
 * (tools/testing/cxl/test/mem.c). Both register memdevs without an attach method. Pure.
 */
bool is_class_driver(const char *name);

#endif
