// SPDX-License-Identifier: GPL-2.0-only
// A mock device is put on a NUMA node that there is.
// Directories: tools/testing/cxl
@@
expression device, node;
@@
-set_dev_node(device, node % 2)
+set_dev_node(device, numa_map_to_online_node(node % 2))
