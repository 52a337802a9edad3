// SPDX-License-Identifier: GPL-2.0-only
#include <stdbool.h>
#include <string.h>

#include "test/unit/small-machine.h"
#include "util/memory.h"

static bool is_missing(const char *const *without, const char *name)
{
	for (; *without; without++) {
		if (strcmp(*without, name) == 0)
			return true;
	}
	return false;
}

static const struct snapshot_port ports[] = {
	{.name = "root0",
	 .kind = PORT_ROOT,
	 .parent_name = "ACPI0017:00",
	 .uport = "ACPI0017:00",
	 .host_subsystem = "platform",
	 .host_driver = "cxl_acpi"},
	{.name = "port1", .kind = PORT_SWITCH, .parent_name = "root0", .uport = "pci0000:10"},
	{.name = "endpoint2", .kind = PORT_ENDPOINT, .parent_name = "port1", .uport = "mem0"},
	{.name = "port3", .kind = PORT_SWITCH, .parent_name = "port1", .uport = "0000:20:00.0"},
	{.name = "endpoint4", .kind = PORT_ENDPOINT, .parent_name = "port3", .uport = "mem1"},
	{.name = "port5", .kind = PORT_SWITCH, .parent_name = "root0", .uport = "pci0000:30"},
	{.name = "endpoint6", .kind = PORT_ENDPOINT, .parent_name = "port5", .uport = "mem2"},
};

static void add_ports(struct snapshot *snapshot, const char *const *without)
{
	for (size_t i = 0; i < sizeof(ports) / sizeof(*ports); i++) {
		if (is_missing(without, ports[i].name))
			continue;
		*APPEND(snapshot->ports, snapshot->nr_ports) = ports[i];
		snapshot->ports[snapshot->nr_ports - 1].enabled = true;
		snapshot->ports[snapshot->nr_ports - 1].nr_committed = 1;
	}
}

static void add_decoders(struct snapshot *snapshot, const char *const *without)
{
	static const struct snapshot_decoder decoders[] = {
		{.name = "decoder0.0", .port_name = "root0"},
		{.name = "decoder1.0", .port_name = "port1", .region_name = "region0"},
		{.name = "decoder2.0",
		 .port_name = "endpoint2",
		 .region_name = "region0",
		 .target_type = "accelerator"},
		{.name = "decoder3.0", .port_name = "port3", .region_name = "region1"},
		{.name = "decoder4.0",
		 .port_name = "endpoint4",
		 .region_name = "region1",
		 .target_type = "accelerator"},
		{.name = "decoder5.0", .port_name = "port5", .region_name = "region2"},
		{.name = "decoder6.0",
		 .port_name = "endpoint6",
		 .region_name = "region2",
		 .target_type = "expander"},
	};

	for (size_t i = 0; i < sizeof(decoders) / sizeof(*decoders); i++) {
		const char *region = decoders[i].region_name;
		struct snapshot_decoder *decoder;

		if (is_missing(without, decoders[i].name))
			continue;
		decoder = APPEND(snapshot->decoders, snapshot->nr_decoders);
		*decoder = decoders[i];
		if (region && is_missing(without, region))
			decoder->region_name = NULL;
	}
}

static void add_regions(struct snapshot *snapshot, const char *const *without)
{
	static const char *const names[] = {"region0", "region1", "region2"};

	for (size_t i = 0; i < 3; i++) {
		if (is_missing(without, names[i]))
			continue;
		*APPEND(snapshot->regions, snapshot->nr_regions) = (struct snapshot_region){
			.name = names[i],
			.root_decoder_name = "decoder0.0",
			.resource = 0x100000000 + i * 0x10000000,
			.size = 0x10000000,
			.locked = i < 2,
			.committed = FLAG_YES,
			.driver = "cxl_region",
			.child = i < 2 ? NULL : "dax_region2",
		};
	}
}

static void add_memdevs(struct snapshot *snapshot, const char *const *without)
{
	static const char *const names[] = {"mem0", "mem1", "mem2"};
	static const char *const hosts[] = {"0000:11:00.0", "0000:21:00.0", "0000:31:00.0"};

	for (size_t i = 0; i < 3; i++) {
		if (is_missing(without, names[i]))
			continue;
		*APPEND(snapshot->memdevs, snapshot->nr_memdevs) = (struct snapshot_memdev){
			.name = names[i],
			.id = i,
			.enabled = true,
			.class_attributes = i == 2,
			.attached = FLAG_UNKNOWN,
			.host = {.name = hosts[i],
				 .subsystem = "pci",
				 .driver = i < 2 ? "sfc" : "cxl_pci",
				 .module = i < 2 ? "sfc" : "cxl_pci",
				 .imports_attach = i < 2,
				 .symbol = i < 2 ? "devm_cxl_probe_mem" : NULL},
		};
	}
}

void small_machine(struct snapshot *snapshot, const char *const *without)
{
	*snapshot = (struct snapshot){.has_bus = true,
				      .attach_support = FLAG_YES,
				      .attach_support_file = "/proc/kallsyms"};
	add_ports(snapshot, without);
	add_decoders(snapshot, without);
	add_regions(snapshot, without);
	add_memdevs(snapshot, without);
	snapshot_link(snapshot);
}
