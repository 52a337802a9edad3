// SPDX-License-Identifier: GPL-2.0-only
/*
 * An attach provider on PCI. It drives a CXL memory device as an accelerator's own driver would. It
 * attaches the device's memory with devm_cxl_probe_mem(), maps the region behind it for itself and
 * for processes, and registers a network interface. A detach thus takes down something that an
 * administrator knows.
 *
 * It binds no device by itself: write its name to the device's driver_override.
 */
#include <linux/etherdevice.h>
#include <linux/io.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/pci.h>
#include <linux/sizes.h>
#include <linux/delay.h>

#include <cxl/cxl.h>

#include "compat.h"
#include "firmware.h"
#include "memory.h"
#include "online.h"
#include "race.h"
#include "window.h"

#define DEVICES_MAX 8

static char *devices[DEVICES_MAX];
static int nr_devices;
module_param_array(devices, charp, &nr_devices, 0444);
MODULE_PARM_DESC(devices, "PCI addresses of the devices for which to do firmware's part");

static char *locked[DEVICES_MAX];
static int nr_locked;
module_param_array(locked, charp, &nr_locked, 0444);
MODULE_PARM_DESC(locked, "PCI addresses of expanders that firmware set up for good");

static bool refuse;
module_param(refuse, bool, 0644);
MODULE_PARM_DESC(refuse, "Misbehave: fail the probe before attaching");

static unsigned int remove_sleep_ms;
module_param(remove_sleep_ms, uint, 0644);
MODULE_PARM_DESC(remove_sleep_ms, "Misbehave: sleep so long in remove");

static bool remove_warn;
module_param(remove_warn, bool, 0644);
MODULE_PARM_DESC(remove_warn, "Misbehave: print a warning in remove");

static bool keep_reference;
module_param(keep_reference, bool, 0644);
MODULE_PARM_DESC(keep_reference, "Misbehave: never put a reference to the memdev");

static bool keep_mapping;
module_param(keep_mapping, bool, 0644);
MODULE_PARM_DESC(keep_mapping, "Misbehave: leave the region mapped on remove");

static bool keep_range;
module_param(keep_range, bool, 0644);
MODULE_PARM_DESC(keep_range, "Misbehave: keep the region's addresses on remove");

static unsigned int alter_decoder;
module_param(alter_decoder, uint, 0644);
MODULE_PARM_DESC(alter_decoder,
		 "Misbehave: alter an unused decoder of a port, in the so-manyth remove");

static bool remove_use_after_free;
module_param(remove_use_after_free, bool, 0644);
MODULE_PARM_DESC(remove_use_after_free, "Misbehave: read freed memory in remove");

static bool remove_inversion;
module_param(remove_inversion, bool, 0644);
MODULE_PARM_DESC(remove_inversion, "Misbehave: take locks in remove in another order than before");

static bool remove_oops;
module_param(remove_oops, bool, 0644);
MODULE_PARM_DESC(remove_oops, "Misbehave: read through a NULL pointer in remove");

static unsigned int race_seed;

static int set_race(const char *text, const struct kernel_param *param)
{
	return param_set_uint(text, param) ?: race_plant(race_seed);
}

static const struct kernel_param_ops race_ops = {.set = set_race, .get = param_get_uint};
module_param_cb(race, &race_ops, &race_seed, 0644);
__MODULE_PARM_TYPE(race, "uint"); /* a reload gives back only parameters of a known type */
MODULE_PARM_DESC(race,
		 "Misbehave: a seed, which decides for which race the driver is not prepared");

static bool online;
module_param(online, bool, 0644);
MODULE_PARM_DESC(online, "Give the memory to the kernel as system RAM, as some GPU drivers do");

struct lab_accel {
	struct lab_memory
		memory; /* first: devm_cxl_dev_state_create() expects the CXL state there */
	struct net_device *netdev;
	struct lab_window *window;
	void __iomem *mapped; /* NULL if the memory is system RAM */
};

static netdev_tx_t lab_accel_xmit(struct sk_buff *skb, struct net_device *netdev)
{
	netdev->stats.tx_packets++;
	netdev->stats.tx_bytes += skb->len;
	dev_kfree_skb(skb);
	return NETDEV_TX_OK;
}

static const struct net_device_ops lab_accel_netdev_ops = {
	.ndo_start_xmit = lab_accel_xmit,
	.ndo_set_mac_address = eth_mac_addr,
	.ndo_validate_addr = eth_validate_addr,
};

