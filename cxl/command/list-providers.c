// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include <json-c/json.h>

#include "attach/model/snapshot.h"
#include "attach/read/modules.h"
#include "attach/reason/evidence.h"
#include "cxl/command/list-providers.h"
#include "cxl/command/listing.h"
#include "util/cleanup.h"
#include "util/json.h"
#include "util/progress.h"
#include "util/table.h"

static const struct table_column columns[] = {
	{"MODULE", "module", CELL_TEXT, "a module that can own CXL memory"},
	{"VERSION", "version", CELL_TEXT, "the version of the module"},
	{"LOADED", "loaded", CELL_FLAG, "whether the module is loaded"},
	{"FILE", "file", CELL_TEXT, "the file of the module"},
	{"HOST", "host", CELL_TEXT,
	 "a device that the module drives or would drive; one line for each"},
	{"SUBSYSTEM", "subsystem", CELL_TEXT, "the bus of the device: pci, platform"},
	{"DRIVER", "driver", CELL_TEXT, "the driver bound to the device"},
	{"MEMDEV", "memdev", CELL_TEXT, "the memdev of the device"},
	{0},
};

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
					 const struct modules *modules, const struct module *module)
{
	struct json_object *json = json_new_object(), *hosts = json_new_array();
	_cleanup_free_ char *version = modules_version(modules, module);

	json_add_string(json, "module", module->name);
	json_add_string(json, "version", version);
	json_add_string(json, "file", module->file);
	json_add_bool(json, "loaded", module->loaded);
	for (size_t i = 0; i < snapshot->nr_memdevs; i++)
		add_host(hosts, &snapshot->memdevs[i].host, module, snapshot->memdevs[i].name);
	for (size_t i = 0; i < snapshot->nr_unattached_hosts; i++)
		add_host(hosts, &snapshot->unattached_hosts[i].host, module, NULL);
	json_add(json, "hosts", hosts);
	return json;
}

static void print(struct listing_output *output)
{
	const struct module *const *providers;
	struct modules *modules;

	progress_begin("cxl: reading the kernel's modules");
	modules = modules_open(ROOT_LIVE);
	providers = modules_providers(modules, true, &output->count);
	progress_end();
	for (size_t i = 0; i < output->count; i++)
		listing_item(output, providers[i]->name,
			     report_module(output->answers->snapshot, modules, providers[i]));
	modules_close(modules);
}

int list_providers(const char *command, const struct listing_options *options)
{
	static const char default_columns[] = "MODULE,VERSION,LOADED,HOST,DRIVER,MEMDEV,FILE";
	const struct listing listing = {
		.command = command,
		.columns = columns,
		.table_columns = default_columns,
		.tree_columns = default_columns,
		.rows = "hosts",
		.print = print,
	};

	return listing_run(&listing, options);
}
