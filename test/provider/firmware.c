// SPDX-License-Identifier: GPL-2.0-only
/*
 * What platform firmware does for a CXL device, for QEMU, whose firmware does not do it. It only
 * uses the platform's tables and the devices' registers, and nothing of the CXL core.
 *
 * Registers: CXL 3.1, 8.2.4 (component registers), 8.2.4.20 (HDM decoders), 9.18.1 (CEDT).
 */
#include <linux/acpi.h>
#include <linux/bitfield.h>
#include <linux/delay.h>
#include <linux/io.h>
#include <linux/pci.h>
#include <linux/sizes.h>

#include "firmware.h"

#define COMPONENT_SIZE SZ_64K
#define CM_OFFSET 0x1000 /* CXL.cache and CXL.mem registers within the component registers */
#define CM_CAPS_MASK GENMASK(31, 24)
#define CAP_ID_MASK GENMASK(15, 0)
#define CAP_OFFSET_MASK GENMASK(31, 20)
#define CAP_ID_HDM 5

#define HDM_COUNT_MASK GENMASK(3, 0)
#define HDM_GLOBAL 0x04
#define HDM_GLOBAL_ENABLE BIT(1)
#define HDM_BASE(i) (0x10 + 0x20 * (i))
#define HDM_SIZE(i) (0x18 + 0x20 * (i))
#define HDM_CTRL(i) (0x20 + 0x20 * (i))
#define HDM_TARGETS(i) (0x24 + 0x20 * (i)) /* of an endpoint: the DPA to skip */
#define HDM_LOCK BIT(8)
#define HDM_COMMIT BIT(9)
#define HDM_COMMITTED BIT(10)
#define HDM_HOST_ONLY BIT(12)

#define DVSEC_REGISTER_LOCATOR 8
#define LOCATOR_FIRST_ENTRY 0xc
#define LOCATOR_BIR_MASK GENMASK(2, 0)
#define LOCATOR_ID_MASK GENMASK(15, 8)
#define LOCATOR_OFFSET_MASK GENMASK(31, 16)
#define LOCATOR_ID_COMPONENT 1

/* The contents of the CEDT for one host bridge */
struct bridge {
	u32 uid;
	u64 registers; /* physical address of its component registers */
	u64 window;    /* base of the first fixed memory window of this host bridge alone */
	u64 window_size;
};

static void read_chbs(struct bridge *bridge, const struct acpi_cedt_chbs *chbs)
{
	if (chbs->uid == bridge->uid)
		bridge->registers = chbs->base;
}

static void read_cfmws(struct bridge *bridge, const struct acpi_cedt_cfmws *cfmws)
{
	if (!bridge->window && cfmws->interleave_ways == 0 &&
	    cfmws->interleave_targets[0] == bridge->uid) {
		bridge->window = cfmws->base_hpa;
		bridge->window_size = cfmws->window_size;
	}
}

static int read_cedt(struct bridge *bridge)
{
	struct acpi_table_header *table;
	struct acpi_cedt_header *entry;
	void *end;

	if (ACPI_FAILURE(acpi_get_table(ACPI_SIG_CEDT, 1, &table)))
		return -ENODEV;
	end = (void *)table + table->length;
	for (entry = (void *)(table + 1); (void *)(entry + 1) <= end && entry->length;
	     entry = (void *)entry + entry->length) {
		if (entry->type == ACPI_CEDT_TYPE_CHBS)
			read_chbs(bridge, (void *)entry);
		else if (entry->type == ACPI_CEDT_TYPE_CFMWS)
			read_cfmws(bridge, (void *)entry);
	}
	acpi_put_table(table);
	return bridge->registers && bridge->window ? 0 : -ENODEV;
}

static int find_bridge(struct pci_dev *pdev, struct bridge *bridge)
{
	struct pci_host_bridge *host = pci_find_host_bridge(pdev->bus);
	struct acpi_device *adev = ACPI_COMPANION(&host->dev);
	u64 uid;

	if (!adev || acpi_dev_uid_to_integer(adev, &uid))
		return -ENODEV;
	*bridge = (struct bridge){.uid = uid};
	return read_cedt(bridge);
}

