// SPDX-License-Identifier: GPL-2.0-only
// The work that takes the driver from a memdev's host does nothing where the memdev has gone by itself, with the driver
// that it had. Whether it has is looked at under the host's lock, which the unbind holds until the memdev is gone.
// Directories: drivers/cxl
@@
identifier memdev;
statement S;
@@
 detach_memdev(...)
 {
+struct device *host;
+bool is_gone;
 ...
 if (memdev->attach)
-device_release_driver(memdev->dev.parent);
+{
+	host = memdev->dev.parent;
+	device_lock(host);
+	is_gone = !device_is_registered(&memdev->dev);
+	device_unlock(host);
+	if (!is_gone)
+		device_release_driver(host);
+}
 else
 S
 ...
 }
