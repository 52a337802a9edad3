/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_READ_HOOKS_H
#define ATTACH_READ_HOOKS_H

#include "util/root.h"

struct hooks;

/**
 * hooks_read() - the hooks of that machine
 * @hooks: released with hooks_release()
 *
 * Where there is no such directory, that is one system call. What could not be read, although it
 * may be there, unread_note() knows.
 */
void hooks_read(struct root root, struct hooks *hooks);

#endif
