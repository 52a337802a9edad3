/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_ACT_LIBCXL_LOAD_H
#define ATTACH_ACT_LIBCXL_LOAD_H

/**
 * libcxl_load() - load libcxl and libkmod, or end the program with a message and EXIT_CANNOT
 *
 * The first call of a function of these libraries does the same. A command that acts calls this
 * function before it changes anything.
 */
void libcxl_load(void);

#endif