/* Find the device's component registers in its register locator */
static int find_component(struct pci_dev *pdev, u64 *registers)
{
	u16 dvsec = pci_find_dvsec_capability(pdev, PCI_VENDOR_ID_CXL, DVSEC_REGISTER_LOCATOR);
	u32 header, low, high;
	u16 at;

	if (!dvsec)
		return -ENODEV;
	pci_read_config_dword(pdev, dvsec + PCI_DVSEC_HEADER1, &header);
	for (at = LOCATOR_FIRST_ENTRY; at + 8 <= PCI_DVSEC_HEADER1_LEN(header); at += 8) {
		pci_read_config_dword(pdev, dvsec + at, &low);
		pci_read_config_dword(pdev, dvsec + at + 4, &high);
		if (FIELD_GET(LOCATOR_ID_MASK, low) != LOCATOR_ID_COMPONENT)
			continue;
		*registers = pci_resource_start(pdev, FIELD_GET(LOCATOR_BIR_MASK, low)) +
			     ((u64)high << 32 | (low & LOCATOR_OFFSET_MASK));
		return 0;
	}
	return -ENODEV;
}

/* Map the component registers; @hdm is set to the HDM decoder capability in them */
static void __iomem *map_component(u64 registers, void __iomem **hdm)
{
	void __iomem *component = ioremap(registers, COMPONENT_SIZE);
	void __iomem *cm;
	u32 cap;
	int i;

	if (!component)
		return NULL;
	cm = component + CM_OFFSET;
	for (i = FIELD_GET(CM_CAPS_MASK, readl(cm)); i > 0; i--) {
		cap = readl(cm + 4 * i);
		if (FIELD_GET(CAP_ID_MASK, cap) == CAP_ID_HDM) {
			*hdm = cm + FIELD_GET(CAP_OFFSET_MASK, cap);
			return component;
		}
	}
	iounmap(component);
	return NULL;
}

static int decoder_count(void __iomem *hdm)
{
	int count = FIELD_GET(HDM_COUNT_MASK, readl(hdm));

	return count ? count * 2 : 1;
}

static u64 read64(void __iomem *at)
{
	return readl(at) | (u64)readl(at + 4) << 32;
}

static void write64(u64 value, void __iomem *at)
{
	writel(lower_32_bits(value), at);
	writel(upper_32_bits(value), at + 4);
}

/*
 * Return the first decoder that is not committed, and set @end to the end of the last committed one
 */
static int next_decoder(void __iomem *hdm, u64 *end)
{
	int i;

	for (i = 0; i < decoder_count(hdm); i++) {
		if (!(readl(hdm + HDM_CTRL(i)) & HDM_COMMITTED))
			return i;
		*end = read64(hdm + HDM_BASE(i)) + read64(hdm + HDM_SIZE(i));
	}
	return -ENOSPC;
}

/* One way, granularity 256: both are 0 in the control register, and so is device-coherent memory */
static int commit(void __iomem *hdm, int i, u64 base, u64 size, u64 targets, u32 control)
{
	int wait;

	writel(readl(hdm + HDM_GLOBAL) | HDM_GLOBAL_ENABLE, hdm + HDM_GLOBAL);
	write64(base, hdm + HDM_BASE(i));
	write64(size, hdm + HDM_SIZE(i));
	write64(targets, hdm + HDM_TARGETS(i));
	writel(control | HDM_COMMIT, hdm + HDM_CTRL(i));
	for (wait = 0; wait < 20; wait++) {
		if (readl(hdm + HDM_CTRL(i)) & HDM_COMMITTED)
			return 0;
		usleep_range(1000, 2000);
	}
	return -ETIMEDOUT;
}

/* Return the number by which a host bridge's decoder names its root port */
static int root_port_number(struct pci_dev *pdev)
{
	struct pci_dev *root_port = pcie_find_root_port(pdev);
	u32 capabilities;

	if (!root_port || pcie_capability_read_dword(root_port, PCI_EXP_LNKCAP, &capabilities))
		return -ENODEV;
	return FIELD_GET(PCI_EXP_LNKCAP_PN, capabilities);
}

