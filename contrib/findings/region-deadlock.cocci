// SPDX-License-Identifier: GPL-2.0-only
// The sysfs groups of a region are updated without cxl_rwsem.region: the removal of an attribute waits for its readers,
// and these wait for that lock.
// Directories: drivers/cxl
@@
symbol rc, res, cxlr, cxl_region_group;
@@
 static int __construct_region(...)
 {
 ...
-	rc = sysfs_update_group(&cxlr->dev.kobj, &cxl_region_group);
-	if (rc) {
-		kfree(res);
-		return rc;
-	}
 ...
-	rc = sysfs_update_group(&cxlr->dev.kobj, get_cxl_region_target_group());
-	if (rc)
-		return rc;
 ...
 }

@@
symbol rc, cxlr, cxl_region_group;
@@
 static struct cxl_region *construct_region(...)
 {
 ...
 	rc = __construct_region(...);
 	if (rc) { ... }
+
+	rc = sysfs_update_group(&cxlr->dev.kobj, &cxl_region_group);
+	if (!rc)
+		rc = sysfs_update_group(&cxlr->dev.kobj, get_cxl_region_target_group());
+	if (rc) {
+		put_device(&cxlr->dev);
+		unregister_region(cxlr);
+		return ERR_PTR(rc);
+	}
 ...
 }
