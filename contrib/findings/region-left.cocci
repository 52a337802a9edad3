// SPDX-License-Identifier: GPL-2.0-only
// A region that is assembled for a memdev with an attach method goes with the memdev's endpoint from the moment on in
// which it is committed, and not only once the attach method has run.
// Directories: drivers/cxl
@@
identifier decoder, region;
statement S;
@@
 cxl_add_to_region(struct cxl_endpoint_decoder *decoder)
 {
 <...
 if (device_attach(&region->dev) < 0) S
+if (cxled_to_memdev(decoder)->attach && region->params.nr_targets == 1) {
+	get_device(&region->dev);
+	rc = devm_add_action(&cxled_to_port(decoder)->dev, endpoint_unregister_region, region);
+	if (rc) {
+		unregister_region(region);
+		put_device(&region->dev);
+	}
+}
 ...>
 }

@@
identifier region, rc;
expression endpoint;
@@
 cxl_memdev_attach_region(...)
 {
 ...
-int rc;
 ...
-get_device(&region->dev);
-rc = devm_add_action_or_reset(endpoint, endpoint_unregister_region, region);
-if (rc)
-	return rc;
 ...
 }
