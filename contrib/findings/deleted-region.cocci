// SPDX-License-Identifier: GPL-2.0-only
// User space cannot delete a region that is locked.
// Directories: drivers/cxl
@@
identifier region;
@@
 delete_region_store(...)
 {
 ...
+if (test_bit(CXL_REGION_F_LOCK, &region->flags))
+	return -EBUSY;
 unregister_region(region);
 ...
 }
