// SPDX-License-Identifier: LGPL-2.1-only
#include <string.h>

#include "attach/read/symbols.h"

static const struct symbol symbols[] = {
	/* exported by cxl_mem since v7.2 (drivers/cxl/mem.c) */
	{"devm_cxl_probe_mem", SYMBOL_ATTACH},
	/*
	 * exported by cxl_core: in v7.2 only to cxl_mem, in earlier versions of the series to
	 * drivers
	 */
	{"cxl_memdev_attach_region", SYMBOL_ATTACH},
	/*
	 * until v7.1; in earlier versions of the series it takes the attach method as an argument
	 */
	{"devm_cxl_add_memdev", SYMBOL_MEMDEV},
	/* since v7.2: the call that cxl_pci uses */
	{"devm_cxl_add_classdev", SYMBOL_CXL},
};

const struct symbol *symbols_all(size_t *count)
{
	*count = sizeof(symbols) / sizeof(*symbols);
	return symbols;
}

enum symbol_meaning symbol_meaning(const char *name)
{
	for (size_t i = 0; i < sizeof(symbols) / sizeof(*symbols); i++) {
		if (strcmp(symbols[i].name, name) == 0)
			return symbols[i].meaning;
	}
	return SYMBOL_OTHER;
}
