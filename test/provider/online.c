// SPDX-License-Identifier: GPL-2.0-only
#include <linux/device.h>
#include <linux/memory_hotplug.h>
#include <linux/range.h>

#include "online.h"

int lab_online(struct device *dev, const struct range *range)
{
	int node = memory_add_physaddr_to_nid(range->start);

	if (node == NUMA_NO_NODE)
		node = dev_to_node(dev);
	if (node == NUMA_NO_NODE)
		node = 0;
	return add_memory_driver_managed(node, range->start, range_len(range),
					 "System RAM (cxl_lab_accel)", MHP_NONE);
}

void lab_offline(const struct range *range)
{
	int rc = offline_and_remove_memory(range->start, range_len(range));

	if (rc)
		pr_warn("%#llx is still system RAM: %d\n", range->start, rc);
}
