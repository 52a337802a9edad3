/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_READ_LIBKMOD_LOAD_H
#define ATTACH_READ_LIBKMOD_LOAD_H

/** libkmod_load() - load libkmod now, and not at the first call of one of its functions */
void libkmod_load(void);

#endif
