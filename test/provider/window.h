/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CXL_LAB_WINDOW_H
#define CXL_LAB_WINDOW_H

struct device;
struct lab_window;
struct range;

/* A character device, /dev/cxl_lab_window-DEVICE, through which a process can map the memory */

/* lab_window_open() - register the device; an ERR_PTR() on error */
struct lab_window *lab_window_open(struct device *dev, const struct range *range);

/*
 * lab_window_close() - unregister the device, and wait until no process has it open or mapped, as
 * VFIO does
 */
void lab_window_close(struct lab_window *window);

#endif
