// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attach/model/changes.h"
#include "attach/model/observed.h"
#include "attach/model/snapshot.h"
#include "attach/model/step.h"
#include "attach/reason/handover.h"
#include "attach/reason/plan.h"
#include "attach/verify/checks-detach.h"
#include "cxl/report/detach-draw.h"
#include "cxl/report/timeline.h"
#include "util/characters.h"
#include "util/cleanup.h"
#include "util/json.h"
#include "util/memory.h"
#include "util/size.h"
#include "util/table.h"

/* The number of characters of the longest bar */
#define BAR_WIDTH 40

static struct table_row *row(struct table *table, struct table_row *parent, const char *name,
			     const char *what)
{
	struct json_object *json = json_new_object();
	struct table_row *added;

	json_add_string(json, "name", name);
	json_add_string(json, "what", what);
	added = table_row(table, parent, json, NULL);
	json_object_put(json);
	return added;
}

static void draw_steps(struct table *table, const char *title, const struct step *steps,
		       size_t count)
{
	struct table_row *top = count > 0 ? row(table, NULL, title, NULL) : NULL;

	for (size_t i = 0; i < count; i++) {
		_cleanup_free_ char *what = step_text(&steps[i]);

		row(table, top, steps[i].device ?: steps[i].driver ?: steps[i].bus, what);
	}
}

static void draw_neighbors(struct table *table, struct table_row *below, const char *what,
			   const struct snapshot_neighbor *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		_cleanup_free_ char *text =
			xasprintf("%s, %s%s, stays", what, list[i].driver ? "driver " : "no driver",
				  list[i].driver ?: "");

		row(table, below, list[i].name, text);
	}
}

/*
 * A detach loses none of these. But a user who resets the device, or hands it to VFIO, must know
 * them.
 */
static void draw_pci(struct table *table, struct table_row *below, const struct snapshot_pci *pci)
{
	draw_neighbors(table, below, "function of the same device", pci->functions,
		       pci->nr_functions);
	draw_neighbors(table, below, "in the same IOMMU group", pci->group, pci->nr_group);
}

static void draw_host(struct table *table, struct table_row *top, const struct snapshot_host *host)
{
	_cleanup_free_ char *what = xasprintf("unbound from %s", host->driver ?: "its driver");
	struct table_row *below = row(table, top, host->name, what);

	for (size_t i = 0; i < host->nr_dependents; i++) {
		const struct snapshot_dependent *dependent = &host->dependents[i];
		_cleanup_free_ char *kind =
			xasprintf("%s, removed%s%s", dependent->subsystem,
				  dependent->state ? ", now " : "", dependent->state ?: "");

		row(table, below, dependent->name, kind);
	}
	if (host->pci)
		draw_pci(table, below, host->pci);
}

static void draw_losses(struct table *table, const struct plan *plan)
{
	struct table_row *top = row(table, NULL, "detaches", NULL);

	for (size_t i = 0; i < plan->nr_regions; i++) {
		const struct snapshot_region *region = plan->regions[i];
		_cleanup_free_ char *size = size_text(region->size, SIZE_UNIT);
		_cleanup_free_ char *what =
			xasprintf("%s, %s at 0x%" PRIx64,
				  changes_have(&plan->changes, CHANGE_REMOVED, region->name)
					  ? "removed"
					  : "loses a memdev",
				  size, region->resource);

		row(table, top, region->name, what);
	}
	for (size_t i = 0; i < plan->nr_memdevs; i++)
		draw_host(table, top, &plan->memdevs[i]->host);
	for (size_t i = 0; i < plan->nr_hosts; i++)
		row(table, top, plan->hosts[i], "unbound from its driver");
	for (size_t i = 0; i < plan->changes.count; i++) {
		const struct change *change = &plan->changes.list[i];

		if (strncmp(change->name, "region", strlen("region")) != 0)
			row(table, top, change->name, change_kind_name(change->kind));
	}
}

static void draw_excess(struct table *table, const struct plan *plan)
{
	struct table_row *top = plan->nr_excess > 0
					? row(table, NULL, "not named, in use, or not undone", NULL)
					: NULL;

	for (size_t i = 0; i < plan->nr_excess; i++) {
		const struct plan_excess *excess = &plan->excess[i];
		const struct snapshot_user *user = excess->user;
		_cleanup_free_ char *what =
			excess->why
				? memory_check(strdup(excess->why))
				: xasprintf("%s%s%s", excess->kind, user && user->what ? " " : "",
					    user && user->what ? user->what : "");

		row(table, top, excess->name, what);
	}
}

int draw_plan(const struct plan *plan, enum plan_verdict verdict)
{
	static const struct table_column columns[] = {
		{"NAME", "name", CELL_TEXT, ""},
		{"WHAT", "what", CELL_TEXT, ""},
		{0},
	};
	static const struct table_style tree = {.form = TABLE_TREE};
	const char *unknown;
	struct table *table = table_new(columns, NULL, "NAME,WHAT", &tree, &unknown);
	_cleanup_free_ char *title = xasprintf("detach by %s, %s", detach_method_name(plan->method),
					       plan_verdict_name(verdict));

	draw_steps(table, title, plan->steps, plan->nr_steps);
	draw_losses(table, plan);
	draw_excess(table, plan);
	draw_steps(table, "undo", plan->undo, plan->nr_undo);
	return table_print(table);
}

void say_excess(const struct plan *plan)
{
	for (size_t i = 0; i < plan->nr_excess; i++) {
		_cleanup_free_ char *text = plan_excess_text(&plan->excess[i]);

		fprintf(stderr, "  %s\n", text);
	}
}

static void draw_bar(const struct timeline_bar *bar, uint64_t end)
{
	const char *mark = characters_are_utf8() ? (bar->is_exposure ? "░" : "█")
						 : (bar->is_exposure ? "." : "#");
	int start = end ? (int)(bar->from * BAR_WIDTH / end) : 0;
	int stop = end ? (int)(bar->until * BAR_WIDTH / end) : 0;

	printf("%-16s ", bar->name);
	for (int i = 0; i < BAR_WIDTH; i++)
		fputs(i >= start && i <= stop ? mark : " ", stdout);
	printf(" %10.3f ms  %s\n", (double)(bar->until - bar->from) / 1000, bar->what);
}

void draw_timeline(const struct plan *plan, const struct observed *observed)
{
	struct timeline timeline;

	timeline_of(plan, observed, &timeline);
	for (size_t i = 0; i < timeline.count; i++)
		draw_bar(&timeline.bars[i], timeline.end);
	if (timeline.no_exposure)
		printf("exposure: %s\n", timeline.no_exposure);
	timeline_release(&timeline);
}

void draw_checks(const struct checks *checks)
{
	for (size_t i = 0; i < checks->count; i++) {
		const struct check *check = &checks->list[i];

		printf("%-20s %s%s%s\n", check->name, check_result_name(check->result),
		       check->detail ? ": " : "", check->detail ?: "");
	}
}

void draw_handover(const struct plan *plan, const struct observation *handed)
{
	for (size_t i = 0; handed && i < plan->nr_memdevs; i++) {
		const struct handover handover = handover_of(plan, i, handed);
		_cleanup_free_ char *text = handover_text(&handover);

		puts(text);
	}
}

void say_handover(const char *command, const struct plan *plan, const struct observation *handed)
{
	for (size_t i = 0; handed && i < plan->nr_memdevs; i++) {
		const struct handover handover = handover_of(plan, i, handed);
		_cleanup_free_ char *text = handover_text(&handover);

		if (handover.result != HANDOVER_FREE)
			fprintf(stderr, "%s: %s\n", command, text);
	}
}
