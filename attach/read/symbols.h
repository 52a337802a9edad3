/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_READ_SYMBOLS_H
#define ATTACH_READ_SYMBOLS_H

#include <stddef.h>

/*
 * The kernel's symbols that tell about attach, by the names that they have in the kernels that have
 * them. A kernel whose attach has a name that is not among them seems to have none: that a symbol
 * is missing proves little. Pure.
 */

enum symbol_meaning {
	SYMBOL_OTHER, /* tells nothing */
	SYMBOL_CXL, /* there is CXL, and so one of the next two is there if they are known at all */
	SYMBOL_MEMDEV, /* registers memdevs: in some kernels of vendors with an attach method */
	SYMBOL_ATTACH, /* registers or uses an attach method */
};

struct symbol {
	const char *name;
	enum symbol_meaning meaning;
};

/** symbols_all() - every symbol that is known, the one that tells most first; constant data */
const struct symbol *symbols_all(size_t *count);

/** symbol_meaning() - SYMBOL_OTHER for a name that is not known */
enum symbol_meaning symbol_meaning(const char *name);

#endif
