// SPDX-License-Identifier: LGPL-2.1-only
#include <stdlib.h>
#include <string.h>

#include "attach/model/plan.h"
#include "attach/model/snapshot.h"
#include "util/memory.h"

static const char *const method_names[NR_METHODS] = {
	[METHOD_MEMDEV] = "memdev",
	[METHOD_HOST] = "host",
	[METHOD_ENDPOINT] = "endpoint",
	[METHOD_PORT] = "port",
	[METHOD_BUS] = "bus",
	[METHOD_MODULE] = "module",
	[METHOD_PCI_REMOVE] = "pci-remove",
};

char *plan_excess_text(const struct plan_excess *excess)
{
	if (excess->why)
		return memory_check(strdup(excess->why));
	return excess->user ? snapshot_user_text(excess->user)
			    : xasprintf("%s %s", excess->kind, excess->name);
}

void plan_release(struct plan *plan)
{
	free(plan->steps);
	free(plan->undo);
	free(plan->named);
	free(plan->memdevs);
	free(plan->others);
	free(plan->regions);
	free(plan->hosts);
	for (size_t i = 0; i < plan->nr_excess; i++)
		free(plan->excess[i].why);
	free(plan->excess);
	changes_release(&plan->changes);
	*plan = (struct plan){0};
}

const char *detach_method_name(enum detach_method method)
{
	return method_names[method];
}

bool detach_method_from_name(const char *name, enum detach_method *method)
{
	for (int i = 0; i < NR_METHODS; i++) {
		if (strcmp(method_names[i], name) == 0) {
			*method = (enum detach_method)i;
			return true;
		}
	}
	return false;
}

bool plan_excludes_exposure(enum detach_method method)
{
	return method == METHOD_HOST || method == METHOD_MODULE || method == METHOD_PCI_REMOVE;
}
