// SPDX-License-Identifier: LGPL-2.1-only
#include "attach/model/class-driver.h"
#include "util/text.h"

bool is_class_driver(const char *name)
{
	return streq(name, "cxl_pci") || streq(name, "cxl_mock_mem");
}
