// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <json-c/json.h>

#include "attach/model/snapshot.h"
#include "attach/read/modules.h"
#include "cxl/command/command.h"
#include "cxl/command/list-providers.h"
#include "cxl/command/listing.h"
#include "util/json.h"
#include "util/table.h"

static const struct table_column columns[] = {
	{"MODULE", "module", CELL_TEXT, "a module that can own CXL memory"},
	{"VERSION", "version", CELL_TEXT, "its version"},
	{"LOADED", "loaded", CELL_FLAG, "whether it is loaded"},
	{"FILE", "file", CELL_TEXT, "where it is installed"},
	{"HOST", "host", CELL_TEXT, "a device that it drives or would drive; one line each"},
	{"SUBSYSTEM", "subsystem", CELL_TEXT, "that device's bus: pci, platform"},
	{"DRIVER", "driver", CELL_TEXT, "the driver bound to it"},
	{"MEMDEV", "memdev", CELL_TEXT, "its memdev"},
	{0},
};
static const char standard_columns[] = "MODULE,VERSION,LOADED,HOST,DRIVER,MEMDEV,FILE";

static void add_host(struct json_object *hosts, const struct snapshot_host *host,
		     const struct module *module, const char *memdev)
{
	struct json_object *json;

	if (!host->module || strcmp(host->module, module->name) != 0)
		return;
	json = json_new_object();
	json_add_string(json, "host", host->name);
	json_add_string(json, "subsystem", host->subsystem);
	json_add_string(json, "driver", host->driver);
	json_add_string(json, "memdev", memdev);
	json_append(hosts, json);
}

static struct json_object *report_module(const struct snapshot *snapshot,
					 const struct module *module)
{
	struct json_object *json = json_new_object(), *hosts = json_new_array();

	json_add_string(json, "module", module->name);
	json_add_string(json, "version", module->version);
	json_add_string(json, "file", module->file);
	json_add_bool(json, "loaded", module->loaded);
	for (size_t i = 0; i < snapshot->nr_memdevs; i++)
		add_host(hosts, &snapshot->memdevs[i].host, module, snapshot->memdevs[i].name);
	for (size_t i = 0; i < snapshot->nr_unattached_hosts; i++)
		add_host(hosts, &snapshot->unattached_hosts[i].host, module, NULL);
	json_add(json, "hosts", hosts);
	return json;
}

static void add_rows(struct table *table, struct json_object *json)
{
	struct json_object *hosts = json_object_object_get(json, "hosts");
	struct table_row *row = NULL;

	if (json_object_array_length(hosts) == 0)
		table_row(table, row, json, NULL);
	for (size_t i = 0; i < json_object_array_length(hosts); i++)
		table_row(table, row, json, json_object_array_get_idx(hosts, i));
	json_object_put(json);
}

static int print(const struct snapshot *snapshot, const struct module *const *modules, size_t count,
		 struct table *table)
{
	struct json_stream stream = {0};

	for (size_t i = 0; i < count; i++) {
		if (table)
			add_rows(table, report_module(snapshot, modules[i]));
		else
			json_item(&stream, report_module(snapshot, modules[i]));
	}
	return table ? table_print(table) : json_end(&stream);
}

int list_providers(const struct listing_options *options)
{
	const struct module *const *providers;
	struct modules *modules;
	struct table *table = NULL;
	struct snapshot snapshot;
	size_t count;
	int rc;

	if (options->form != FORM_JSON) {
		table = listing_table(options, columns, standard_columns);
		if (!table)
			return EXIT_USAGE;
	}
	if (listing_take_snapshot(options, &snapshot) < 0)
		return EXIT_FAILED;
	modules = modules_open();
	providers = modules_providers(modules, true, &count);
	rc = print(&snapshot, providers, count, table);
	modules_close(modules);
	snapshot_release(&snapshot);
	return listing_end(options, EXIT_DONE, rc);
}
