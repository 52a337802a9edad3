// SPDX-License-Identifier: GPL-2.0-only
#include "attach/model/snapshot.h"
#include "attach/reason/evidence.h"
#include "attach/reason/lock.h"
#include "cxl/report/report.h"
#include "util/json.h"

static void add_number(struct json_object *json, const char *key, uint64_t value)
{
	if (value != SNAPSHOT_NO_NUMBER)
		json_add_number(json, key, value);
}

static void add_size(struct json_object *json, const char *key, uint64_t bytes, bool human)
{
	if (bytes != SNAPSHOT_NO_NUMBER)
		json_add_size(json, key, bytes, human);
}

static void add_address(struct json_object *json, const char *key, uint64_t address, bool human)
{
	if (address != SNAPSHOT_NO_NUMBER)
		json_add_address(json, key, address, human);
}

static void add_flag(struct json_object *json, const char *key, enum flag flag)
{
	if (flag != FLAG_UNKNOWN)
		json_add_bool(json, key, flag == FLAG_YES);
}

struct json_object *report_extent(const struct snapshot_region *region, bool human)
{
	struct json_object *json = json_new_object();

	json_add_string(json, "region", region->name);
	add_address(json, "resource", region->resource, human);
	add_size(json, "size", region->size, human);
	return json;
}

/* The common part of all reports about a region */
static struct json_object *describe_region(const struct snapshot_region *region, bool human)
{
	struct json_object *json = report_extent(region, human);

	json_add_string(json, "mode", region->mode);
	add_number(json, "interleave_ways", region->interleave_ways);
	add_number(json, "target_node", region->target_node);
	json_add_string(json, "state", region->driver ? "enabled" : "disabled");
	json_add_string(json, "driver", region->driver);
	json_add_string(json, "decode_state", region->committed == FLAG_YES ? "commit" : "reset");
	return json;
}

struct json_object *report_region(const struct attach_answers *answers,
				  const struct snapshot_region *region, bool human)
{
	struct json_object *json = describe_region(region, human);
	struct lock_answer lock;

	lock_infer(answers, region, &lock);
	add_flag(json, "locked", region->locked);
	json_add_string(json, "lock_reason", lock_reason_name(lock.reason));
	lock_answer_release(&lock);
	return json;
}

static const char *indicates(int weight)
{
	return weight > 0 ? "attached" : weight < 0 ? "none" : "neither";
}

void report_add_evidence(struct json_object *json, const struct attach_answer *answer)
{
	struct json_object *array = json_new_array();

	for (size_t i = 0; i < answer->nr_evidence; i++) {
		const struct attach_evidence *evidence = &answer->evidence[i];
		struct json_object *one = json_new_object();

		json_add_string(one, "signal", evidence->signal);
		json_add_string(one, "file", evidence->file);
		json_add_string(one, "value", evidence->value);
		json_add_string(one, "indicates", indicates(evidence->weight));
		json_append(array, one);
	}
	json_add(json, "evidence", array);
}

static void add_module(struct json_object *json, const struct snapshot_host *host)
{
	json_add_string(json, "module", host->module);
	json_add_string(json, "module_file", host->module_file);
	add_flag(json, "imports_attach", host->imports_attach);
	json_add_string(json, "importer", host->importer);
}

static void add_bus(struct json_object *json, const struct snapshot_port *port)
{
	const struct snapshot_port *bus = snapshot_bus(port);

	json_add_string(json, "port", port ? port->name : NULL);
	json_add_string(json, "bus", bus ? bus->name : NULL);
}

static struct json_object *report_neighbors(const struct snapshot_neighbor *list, size_t count)
{
	struct json_object *array = json_new_array();

	for (size_t i = 0; i < count; i++) {
		struct json_object *json = json_new_object();

		json_add_string(json, "host", list[i].name);
		json_add_string(json, "driver", list[i].driver);
		json_append(array, json);
	}
	return array;
}

static struct json_object *report_pci(const struct snapshot_pci *pci)
{
	struct json_object *json = json_new_object();

	json_add(json, "functions", report_neighbors(pci->functions, pci->nr_functions));
	json_add_string(json, "iommu_group", pci->iommu_group);
	json_add(json, "iommu_devices", report_neighbors(pci->group, pci->nr_group));
	json_add_string(json, "reset_methods", pci->reset_methods);
	json_add_bool(json, "reset", pci->has_reset);
	json_add_bool(json, "cxl_reset", pci->has_cxl_reset);
	add_flag(json, "memory_enabled", pci->memory_enabled);
	return json;
}

void report_add_pci(struct json_object *json, const struct snapshot_host *host)
{
	if (host->pci)
		json_add(json, "pci", report_pci(host->pci));
}

struct json_object *report_memdev(const struct attach_answers *answers,
				  const struct snapshot_memdev *memdev, bool human)
{
	const struct attach_answer *answer = attach_of_memdev(answers, memdev);
	struct json_object *json = json_new_object(), *regions = json_new_array();
	const struct snapshot_port *endpoint = memdev->endpoint;

	json_add_string(json, "memdev", memdev->name);
	json_add_number(json, "id", memdev->id);
	json_add_string(json, "attach", attach_state_name(answer->state));
	add_address(json, "serial", memdev->serial, human);
	add_number(json, "numa_node", memdev->numa_node);
	add_size(json, "ram_size", memdev->ram_size, human);
	add_size(json, "pmem_size", memdev->pmem_size, human);
	json_add_string(json, "host", memdev->host.name);
	json_add_string(json, "subsystem", memdev->host.subsystem);
	json_add_string(json, "driver", memdev->host.driver);
	if (answer->state != ATTACH_NONE)
		json_add_string(json, "provider", memdev->host.driver);
	add_module(json, &memdev->host);
	json_add_string(json, "endpoint", endpoint ? endpoint->name : NULL);
	add_bus(json, endpoint ? endpoint->parent : NULL);
	for (size_t i = 0; i < memdev->nr_regions; i++)
		json_append(regions, report_region(answers, memdev->regions[i], human));
	json_add(json, "regions", regions);
	report_add_pci(json, &memdev->host);
	return json;
}

