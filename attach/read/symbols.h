/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_READ_SYMBOLS_H
#define ATTACH_READ_SYMBOLS_H

#include <stddef.h>

/*
 * The kernel's symbols that show attach, by their names in the kernels that have them. A kernel
 * that uses another name seems to have no attach. A missing symbol therefore proves little. Pure.
 */

enum symbol_meaning {
	SYMBOL_OTHER,  /* shows nothing */
	SYMBOL_CXL,    /* shows CXL; one of the next two then exists, if it is known at all */
	SYMBOL_MEMDEV, /* registers memdevs: in some vendor kernels with an attach method */
	SYMBOL_ATTACH, /* registers or uses an attach method */
};

struct symbol {
	const char *name;
	enum symbol_meaning meaning;
};

/** symbols_all() - return all known symbols, the most meaningful one first; constant data */
const struct symbol *symbols_all(size_t *count);

/** symbol_meaning() - return the meaning of a symbol, SYMBOL_OTHER for an unknown name */
enum symbol_meaning symbol_meaning(const char *name);

#endif
