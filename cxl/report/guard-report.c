// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "attach/model/snapshot.h"
#include "attach/reason/evidence.h"
#include "attach/reason/verdict.h"
#include "cxl/report/detach-draw.h"
#include "cxl/report/guard-report.h"
#include "cxl/report/report.h"
#include "util/cleanup.h"
#include "util/json.h"
#include "util/memory.h"
#include "util/size.h"

/* The text for REASON_CHANGED */
static const char changed[] = "it changed while it was being checked";

/* "region0 (256 MiB at 0x390000000)" */
static char *region_text(const struct snapshot_region *region)
{
	_cleanup_free_ char *size = NULL;

	if (region->size == SNAPSHOT_NO_NUMBER || region->resource == SNAPSHOT_NO_NUMBER)
		return xasprintf("%s", region->name);
	size = size_text(region->size, SIZE_UNIT);
	return xasprintf("%s (%s at 0x%" PRIx64 ")", region->name, size, region->resource);
}

static void say_owner(const char *command, const struct verdict *verdict, const char *region)
{
	const struct snapshot_memdev *owner = verdict->memdevs[0];
	const struct snapshot_host *host = &owner->host;
	const char *driver = host->driver ?: "a driver", *device = host->name ?: "its device";

	if (verdict->uncertain)
		fprintf(stderr,
			"cxl %s: %s: refused: it may belong to %s on %s, because the evidence on "
			"%s is contradictory\n",
			command, region, driver, device, owner->name);
	else
		fprintf(stderr,
			"cxl %s: %s: refused: it belongs to %s on %s, which attached %s and would "
			"continue to use the removed memory\n",
			command, region, driver, device, owner->name);
	fprintf(stderr, "cxl %s: to remove the region safely, run 'cxl detach-memdev %s'\n",
		command, owner->name);
}

static void say_decoders(const char *command, const struct verdict *verdict, const char *region)
{
	bool emulated = verdict->reason == REASON_EMULATED;

	fprintf(stderr, "cxl %s: %s: refused: %s ", command, region,
		emulated ? "the device has no decoders: the kernel emulates" : "firmware locked");
	for (size_t i = 0; i < verdict->nr_decoders; i++)
		fprintf(stderr, "%s%s", i ? ", " : "", verdict->decoders[i]->name);
	fprintf(stderr, "%s\n", emulated ? ", which cannot be changed" : " until the next reset");
}

static void say_refused_region(const char *command, const struct verdict *verdict)
{
	_cleanup_free_ char *region = region_text(verdict->object.region);
	const char *why = "it is locked for an unknown reason";

	switch (verdict->reason) {
	case REASON_ATTACH_OWNED:
		say_owner(command, verdict, region);
		return;
	case REASON_FIRMWARE_LOCKED:
	case REASON_EMULATED:
		say_decoders(command, verdict, region);
		return;
	case REASON_UNREADABLE:
		why = "cannot read whether it is locked";
		break;
	case REASON_CHANGED:
		why = changed;
		break;
	default:
		break;
	}
	fprintf(stderr, "cxl %s: %s: refused: %s\n", command, region, why);
}

static void say_host(const struct snapshot_memdev *memdev)
{
	const struct snapshot_host *host = &memdev->host;

	fprintf(stderr, "  %s on %s, with %s", host->driver ?: "the driver",
		host->name ?: "its device", memdev->name);
	for (size_t i = 0; i < host->nr_dependents; i++) {
		const struct snapshot_dependent *dependent = &host->dependents[i];

		fprintf(stderr, ", %s %s", dependent->subsystem, dependent->name);
		if (dependent->state)
			fprintf(stderr, " (%s)", dependent->state);
	}
	fputs("\n", stderr);
}

static void say_consequences(const struct verdict *verdict)
{
	for (size_t i = 0; i < verdict->nr_memdevs; i++)
		say_host(verdict->memdevs[i]);
	for (size_t i = 0; i < verdict->nr_regions; i++) {
		_cleanup_free_ char *region = region_text(verdict->regions[i]);

		fprintf(stderr, "  %s\n", region);
	}
	for (size_t i = 0; i < verdict->nr_users; i++) {
		_cleanup_free_ char *user = snapshot_user_text(verdict->users[i]);

		fprintf(stderr, "  %s\n", user);
	}
}

