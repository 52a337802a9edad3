// SPDX-License-Identifier: GPL-2.0-only
/*
 * How the bare loop reads attributes: one after the other (bare-reads.c), or many at once with
 * io_uring(7) (uring-reads.c). What they read is thrown away.
 */
#ifndef BARE_READS_H
#define BARE_READS_H

void begin_reading(void);

/* Read the attribute @name in the directory @device, now or until leave_device(). */
void read_attribute(int device, const char *name);

/* Close the directory @device, as soon as its attributes are read. */
void leave_device(int device);

/* Wait for everything that is not read yet; return how many attributes could be read. */
unsigned long end_reading(void);

#endif
