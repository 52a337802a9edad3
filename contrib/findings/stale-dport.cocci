// SPDX-License-Identifier: GPL-2.0-only
// An endpoint is added below the downstream port that its parent has now, under the parent's lock. Where the memdev was
// entered into another one, which has gone since, the probe fails.
// Directories: drivers/cxl
@@
identifier host, memdev, below;
@@
 devm_cxl_add_endpoint(struct device *host, struct cxl_memdev *memdev, struct cxl_dport *below)
 {
 <...
-below->port
+(is_cxl_port(host) ? to_cxl_port(host) : below->port)
 ...>
 }

@@
identifier host, memdev, below, endpoint, entry;
expression list es;
@@
 devm_cxl_add_endpoint(struct device *host, struct cxl_memdev *memdev, struct cxl_dport *below)
 {
 <...
(
 entry = cxl_ep_load(...);
+if (!entry)
+	return -ENXIO;
|
+if (is_cxl_port(host)) {
+	struct cxl_ep *own = cxl_ep_load(to_cxl_port(host), memdev);
+
+	below = cxl_find_dport_by_dev(to_cxl_port(host), memdev->dev.parent->parent);
+	if (!below || own->dport != below)
+		return -ENXIO;
+}
 endpoint = devm_cxl_add_port(es);
)
 ...>
 }