void guard_say(const char *command, const struct verdict *verdict)
{
	const char *name = verdict_object_name(&verdict->object);

	switch (verdict->kind) {
	case VERDICT_ALLOWED:
		break;
	case VERDICT_REMARKED:
		fprintf(stderr,
			"cxl %s: %s: it stays mapped and in use by %s; only the region's own "
			"driver "
			"is unbound, until 'cxl enable-region %s'\n",
			command, name, verdict->memdevs[0]->host.driver ?: "its driver", name);
		break;
	case VERDICT_FORCED:
		fprintf(stderr, "cxl %s: %s: this unbinds or removes\n", command, name);
		say_consequences(verdict);
		break;
	case VERDICT_REFUSED:
		if (verdict->object.region) {
			say_refused_region(command, verdict);
		} else if (verdict->reason == REASON_CHANGED) {
			fprintf(stderr, "cxl %s: %s: refused: %s\n", command, name, changed);
		} else {
			fprintf(stderr,
				"cxl %s: %s: refused without -f: this would unbind or remove\n",
				command, name);
			say_consequences(verdict);
		}
	}
}

static struct json_object *memdevs_json(const struct verdict *verdict)
{
	struct json_object *array = json_new_array();

	for (size_t i = 0; i < verdict->nr_memdevs; i++) {
		struct json_object *json = report_owner(verdict->memdevs[i]);

		json_add(json, "dependents", report_dependents(&verdict->memdevs[i]->host));
		json_append(array, json);
	}
	return array;
}

struct json_object *guard_json(const char *command, const struct verdict *verdict)
{
	struct json_object *json = json_new_object(), *regions = json_new_array();
	struct json_object *decoders = json_new_array(), *users = json_new_array();

	json_add_string(json, "command", command);
	json_add_string(json, "object", verdict_object_name(&verdict->object));
	json_add_string(json, "verdict", verdict_kind_name(verdict->kind));
	json_add_string(json, "reason", verdict_reason_name(verdict->reason));
	json_add(json, "attached", memdevs_json(verdict));
	if (verdict->object.region)
		json_append(regions, report_extent(verdict->object.region, false));
	for (size_t i = 0; i < verdict->nr_regions; i++)
		json_append(regions, report_extent(verdict->regions[i], false));
	json_add(json, "regions", regions);
	for (size_t i = 0; i < verdict->nr_users; i++)
		json_append(users, report_user(verdict->users[i]));
	json_add(json, "in_use", users);
	for (size_t i = 0; i < verdict->nr_decoders; i++)
		json_append(decoders, json_object_new_string(verdict->decoders[i]->name));
	json_add(json, "locked_decoders", decoders);
	return json;
}

static const char *meaning(const struct verdict *verdict)
{
	switch (verdict->reason) {
	case REASON_NONE:
		return "it affects no attached memdev and no locked region";
	case REASON_ATTACH_OWNED:
		return "the region belongs to a driver that attached its memdev";
	case REASON_FIRMWARE_LOCKED:
		return "firmware locked a decoder of the region";
	case REASON_EMULATED:
		return "the kernel emulates the decoder of the region's device, and locked it";
	case REASON_LOCKED:
		return "the region is locked for an unknown reason";
	case REASON_UNREADABLE:
		return "cannot read whether the region is locked";
	case REASON_ENDS_ATTACH:
		return "it would unbind the drivers that attached the memdevs";
	case REASON_CHANGED:
		return changed;
	}
	return "";
}

static void explain_memdev(const struct attach_answers *answers,
			   const struct snapshot_memdev *memdev)
{
	const struct attach_answer *answer = attach_of_memdev(answers, memdev);

	printf("  %s is %s:\n", memdev->name, attach_state_name(answer->state));
	for (size_t i = 0; i < answer->nr_evidence; i++) {
		const struct attach_evidence *evidence = &answer->evidence[i];

		printf("    %s: %s contains '%s', which indicates %s\n", evidence->signal,
		       evidence->file, evidence->value,
		       evidence->weight > 0   ? "an attach"
		       : evidence->weight < 0 ? "no attach"
					      : "neither");
	}
}

void guard_explain(const struct attach_answers *answers, const char *command,
		   const struct verdict *verdict)
{
	printf("%s of %s is %s: %s.\n", command, verdict_object_name(&verdict->object),
	       verdict->kind == VERDICT_REFUSED ? "refused" : "allowed", meaning(verdict));
	for (size_t i = 0; i < verdict->nr_memdevs; i++)
		explain_memdev(answers, verdict->memdevs[i]);
	for (size_t i = 0; i < verdict->nr_decoders; i++)
		printf("  %s is locked: /sys/bus/cxl/devices/%s/locked contains '1'\n",
		       verdict->decoders[i]->name, verdict->decoders[i]->name);
}
