/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_ACT_MODULE_H
#define ATTACH_ACT_MODULE_H

/**
 * module_load(), module_unload() - as modprobe(8) does, with its configuration
 *
 * Return: 0, or a negative errno: -ENOENT for a module that there is not, -EBUSY or -EAGAIN for one
 * that is used, -EINVAL for one that refused its devices. They may sleep in the kernel.
 */
int module_load(const char *name);
int module_unload(const char *name);

#endif
