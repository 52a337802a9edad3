/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_READ_DRIVER_H
#define ATTACH_READ_DRIVER_H

#include "util/root.h"

/* Reads: the link /sys/bus/BUS/devices/DEVICE/driver, and the file driver_override beside it */

/**
 * driver_of() - return the driver of a device, a new string that the caller frees; NULL for none
 */
char *driver_of(struct root root, const char *bus, const char *device);

/**
 * override_of() - return the driver_override of a device, a new string that the caller frees
 *
 * Return: NULL for none. On PCI, "(null)" also means none.
 */
char *override_of(struct root root, const char *bus, const char *device);

#endif
