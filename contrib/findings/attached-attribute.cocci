// SPDX-License-Identifier: GPL-2.0-only
// An attribute of memdevs, `attached`: 1 if a driver registered it with an attach method, 0 if not. The memdev of an
// accelerator has none of the attributes of a memory expander: both kinds get a group for this one.
// Directories: drivers/cxl
@@
@@
+static ssize_t attached_show(struct device *dev, struct device_attribute *attr, char *buf)
+{
+	return sysfs_emit(buf, "%d\n", to_cxl_memdev(dev)->attach != NULL);
+}
+static struct device_attribute dev_attr_attached = __ATTR_RO(attached);
+
+static struct attribute *cxl_attached_attributes[] = {
+	&dev_attr_attached.attr,
+	NULL,
+};
+
+static const struct attribute_group cxl_attached_group = {
+	.attrs = cxl_attached_attributes,
+};
+
+static const struct attribute_group *cxl_attached_groups[] = {
+	&cxl_attached_group,
+	NULL,
+};
+
 static const struct attribute_group *cxl_memdev_attribute_groups[] = {
 ...,
 };

@@
@@
 static const struct attribute_group *cxl_memdev_attribute_groups[] = {
+&cxl_attached_group,
 ...,
 };

@@
@@
 static const struct device_type cxl_memdev_type = {
 	.devnode = cxl_memdev_devnode,
+	.groups = cxl_attached_groups,
 };
