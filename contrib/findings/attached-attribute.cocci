// SPDX-License-Identifier: GPL-2.0-only
// An attribute of memdevs, `attached`: 1 if a driver registered it with an attach method, 0 if not.
// Directories: drivers/cxl
@@
@@
+static ssize_t attached_show(struct device *dev, struct device_attribute *attr, char *buf)
+{
+	return sysfs_emit(buf, "%d\n", to_cxl_memdev(dev)->attach != NULL);
+}
+static struct device_attribute dev_attr_attached = __ATTR_RO(attached);
+
 static struct attribute *cxl_memdev_attributes[] = {
 ...,
 };

@@
@@
 static struct attribute *cxl_memdev_attributes[] = {
+&dev_attr_attached.attr,
 ...,
 };