static int lab_accel_add_netdev(struct pci_dev *pdev, struct lab_accel *accel)
{
	struct net_device *netdev = alloc_etherdev(0);
	int rc;

	if (!netdev)
		return -ENOMEM;
	SET_NETDEV_DEV(netdev, &pdev->dev);
	netdev->netdev_ops = &lab_accel_netdev_ops;
	eth_hw_addr_random(netdev);
	rc = register_netdev(netdev);
	if (rc) {
		free_netdev(netdev);
		return rc;
	}
	accel->netdev = netdev;
	return 0;
}

/* Use the memory, as a driver does */
static int lab_accel_use(struct pci_dev *pdev, struct lab_accel *accel)
{
	const struct range *range = &accel->memory.range;
	int rc;

	if (online)
		return lab_online(&pdev->dev, range);
	accel->mapped = ioremap_wc(range->start, range_len(range));
	if (!accel->mapped)
		return -ENOMEM;
	accel->window = lab_window_open(&pdev->dev, range);
	rc = PTR_ERR_OR_ZERO(accel->window);
	if (rc)
		iounmap(accel->mapped);
	return rc;
}

static void lab_accel_end_use(struct lab_accel *accel)
{
	if (!accel->mapped) {
		lab_offline(&accel->memory.range);
		return;
	}
	lab_window_close(accel->window);
	if (!keep_mapping)
		iounmap(accel->mapped);
}

static int lab_accel_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct lab_accel *accel;
	int rc;

	race_at(RACE_PROBE_BEGIN);
	if (refuse)
		return dev_err_probe(&pdev->dev, -EIO, "told to refuse\n");
	firmware_restore(pdev); /* it may have been reset while it had no driver */
	accel = lab_memory_alloc(pdev, struct lab_accel, memory.cxlds);
	if (IS_ERR(accel))
		return PTR_ERR(accel);
	rc = lab_memory_attach(pdev, &accel->memory);
	if (rc)
		return rc;
	rc = lab_accel_use(pdev, accel);
	if (rc)
		return rc;
	rc = lab_accel_add_netdev(pdev, accel);
	if (rc) {
		lab_accel_end_use(accel);
		return rc;
	}
	pci_set_drvdata(pdev, accel);
	if (keep_reference)
		get_device(&accel->memory.cxlmd->dev);
	race_at(RACE_PROBE_END);
	return 0;
}

static DEFINE_MUTEX(lab_accel_lock_one);
static DEFINE_MUTEX(lab_accel_lock_other);

static void lab_accel_lock_both(struct mutex *first, struct mutex *second)
{
	mutex_lock(first);
	mutex_lock(second);
	mutex_unlock(second);
	mutex_unlock(first);
}

/*
 * Nothing deadlocks, because the two orders are never used at the same time. lockdep reports that
 * they could be.
 */
static void lab_accel_invert_locks(void)
{
	lab_accel_lock_both(&lab_accel_lock_one, &lab_accel_lock_other);
	lab_accel_lock_both(&lab_accel_lock_other, &lab_accel_lock_one);
}

static void lab_accel_use_after_free(void)
{
	u32 *word = kzalloc(sizeof(*word), GFP_KERNEL);

	if (!word)
		return;
	kfree(word);
	OPTIMIZER_HIDE_VAR(word); /* otherwise the compiler would refuse this */
	pr_info("freed memory has %u\n", READ_ONCE(*word));
}

static noinline void lab_accel_oops(void)
{
	u32 *word = NULL;

	OPTIMIZER_HIDE_VAR(word); /* otherwise the compiler would refuse this */
	pr_info("nothing has %u\n", READ_ONCE(*word));
}

static int lab_accel_is_unused(struct device *dev, const void *data)
{
	return is_switch_decoder(dev) && !is_root_decoder(dev) &&
	       range_len(&to_cxl_decoder(dev)->hpa_range) == 0;
}

/* No other attribute of the decoder or its port shows this, and no event tells of it. */
static void lab_accel_alter_decoder(void)
{
	struct device *dev = bus_find_device(&cxl_bus_type, NULL, NULL, lab_accel_is_unused);

	if (!dev)
		return;
	pr_info("altering %s\n", dev_name(dev));
	to_cxl_decoder(dev)->hpa_range = (struct range){.start = 0, .end = SZ_256M - 1};
	put_device(dev);
}

/* Sleeps as long as remove_sleep_ms says. If the parameter is lowered meanwhile, a test need not
 * wait for the rest. */
static void sleep_in_remove(void)
{
	unsigned int slept = 0, wanted, step;

	while ((wanted = READ_ONCE(remove_sleep_ms)) > slept) {
		step = min(wanted - slept, 100U);
		msleep(step);
		slept += step;
	}
}

