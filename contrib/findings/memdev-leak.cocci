// SPDX-License-Identifier: GPL-2.0-only
// How far the ports reach that a memdev was entered into is known as soon as it is in the first of them, and not only
// when its endpoint is there: so it is taken out of them again where the probe fails in between.
// Directories: drivers/cxl
@@
identifier entry, port;
expression index, flags;
@@
 add_ep(...)
 {
 ...
+to_cxl_memdev(entry->ep)->depth =
+	max_t(int, to_cxl_memdev(entry->ep)->depth, port->depth + 1);
 return xa_insert(&port->endpoints, index, entry, flags);
 }
