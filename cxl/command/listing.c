// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "attach/model/snapshot.h"
#include "attach/read/take.h"
#include "cxl/command/command.h"
#include "cxl/command/listing.h"
#include "util/sysfs.h"
#include "util/table.h"

enum { KEY_DEBUG = 0x100, KEY_TABLE, KEY_TREE, KEY_HOST, KEY_PROVIDER };

static const struct argp_option argp_options[] = {
	{"all", 'a', NULL, 0, "Those that are left out otherwise, too", 1},
	{"bus", 'b', "BUS", 0, "Only on these buses (root0, 0, ACPI.CXL, cxl_test)", 2},
	{"memdev", 'm', "MEMDEV", 0, "Only with these memdevs (mem0, 0)", 2},
	{"region", 'r', "REGION", 0, "Only with these regions (region0, 0)", 2},
	{"host", KEY_HOST, "HOST", 0, "Only below these devices (0000:35:00.0)", 2},
	{"provider", KEY_PROVIDER, "DRIVER", 0, "Only with these drivers (sfc)", 2},
	{"human", 'u', NULL, 0, "Sizes and addresses for people, as text", 3},
	{"table", KEY_TABLE, NULL, 0, "Print a table", 3},
	{"tree", KEY_TREE, NULL, 0, "Print a tree", 3},
	{"output", 'o', "COLUMNS", 0, "Columns of the table or tree; +COLUMNS adds to them", 3},
	{"debug", KEY_DEBUG, NULL, 0, "Say on stderr what could not be read", 4},
	{NULL, 'h', NULL, OPTION_HIDDEN, NULL, 0},
	{0},
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct listing_options *options = state->input;

	switch (key) {
	case 'a':
		options->all = true;
		return 0;
	case 'b':
		options->buses = arg;
		return 0;
	case 'm':
		options->memdevs = arg;
		return 0;
	case 'r':
		options->regions = arg;
		return 0;
	case KEY_HOST:
		options->hosts = arg;
		return 0;
	case KEY_PROVIDER:
		options->providers = arg;
		return 0;
	case 'u':
		options->human = true;
		return 0;
	case KEY_TABLE:
		options->form = FORM_TABLE;
		return 0;
	case KEY_TREE:
		options->form = FORM_TREE;
		return 0;
	case 'o':
		options->columns = arg;
		return 0;
	case KEY_DEBUG:
		sysfs_debug = true;
		return 0;
	case 'h':
		argp_state_help(state, state->out_stream, ARGP_HELP_STD_HELP);
		return 0;
	case ARGP_KEY_END:
		if (options->columns && options->form == FORM_JSON)
			options->form = FORM_TABLE;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp listing_argp = {.options = argp_options, .parser = parse};

static bool is_word(const char *word, size_t length, const char *name)
{
	return name && strlen(name) == length && memcmp(word, name, length) == 0;
}

bool listing_matches(const char *filter, const char *prefix, const char *name)
{
	static const char separators[] = ", ";
	size_t skip = name && strncmp(name, prefix, strlen(prefix)) == 0 ? strlen(prefix) : 0;
	const char *word = filter;

	if (!filter)
		return true;
	while (*(word += strspn(word, separators))) {
		size_t length = strcspn(word, separators);

		if (is_word(word, length, "all") || is_word(word, length, name) ||
		    (skip && is_word(word, length, name + skip)))
			return true;
		word += length;
	}
	return false;
}

const char *listing_bus_provider(const struct snapshot_port *bus)
{
	if (bus->uport && strncmp(bus->uport, "ACPI0017", strlen("ACPI0017")) == 0)
		return "ACPI.CXL";
	if (bus->uport && strcmp(bus->uport, "cxl_acpi.0") == 0)
		return "cxl_test";
	return NULL;
}

bool listing_matches_bus(const struct listing_options *options, const struct snapshot_port *port)
{
	const struct snapshot_port *bus = snapshot_bus(port);

	if (!options->buses)
		return true;
	return bus && (listing_matches(options->buses, "root", bus->name) ||
		       listing_matches(options->buses, "", listing_bus_provider(bus)));
}

bool listing_matches_host(const struct listing_options *options, const struct snapshot_host *host,
			  const char *provider)
{
	return listing_matches(options->hosts, "", host->name) &&
	       listing_matches(options->providers, "", provider);
}

static bool matches_any_region(const struct listing_options *options,
			       const struct snapshot_memdev *memdev)
{
	for (size_t i = 0; i < memdev->nr_regions; i++) {
		if (listing_matches(options->regions, "region", memdev->regions[i]->name))
			return true;
	}
	return !options->regions;
}

bool listing_matches_memdev(const struct listing_options *options,
			    const struct snapshot_memdev *memdev)
{
	return listing_matches(options->memdevs, "mem", memdev->name) &&
	       listing_matches_bus(options, memdev->endpoint) &&
	       listing_matches_host(options, &memdev->host, memdev->host.driver) &&
	       matches_any_region(options, memdev);
}

static bool matches_any_memdev(const struct listing_options *options,
			       const struct snapshot_region *region)
{
	for (size_t i = 0; i < region->nr_memdevs; i++) {
		const struct snapshot_memdev *memdev = region->memdevs[i];

		if (listing_matches(options->memdevs, "mem", memdev->name) &&
		    listing_matches_host(options, &memdev->host, memdev->host.driver))
			return true;
	}
	return !options->memdevs && !options->hosts && !options->providers;
}

bool listing_matches_region(const struct listing_options *options,
			    const struct snapshot_region *region)
{
	return listing_matches(options->regions, "region", region->name) &&
	       listing_matches_bus(options,
				   region->root_decoder ? region->root_decoder->port : NULL) &&
	       matches_any_memdev(options, region);
}

bool listing_is_filtered(const struct listing_options *options)
{
	return options->buses || options->memdevs || options->regions || options->hosts ||
	       options->providers;
}

int listing_take_snapshot(const struct listing_options *options, struct snapshot *snapshot)
{
	int rc = snapshot_take(snapshot);

	if (rc < 0) {
		fprintf(stderr, "%s: cannot read the CXL devices: %s\n", options->command,
			strerror(-rc));
		return rc;
	}
	if (!snapshot->has_bus)
		fprintf(stderr, "%s: this system has no CXL bus\n", options->command);
	if (snapshot->nr_left_out > 0)
		fprintf(stderr, "%s: %zu memdev(s) could not be read and are left out\n",
			options->command, snapshot->nr_left_out);
	if (snapshot->attach_support == FLAG_NO)
		fprintf(stderr,
			"%s: this kernel has no attach (devm_cxl_probe_mem()): no memdev has a "
			"provider\n",
			options->command);
	return 0;
}

void listing_check_name(const char *name, const char *prefix, const struct argp_state *state)
{
	const char *number = name;

	if (strncmp(name, prefix, strlen(prefix)) == 0)
		number += strlen(prefix);
	if (*number == '\0' || number[strspn(number, "0123456789")] != '\0')
		argp_error(state, "invalid %s name '%s' (expected %s0 or 0)",
			   strcmp(prefix, "mem") == 0 ? "memdev" : prefix, name, prefix);
}

struct table *listing_table(const struct listing_options *options,
			    const struct table_column *columns, const char *standard)
{
	const char *unknown;
	struct table *table = table_new(columns, options->columns, standard,
					options->form == FORM_TREE, &unknown);

	if (!table)
		fprintf(stderr, "%s: there is no column '%.*s', see %s --help\n", options->command,
			(int)strcspn(unknown, ","), unknown, options->command);
	return table;
}

int listing_end(const struct listing_options *options, int status, int rc)
{
	if (rc == 0)
		return status;
	fprintf(stderr, "%s: cannot write the answer: %s\n", options->command, strerror(-rc));
	return EXIT_FAILED;
}
