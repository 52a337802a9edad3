// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "attach/model/snapshot.h"
#include "attach/reason/verdict.h"
#include "cxl/command/selection.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/*
 * Two buses, and devices whose bus is unknown:
 *
 * root0 (ACPI0017:00): port1: endpoint2: mem0, region0 in decoder0.0
 *                             endpoint3: mem1, region1 in decoder0.1
 * root7 (ACPI0017:01): port8 (pci0000:10): endpoint10: mem12 (0001:31:00.0), region12 in decoder7.0
 * mem4 has no endpoint, region4 no root decoder, and region5 could not be read.
 */
struct machine {
	struct snapshot snapshot;
	struct snapshot_port ports[7];
	struct snapshot_decoder decoders[3];
	struct snapshot_region regions[4], unread;
	struct snapshot_memdev memdevs[4];
};

#define PORT(n, k, u, p) {.name = (n), .kind = (k), .uport = (u), .parent = (p)}

static void build(struct machine *m)
{
	*m = (struct machine){
		.ports = {PORT("endpoint2", PORT_ENDPOINT, "mem0", &m->ports[3]),
			  PORT("endpoint3", PORT_ENDPOINT, "mem1", &m->ports[3]),
			  PORT("endpoint10", PORT_ENDPOINT, "mem12", &m->ports[4]),
			  PORT("port1", PORT_SWITCH, NULL, &m->ports[5]),
			  PORT("port8", PORT_SWITCH, "pci0000:10", &m->ports[6]),
			  PORT("root0", PORT_ROOT, "ACPI0017:00", NULL),
			  PORT("root7", PORT_ROOT, "ACPI0017:01", NULL)},
		.decoders = {{.name = "decoder0.0", .port = &m->ports[5]},
			     {.name = "decoder0.1", .port = &m->ports[5]},
			     {.name = "decoder7.0", .port = &m->ports[6]}},
		.regions = {{.name = "region0", .root_decoder = &m->decoders[0]},
			    {.name = "region1", .root_decoder = &m->decoders[1]},
			    {.name = "region4"},
			    {.name = "region12", .root_decoder = &m->decoders[2]}},
		.unread = {.name = "region5", .unread = true},
		.memdevs = {{.name = "mem0", .serial = 0x11, .endpoint = &m->ports[0]},
			    {.name = "mem1", .id = 1, .serial = 18, .endpoint = &m->ports[1]},
			    {.name = "mem4", .id = 4, .serial = SNAPSHOT_NO_NUMBER},
			    {.name = "mem12",
			     .id = 12,
			     .serial = 0,
			     .endpoint = &m->ports[2],
			     .host = {.name = "0001:31:00.0"}}},
		.snapshot = {.ports = m->ports,
			     .nr_ports = COUNT(m->ports),
			     .decoders = m->decoders,
			     .nr_decoders = COUNT(m->decoders),
			     .regions = m->regions,
			     .nr_regions = COUNT(m->regions),
			     .unread_regions = &m->unread,
			     .nr_unread_regions = 1,
			     .memdevs = m->memdevs,
			     .nr_memdevs = COUNT(m->memdevs)},
	};
}

