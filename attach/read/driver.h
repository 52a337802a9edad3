/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_READ_DRIVER_H
#define ATTACH_READ_DRIVER_H

#include "util/root.h"

/* Reads: the link /sys/bus/BUS/devices/DEVICE/driver */

/** driver_of() - the driver of a device, a new string that the caller frees; NULL for none */
char *driver_of(struct root root, const char *bus, const char *device);

#endif
