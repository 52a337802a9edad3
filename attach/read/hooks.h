/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_READ_HOOKS_H
#define ATTACH_READ_HOOKS_H

#include "util/root.h"

struct hooks;

/**
 * hooks_read() - read the hooks of a machine
 * @hooks: released with hooks_release()
 *
 * Without the directory of hooks, this takes one system call. A file that may exist but could not
 * be read is recorded by unread_note().
 */
void hooks_read(struct root root, struct hooks *hooks);

#endif