/*
 * The memdev and its region are removed after this function, with the device's managed resources.
 * It accesses no register, because the device may already be gone.
 */
static void lab_accel_remove(struct pci_dev *pdev)
{
	struct lab_accel *accel = pci_get_drvdata(pdev);

	race_at(RACE_REMOVE_BEGIN);
	sleep_in_remove();
	WARN(remove_warn, "%s: told to warn\n", pci_name(pdev));
	if (remove_inversion)
		lab_accel_invert_locks();
	if (remove_use_after_free)
		lab_accel_use_after_free();
	if (remove_oops)
		lab_accel_oops();
	if (alter_decoder && --alter_decoder == 0)
		lab_accel_alter_decoder();
	if (keep_range && !request_mem_region(accel->memory.range.start,
					      range_len(&accel->memory.range), "cxl_lab_accel"))
		dev_info(&pdev->dev, "the addresses are kept already\n");
	unregister_netdev(accel->netdev);
	free_netdev(accel->netdev);
	lab_accel_end_use(accel);
	race_at(RACE_REMOVE_END);
}

/*
 * The device's attribute "word": the first bytes of its memory, read through the driver's own
 * mapping
 */
static ssize_t word_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct lab_accel *accel = dev_get_drvdata(dev);

	return accel->mapped ? sysfs_emit(buf, "%#x\n", readl(accel->mapped)) : -ENXIO;
}

static ssize_t word_store(struct device *dev, struct device_attribute *attr, const char *buf,
			  size_t count)
{
	struct lab_accel *accel = dev_get_drvdata(dev);
	u32 word;
	int rc = kstrtou32(buf, 0, &word);

	if (rc)
		return rc;
	if (!accel->mapped)
		return -ENXIO;
	writel(word, accel->mapped);
	return count;
}
static DEVICE_ATTR_RW(word);

static struct attribute *lab_accel_attrs[] = {
	&dev_attr_word.attr,
	NULL,
};
ATTRIBUTE_GROUPS(lab_accel);

/*
 * An id that no device has, so that the driver only binds devices by driver_override, or by an id
 * that is written to new_id. The kernel accepts that id only beside another one.
 */
static const struct pci_device_id lab_accel_ids[] = {
	{PCI_DEVICE(0x1b36, 0xffff)},
	{},
};
MODULE_DEVICE_TABLE(pci, lab_accel_ids);

static void lab_accel_reset_done(struct pci_dev *pdev)
{
	int rc = firmware_restore(pdev);

	if (rc)
		pci_err(pdev, "cannot restore the decoder: %d\n", rc);
}

static const struct pci_error_handlers lab_accel_errors = {
	.reset_done = lab_accel_reset_done,
};

static struct pci_driver lab_accel_driver = {
	.name = KBUILD_MODNAME,
	.id_table = lab_accel_ids,
	.probe = lab_accel_probe,
	.remove = lab_accel_remove,
	.dev_groups = lab_accel_groups,
	.err_handler = &lab_accel_errors,
};

static int do_firmware(const char *name, enum firmware_target target)
{
	unsigned int domain, bus, device, function;
	struct pci_dev *pdev;
	int rc;

	if (sscanf(name, "%x:%x:%x.%x", &domain, &bus, &device, &function) != 4)
		return -EINVAL;
	pdev = pci_get_domain_bus_and_slot(domain, bus, PCI_DEVFN(device, function));
	if (!pdev)
		return -ENODEV;
	rc = firmware_commit(pdev, LAB_ACCEL_SIZE, target);
	if (rc)
		pci_err(pdev, "cannot do firmware's part: %d\n", rc);
	pci_dev_put(pdev);
	return rc;
}

static int lab_accel_begin(void)
{
	int i, rc;

	for (i = 0; i < nr_devices; i++) {
		rc = do_firmware(devices[i], FIRMWARE_ACCELERATOR);
		if (rc)
			return rc;
	}
	for (i = 0; i < nr_locked; i++) {
		rc = do_firmware(locked[i], FIRMWARE_LOCKED_EXPANDER);
		if (rc)
			return rc;
	}
	return pci_register_driver(&lab_accel_driver);
}

/* A parameter can have planted a race before this. */
static int __init lab_accel_init(void)
{
	int rc = lab_accel_begin();

	if (rc)
		race_plant(0);
	return rc;
}
module_init(lab_accel_init);

static void __exit lab_accel_exit(void)
{
	pci_unregister_driver(&lab_accel_driver);
	race_plant(0);
}
module_exit(lab_accel_exit);

MODULE_DESCRIPTION("CXL attach provider for tests, on PCI");
MODULE_LICENSE("GPL");
MODULE_IMPORT_NS("CXL");