struct json_object *report_attach(const struct attach_answers *answers,
				  const struct snapshot_memdev *memdev)
{
	const struct attach_answer *answer = attach_of_memdev(answers, memdev);
	struct json_object *json = json_new_object();

	json_add_string(json, "state", attach_state_name(answer->state));
	if (answer->state != ATTACH_NONE)
		json_add_string(json, "provider", memdev->host.driver);
	add_module(json, &memdev->host);
	report_add_evidence(json, answer);
	return json;
}

struct json_object *report_unattached_host(const struct attach_answers *answers,
					   const struct snapshot_unattached_host *unattached,
					   bool human)
{
	const struct attach_answer *answer = attach_of_unattached_host(answers, unattached);
	struct json_object *json = json_new_object();

	json_add_string(json, "attach", attach_state_name(answer->state));
	json_add_string(json, "reason", answer->reason);
	json_add_string(json, "host", unattached->host.name);
	json_add_string(json, "subsystem", unattached->host.subsystem);
	json_add_string(json, "driver", unattached->host.driver);
	json_add_string(json, "provider", unattached->provider);
	add_module(json, &unattached->host);
	add_bus(json, unattached->port);
	if (unattached->decoder) {
		json_add_string(json, "decoder", unattached->decoder->name);
		add_address(json, "resource", unattached->decoder->start, human);
		add_size(json, "size", unattached->decoder->size, human);
	}
	json_add(json, "regions", json_new_array());
	return json;
}

struct json_object *report_absent_host(const struct snapshot_host *host, const char *provider)
{
	struct json_object *json = json_new_object();

	json_add_string(json, "attach", attach_state_name(ATTACH_DETACHED));
	json_add_string(json, "host", host->name);
	json_add_string(json, "subsystem", host->subsystem);
	json_add_string(json, "driver", host->driver);
	json_add_string(json, "provider", provider);
	json_add(json, "regions", json_new_array());
	return json;
}

struct json_object *report_owner(const struct snapshot_memdev *memdev)
{
	struct json_object *json = json_new_object();

	json_add_string(json, "memdev", memdev->name);
	json_add_string(json, "host", memdev->host.name);
	json_add_string(json, "provider", memdev->host.driver);
	json_add_string(json, "module", memdev->host.module);
	return json;
}

struct json_object *report_owners(const struct lock_answer *lock)
{
	struct json_object *array = json_new_array();

	for (size_t i = 0; i < lock->nr_owners; i++)
		json_append(array, report_owner(lock->owners[i]));
	return array;
}

struct json_object *report_user(const struct snapshot_user *user)
{
	struct json_object *json = json_new_object();

	json_add_string(json, "kind", user->kind);
	json_add_string(json, "name", user->device);
	json_add_string(json, "what", user->what);
	if (user->pid)
		json_add_number(json, "pid", user->pid);
	return json;
}

struct json_object *report_dependents(const struct snapshot_host *host)
{
	struct json_object *array = json_new_array();

	for (size_t i = 0; i < host->nr_dependents; i++) {
		struct json_object *json = json_new_object();

		json_add_string(json, "subsystem", host->dependents[i].subsystem);
		json_add_string(json, "name", host->dependents[i].name);
		json_add_string(json, "state", host->dependents[i].state);
		json_append(array, json);
	}
	return array;
}

static struct json_object *report_locked_decoders(const struct lock_answer *lock)
{
	struct json_object *array = json_new_array();

	for (size_t i = 0; i < lock->nr_decoders; i++) {
		const struct snapshot_decoder *decoder = lock->decoders[i];
		struct json_object *json = json_new_object();

		json_add_string(json, "decoder", decoder->name);
		json_add_string(json, "port", decoder->port ? decoder->port->name : NULL);
		json_append(array, json);
	}
	return array;
}

struct json_object *report_lock(const struct snapshot_region *region,
				const struct lock_answer *lock, bool human)
{
	struct json_object *json = describe_region(region, human);
	const struct snapshot_decoder *root = region->root_decoder;
	const struct snapshot_port *bus = root ? snapshot_bus(root->port) : NULL;
	bool locked = lock->reason != LOCK_NONE;

	json_add_string(json, "bus", bus ? bus->name : NULL);
	json_add_string(json, "root_decoder", root ? root->name : NULL);
	json_add_bool(json, "locked", locked);
	json_add_string(json, "told_by", lock->told_by_region ? "region" : "decoders");
	json_add_string(json, "reason", lock_reason_name(lock->reason));
	json_add(json, "owners", report_owners(lock));
	json_add(json, "locked_decoders", report_locked_decoders(lock));
	/* commit_store() in the kernel checks the lock; delete_region_store() does not. */
	json_add_string(json, "on_commit", locked ? "refused" : "reset");
	if (root)
		json_add_string(json, "on_delete",
				root->delete_region == FLAG_YES ? "deleted" : "impossible");
	return json;
}
