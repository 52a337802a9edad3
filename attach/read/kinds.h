/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_READ_KINDS_H
#define ATTACH_READ_KINDS_H

#include "attach/read/device.h"

/* What is read of each kind of CXL device, into the snapshot */

/** kind_of() - what reads a device of that name; NULL for a kind that says nothing on attach */
read_function kind_of(const char *name);

/* What kind_of() gives for memdevs, decoders and ports, which are found in ways of their own */
void read_memdev(struct snapshot *snapshot, const struct device *device);
void read_decoder(struct snapshot *snapshot, const struct device *device);
void read_port(struct snapshot *snapshot, const struct device *device);

/** copy_root_decoder() - one that was read before, and is still the same one; false if it is not */
bool copy_root_decoder(struct snapshot *snapshot, const struct device *device);

#endif