/* As cxl-cli parses a word or list with sscanf() and strtok_r(): cxl/filter.c in ndctl */
static void matches_every_spelling(void **state)
{
	static const struct {
		const char *list;
		bool matches; /* region7 */
	} cases[] = {
		{"region7", true},
		{"7", true},
		{"all", true},
		{"07", true},
		{"region07", true},
		{"+7", true},
		{"region+7", true},
		{" 7", true},
		{"\t7", true},
		{"\n7", true},
		{"region\t7", true},
		{"7x", true},
		{"7.5", true},
		{"region7/../x", true},
		{"region6,region7", true},
		{",,7,", true},
		{"6 7", true},
		{"region 7", true},
		/* glibc truncates it to an int. */
		{"4294967303", true},
		{"region4294967303", true},
		{"-4294967289", true},
		/* In a list with a space, commas do not separate: sscanf() reads "6,7" as 6. */
		{"6,7 8", false},
		{"6,all 8", false},
		{"7,6 8", true},
		{"region", false},
		{"Region7", false},
		{"\tregion7", false},
		{"ALL", false},
		{"alles", false},
		{"0x7", false},
		{"70", false},
		{"-7", false},
		{"+-7", false},
		{"--7", false},
		{"x7", false},
		{"regionregion7", false},
		{"4294967304", false},
		{"99999999999999999999", false},
		{"", false},
		{" ", false},
		{",", false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		if (selection_matches(cases[i].list, "region", "region7", 7) != cases[i].matches)
			fail_msg("'%s'", cases[i].list);
	}
	assert_true(selection_matches("99999999999999999999", "region", "x", -1));
}

/* The names that each argument, option and filter selects, each followed by a space */
static const struct {
	enum selection_kind kind;
	const char *bus, *decoder, *argument, *found;
} cases[] = {
	{SELECT_REGIONS, NULL, NULL, "region0", "region0 "},
	{SELECT_REGIONS, NULL, NULL, "all", "region0 region1 region4 region12 region5 "},
	{SELECT_REGIONS, NULL, NULL, "0,12", "region0 region12 "},
	{SELECT_REGIONS, NULL, NULL, "mem0", ""},
	{SELECT_REGIONS, "root0", NULL, "all", "region0 region1 region4 region5 "},
	{SELECT_REGIONS, "0", NULL, "region0", "region0 "},
	{SELECT_REGIONS, "ACPI.CXL", NULL, "region0", "region0 "},
	{SELECT_REGIONS, "7,ACPI.CXL", NULL, "region0", "region0 "},
	{SELECT_REGIONS, "ACPI0017:01", NULL, "all", "region4 region12 region5 "},
	{SELECT_REGIONS, "root7", NULL, "all", "region4 region12 region5 "},
	{SELECT_REGIONS, "7 0", NULL, "region0", "region0 "},
	{SELECT_REGIONS, "all", NULL, "region0", "region0 "},
	{SELECT_REGIONS, "cxl_test", NULL, "all", "region4 region5 "},
	{SELECT_REGIONS, "", NULL, "region0", ""},
	{SELECT_REGIONS, NULL, "decoder0.0", "all", "region0 region4 region5 "},
	{SELECT_REGIONS, NULL, "0.1", "all", "region1 region4 region5 "},
	{SELECT_REGIONS, NULL, "00.01x", "all", "region1 region4 region5 "},
	{SELECT_REGIONS, NULL, "4294967296.4294967297", "all", "region1 region4 region5 "},
	{SELECT_REGIONS, NULL, "decoder0.0,7.0", "all", "region0 region4 region12 region5 "},
	{SELECT_REGIONS, NULL, "root", "region0", "region0 "},
	{SELECT_REGIONS, NULL, "all", "region0", "region0 "},
	{SELECT_REGIONS, NULL, "switch", "region0", ""},
	{SELECT_REGIONS, NULL, "0", "region0", ""},
	{SELECT_REGIONS, "root7", "decoder0.0", "region0", ""},
	{SELECT_REGIONS, "root0", "decoder0.0", "region0", "region0 "},

	{SELECT_MEMDEVS, NULL, NULL, "mem0", "mem0 "},
	{SELECT_MEMDEVS, NULL, NULL, "1", "mem1 "},
	{SELECT_MEMDEVS, NULL, NULL, "all", "mem0 mem1 mem4 mem12 "},
	{SELECT_MEMDEVS, NULL, NULL, "17", ""},
	{SELECT_MEMDEVS, NULL, NULL, "-1", ""},
	/* A host's name begins with a number, which also matches. */
	{SELECT_MEMDEVS, NULL, NULL, "0001:31:00.0", "mem1 mem12 "},
	{SELECT_MEMDEVS, NULL, NULL, "7,0001:31:00.0", "mem1 mem12 "},
	{SELECT_MEMDEVS, NULL, NULL, "0001:31:00", "mem1 "},
	{SELECT_MEMDEVS, "root0", NULL, "0001:31:00.0", "mem1 "},
	{SELECT_MEMDEVS, "root7", NULL, "all", "mem4 mem12 "},
	{SELECT_MEMDEVS, "ACPI.CXL", NULL, "mem1", "mem1 "},
	{SELECT_MEMDEVS_BY_SERIAL, NULL, NULL, "17", "mem0 "},
	{SELECT_MEMDEVS_BY_SERIAL, NULL, NULL, "0x11", "mem0 "},
	{SELECT_MEMDEVS_BY_SERIAL, NULL, NULL, "021", "mem0 "},
	{SELECT_MEMDEVS_BY_SERIAL, NULL, NULL, "17,18", "mem0 mem1 "},
	{SELECT_MEMDEVS_BY_SERIAL, NULL, NULL, "17 18", "mem0 mem1 "},
	{SELECT_MEMDEVS_BY_SERIAL, NULL, NULL, "-1", "mem4 "},
	{SELECT_MEMDEVS_BY_SERIAL, NULL, NULL, "17x", ""},
	{SELECT_MEMDEVS_BY_SERIAL, NULL, NULL, "mem0", ""},
	{SELECT_MEMDEVS_BY_SERIAL, NULL, NULL, "all", ""},
	{SELECT_MEMDEVS_BY_SERIAL, "root7", NULL, "17,0", "mem12 "},

	{SELECT_PORTS, NULL, NULL, "port1", "port1 "},
	{SELECT_PORTS, NULL, NULL, "1", "port1 "},
	{SELECT_PORTS, NULL, NULL, "all", "port1 port8 root0 root7 "},
	{SELECT_PORTS, NULL, NULL, "switch", "port1 port8 "},
	{SELECT_PORTS, NULL, NULL, "root", "root0 root7 "},
	{SELECT_PORTS, NULL, NULL, "root,switch", "port1 port8 root0 root7 "},
	{SELECT_PORTS, NULL, NULL, "root7", "root7 "},
	{SELECT_PORTS, NULL, NULL, "endpoint2", ""},
	{SELECT_PORTS, NULL, NULL, "pci0000:10", "port8 "},
	{SELECT_PORTS, NULL, NULL, "7 pci0000:10", "port8 root7 "},
	{SELECT_PORTS, NULL, NULL, "mem0", ""},
	{SELECT_ENDPOINTS, NULL, NULL, "mem0", "endpoint2 "},
	{SELECT_ENDPOINTS, NULL, NULL, "mem", ""},
	{SELECT_ENDPOINTS, NULL, NULL, "7,mem12", "endpoint10 "},
	{SELECT_ENDPOINTS, NULL, NULL, "endpoint2", "endpoint2 "},
	{SELECT_ENDPOINTS, NULL, NULL, "10", "endpoint10 "},
	{SELECT_ENDPOINTS, NULL, NULL, "all", "endpoint2 endpoint3 endpoint10 "},
	{SELECT_ENDPOINTS, NULL, NULL, "port1", ""},

	{SELECT_BUSES, NULL, NULL, "root0", "root0 "},
	{SELECT_BUSES, NULL, NULL, "7", "root7 "},
	{SELECT_BUSES, NULL, NULL, "ACPI.CXL", "root0 root7 "},
	{SELECT_BUSES, NULL, NULL, "0,ACPI0017:01", "root0 root7 "},
	{SELECT_BUSES, NULL, NULL, "all", "root0 root7 "},
	{SELECT_BUSES, NULL, NULL, "port1", ""},
};

static void finds_what_cxl_cli_would(void **state)
{
	struct machine m;

	(void)state;
	build(&m);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct selection_filters filters = {cases[i].bus, cases[i].decoder};
		struct verdict_object *objects;
		char found[200] = "";
		size_t count = selection_find(&m.snapshot, cases[i].kind, &filters,
					      cases[i].argument, &objects);

		for (size_t j = 0; j < count; j++) {
			strcat(found, verdict_object_name(&objects[j]));
			strcat(found, " ");
		}
		free(objects);
		if (strcmp(found, cases[i].found) != 0)
			fail_msg("%zu: '%s': found %s", i, cases[i].argument, found);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(matches_every_spelling),
		cmocka_unit_test(finds_what_cxl_cli_would),
	};

	return cmocka_run_group_tests_name("selection", tests, NULL, NULL);
}