/* Both decoders of a device, mapped, and how to commit its own decoder */
struct decoders {
	struct bridge bridge;
	void __iomem *bridge_hdm;
	void __iomem *device_hdm;
	u64 size;
	u32 control;
};

static int commit_both(struct pci_dev *pdev, const struct decoders *decoders)
{
	const struct bridge *bridge = &decoders->bridge;
	void __iomem *bridge_hdm = decoders->bridge_hdm, *device_hdm = decoders->device_hdm;
	u64 base = bridge->window, size = decoders->size, unused;
	u32 control = decoders->control;
	int port = root_port_number(pdev);
	int i, rc;

	if (port < 0)
		return port;
	if (next_decoder(device_hdm, &unused) != 0)
		return 0; /* an earlier call has committed it */
	i = next_decoder(bridge_hdm, &base);
	if (i < 0 || base + size > bridge->window + bridge->window_size)
		return -ENOSPC;
	rc = commit(bridge_hdm, i, base, size, port, control);
	if (rc)
		return rc;
	pci_info(pdev, "decodes %#llx, %llu MiB\n", base, size / SZ_1M);
	return commit(device_hdm, 0, base, size, 0, control);
}

/* Find what the bridge decodes for that port alone; -ENOENT: nothing */
static int find_decoded(void __iomem *bridge_hdm, u32 port, u64 *base, u64 *size)
{
	int i;

	for (i = 0; i < decoder_count(bridge_hdm); i++) {
		if (!(readl(bridge_hdm + HDM_CTRL(i)) & HDM_COMMITTED) ||
		    readl(bridge_hdm + HDM_TARGETS(i)) != port)
			continue;
		*base = read64(bridge_hdm + HDM_BASE(i));
		*size = read64(bridge_hdm + HDM_SIZE(i));
		return 0;
	}
	return -ENOENT;
}

static int commit_again(struct pci_dev *pdev, const struct decoders *decoders)
{
	int port = root_port_number(pdev);
	u64 base, size, unused;

	if (port < 0)
		return port;
	if (next_decoder(decoders->device_hdm, &unused) != 0 ||
	    find_decoded(decoders->bridge_hdm, port, &base, &size))
		return 0;
	pci_info(pdev, "decodes %#llx again\n", base);
	return commit(decoders->device_hdm, 0, base, size, 0, 0);
}

static int with_decoders(struct pci_dev *pdev, struct decoders *decoders,
			 int (*work)(struct pci_dev *pdev, const struct decoders *decoders))
{
	void __iomem *bridge_registers, *device_registers;
	u64 registers;
	int rc;

	rc = find_bridge(pdev, &decoders->bridge);
	if (!rc)
		rc = find_component(pdev, &registers);
	if (rc)
		return rc;
	bridge_registers = map_component(decoders->bridge.registers, &decoders->bridge_hdm);
	if (!bridge_registers)
		return -ENODEV;
	rc = -ENODEV;
	device_registers = map_component(registers, &decoders->device_hdm);
	if (device_registers) {
		rc = work(pdev, decoders);
		iounmap(device_registers);
	}
	iounmap(bridge_registers);
	return rc;
}

static int do_enabled(struct pci_dev *pdev, struct decoders *decoders,
		      int (*work)(struct pci_dev *pdev, const struct decoders *decoders))
{
	int rc = pci_enable_device_mem(pdev);

	if (rc)
		return rc;
	rc = with_decoders(pdev, decoders, work);
	pci_disable_device(pdev);
	return rc;
}

int firmware_restore(struct pci_dev *pdev)
{
	return do_enabled(pdev, &(struct decoders){0}, commit_again);
}

int firmware_commit(struct pci_dev *pdev, u64 size, enum firmware_target target)
{
	struct decoders decoders = {
		.size = size,
		.control = target == FIRMWARE_LOCKED_EXPANDER ? HDM_LOCK | HDM_HOST_ONLY : 0,
	};

	return do_enabled(pdev, &decoders, commit_both);
}
