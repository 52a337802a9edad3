// SPDX-License-Identifier: GPL-2.0-only
/*
 * Show what the kernel itself knows and sysfs does not show. /sys/kernel/debug/cxl_lab_truth has
 * one line for each memdev and one for each region on the CXL bus:
 *
 *	memdev mem0 attach 1
 *	region region0 locked 1 attach 1 ways 1
 *
 * A memdev's attach is 1 if its creator gave an attach method. A region's attach is 1 if that of
 * one of its memdevs is. The module changes nothing, and uses nothing but cxl_core.
 */
#include <linux/debugfs.h>
#include <linux/device.h>
#include <linux/module.h>
#include <linux/seq_file.h>

#include "compat.h"

static struct dentry *truth_file;

/*
 * Return 1 for an endpoint decoder that decodes for the region @data and belongs to a memdev with
 * an attach method.
 *
 * The core's lock for regions and decoders is private, so a decoder's region pointer is compared
 * and never followed. The pointers that are followed are stable. The decoder keeps its endpoint. A
 * bound endpoint cannot lose its memdev while it is locked, because it must be unbound first.
 */
static int decodes_attached(struct device *dev, void *data)
{
	struct cxl_endpoint_decoder *cxled;
	int attached = 0;
	int rc;

	if (!is_endpoint_decoder(dev))
		return 0;
	cxled = to_cxl_endpoint_decoder(dev);
	if (READ_ONCE(cxled->cxld.region) != data)
		return 0;
	rc = device_lock_interruptible(dev->parent);
	if (rc)
		return rc;
	if (dev->parent->driver)
		attached = truth_attach(cxled_to_memdev(cxled));
	device_unlock(dev->parent);
	return attached;
}

static int show_region(struct seq_file *file, struct cxl_region *cxlr)
{
	int attached = bus_for_each_dev(&cxl_bus_type, NULL, cxlr, decodes_attached);

	if (attached < 0)
		return attached;
	seq_printf(file, "region %s locked %d attach %d ways %d\n", dev_name(&cxlr->dev),
		   truth_locked(cxlr), attached, READ_ONCE(cxlr->params.interleave_ways));
	return 0;
}

/* A memdev's attach method is set before the memdev is on the bus, and stays: no lock is needed */
static int show_device(struct device *dev, void *file)
{
	if (is_cxl_region(dev))
		return show_region(file, container_of(dev, struct cxl_region, dev));
	if (is_cxl_memdev(dev))
		seq_printf(file, "memdev %s attach %d\n", dev_name(dev),
			   truth_attach(to_cxl_memdev(dev)));
	return 0;
}

static int truth_show(struct seq_file *file, void *unused)
{
	return bus_for_each_dev(&cxl_bus_type, NULL, file, show_device);
}
DEFINE_SHOW_ATTRIBUTE(truth);

static int __init truth_init(void)
{
	truth_file = debugfs_create_file(KBUILD_MODNAME, 0444, NULL, NULL, &truth_fops);
	return PTR_ERR_OR_ZERO(truth_file);
}
module_init(truth_init);

static void __exit truth_exit(void)
{
	debugfs_remove(truth_file);
}
module_exit(truth_exit);

MODULE_DESCRIPTION("What the CXL core knows of attach and lock, for tests");
MODULE_LICENSE("GPL");
