// SPDX-License-Identifier: LGPL-2.1-only
#include <pthread.h>

#include "attach/read/observe.h"
#include "attach/read/take.h"

/* The input of the thread that reads the addresses */
struct addresses {
	struct root root;
	struct iomem *iomem;
};

static void *read_addresses(void *data)
{
	struct addresses *addresses = data;

	if (iomem_read(addresses->root, addresses->iomem) == 0)
		iomem_add_mappings(addresses->root, addresses->iomem, iomem_page());
	return NULL;
}

int observe_again(const struct snapshot *before, struct snapshot *now, struct iomem *iomem)
{
	struct addresses addresses = {before->root, iomem};
	pthread_t reader;
	bool beside = pthread_create(&reader, NULL, read_addresses, &addresses) == 0;
	int rc = snapshot_take_again(before, NULL, NULL, now);

	if (beside)
		pthread_join(reader, NULL);
	else
		read_addresses(&addresses);
	if (rc < 0)
		iomem_release(iomem);
	return rc;
}
