// SPDX-License-Identifier: LGPL-2.1-only
#include <threads.h>

#include "cxl/attach/look.h"

static int read_addresses(void *data)
{
	struct iomem *iomem = data;

	if (iomem_read(iomem) == 0)
		iomem_add_mappings(iomem);
	return 0;
}

int look_again(const struct snapshot *before, struct snapshot *now, struct iomem *iomem)
{
	thrd_t reader;
	bool beside = thrd_create(&reader, read_addresses, iomem) == thrd_success;
	int rc = snapshot_take_again(before, now);

	if (beside)
		thrd_join(reader, NULL);
	else
		read_addresses(iomem);
	if (rc < 0)
		iomem_release(iomem);
	return rc;
}
