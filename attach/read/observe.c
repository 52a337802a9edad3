// SPDX-License-Identifier: LGPL-2.1-only
#include <pthread.h>

#include "attach/read/observe.h"
#include "attach/read/take.h"

static void *read_addresses(void *data)
{
	struct iomem *iomem = data;

	if (iomem_read(iomem) == 0)
		iomem_add_mappings(iomem);
	return NULL;
}

int observe_again(const struct snapshot *before, struct snapshot *now, struct iomem *iomem)
{
	pthread_t reader;
	bool beside = pthread_create(&reader, NULL, read_addresses, iomem) == 0;
	int rc = snapshot_take_again(before, NULL, now);

	if (beside)
		pthread_join(reader, NULL);
	else
		read_addresses(iomem);
	if (rc < 0)
		iomem_release(iomem);
	return rc;
}
