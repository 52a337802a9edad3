// SPDX-License-Identifier: LGPL-2.1-only
#include "attach/model/snapshot.h"
#include "attach/model/step.h"
#include "exercise/outcome.h"
#include "exercise/surroundings.h"
#include "util/memory.h"
#include "util/text.h"

#define ADD(operation, ...)                                                                        \
	(*APPEND((operation)->steps, (operation)->nr_steps) = (struct step){__VA_ARGS__})

static void bind(struct operation *operation, const struct snapshot_host *host)
{
	ADD(operation, .action = STEP_BIND, .bus = host->subsystem, .driver = host->driver,
	    .device = host->name);
}

static void unbind(struct operation *operation, const struct snapshot_host *host)
{
	ADD(operation, .action = STEP_UNBIND, .bus = host->subsystem, .driver = host->driver,
	    .device = host->name);
}

/*
 * The device comes back without its driver_override, and no driver is to take it before it has that
 * again: see attach/reason/rescan.h. @again is the step that brings it back.
 */
static void add_return(struct operation *operation, const struct snapshot_host *host,
		       struct step again)
{
	const char *override = snapshot_override_to_bind(host);
	bool guard = override && host->autoprobe == FLAG_YES;

	if (guard)
		ADD(operation, .action = STEP_AUTOPROBE, .bus = "pci");
	*APPEND(operation->steps, operation->nr_steps) = again;
	if (override)
		ADD(operation, .action = STEP_OVERRIDE, .bus = "pci", .device = host->name,
		    .driver = override);
	if (guard)
		ADD(operation, .action = STEP_AUTOPROBE, .bus = "pci", .on = true);
	bind(operation, host);
	if (host->needs_override)
		ADD(operation, .action = STEP_OVERRIDE, .bus = "pci", .device = host->name,
		    .driver = host->driver_override);
}

static struct step power(const struct surroundings *surroundings, bool on)
{
	return (struct step){.action = STEP_POWER,
			     .bus = "pci",
			     .driver = surroundings->slot,
			     .device = surroundings->memdev->host.name,
			     .on = on};
}

static void prepare_slot(const struct surroundings *surroundings, struct operation *operation)
{
	*APPEND(operation->steps, operation->nr_steps) = power(surroundings, false);
	operation->nr_down = 1;
	add_return(operation, &surroundings->memdev->host, power(surroundings, true));
}

static struct step link_of(const struct surroundings *surroundings, bool on)
{
	return (struct step){.action = STEP_LINK, .device = surroundings->port, .on = on};
}

/* Where the slot cannot be hot plugged, the device never went: the rescan finds nothing then. */
static void prepare_link(const struct surroundings *surroundings, struct operation *operation)
{
	*APPEND(operation->steps, operation->nr_steps) = link_of(surroundings, false);
	operation->nr_down = 1;
	*APPEND(operation->steps, operation->nr_steps) = link_of(surroundings, true);
	add_return(operation, &surroundings->memdev->host,
		   (struct step){.action = STEP_RESCAN, .bus = "pci"});
}

static struct step refusal(const struct surroundings *surroundings, bool on)
{
	return (struct step){.action = STEP_SETTING,
			     .driver = surroundings->memdev->host.module,
			     .device = "refuse",
			     .on = on};
}

static void prepare_refuse(const struct surroundings *surroundings, struct operation *operation)
{
	const struct snapshot_host *host = &surroundings->memdev->host;

	unbind(operation, host);
	*APPEND(operation->steps, operation->nr_steps) = refusal(surroundings, true);
	bind(operation, host);
	*APPEND(operation->steps, operation->nr_steps) = refusal(surroundings, false);
	operation->nr_down = operation->nr_steps;
	bind(operation, host);
}

static void prepare_neighbor(const struct surroundings *surroundings, struct operation *operation)
{
	unbind(operation, &surroundings->neighbor->host);
	operation->nr_down = 1;
	bind(operation, &surroundings->neighbor->host);
}

static struct step region(const struct surroundings *surroundings, enum step_action action)
{
	return (struct step){.action = action,
			     .bus = surroundings->expander->host.subsystem,
			     .device = surroundings->expander->host.name,
			     .driver = surroundings->root_decoder};
}

static struct step memory(const struct surroundings *surroundings, bool on)
{
	return (struct step){.action = STEP_ONLINE, .device = surroundings->block, .on = on};
}

/* Two steps, of which the second undoes the first */
static void prepare_two(struct operation *operation, struct step first, struct step second)
{
	*APPEND(operation->steps, operation->nr_steps) = first;
	operation->nr_down = 1;
	*APPEND(operation->steps, operation->nr_steps) = second;
}

static struct step module(const struct surroundings *surroundings, enum step_action action)
{
	return (struct step){.action = action, .driver = surroundings->other_module};
}

void surroundings_prepare(const struct surroundings *surroundings, struct operation *operation)
{
	const struct snapshot_memdev *memdev = surroundings->memdev;

	switch (operation->actor) {
	case ACTOR_HOLD:
		ADD(operation, .action = STEP_HOLD, .bus = "cxl", .device = memdev->name);
		break;
	case ACTOR_MAP:
		ADD(operation, .action = STEP_HOLD, .device = surroundings->window, .on = true);
		break;
	case ACTOR_FWCTL:
		ADD(operation, .action = STEP_HOLD, .bus = "fwctl", .device = surroundings->fwctl);
		break;
	case ACTOR_RESET:
		ADD(operation, .action = STEP_RESET, .bus = "pci", .device = memdev->host.name);
		break;
	case ACTOR_SLOT:
		prepare_slot(surroundings, operation);
		break;
	case ACTOR_LINK:
		prepare_link(surroundings, operation);
		break;
	case ACTOR_REFUSE:
		prepare_refuse(surroundings, operation);
		break;
	case ACTOR_LOAD:
		prepare_two(operation, module(surroundings, STEP_LOAD),
			    module(surroundings, STEP_UNLOAD));
		break;
	case ACTOR_NEIGHBOR:
		prepare_neighbor(surroundings, operation);
		break;
	case ACTOR_CREATE:
		prepare_two(operation, region(surroundings, STEP_CREATE),
			    region(surroundings, STEP_DESTROY));
		break;
	case ACTOR_ONLINE:
		prepare_two(operation, memory(surroundings, !surroundings->block_online),
			    memory(surroundings, surroundings->block_online));
		break;
	default:
		break;
	}
}

void surroundings_restore(const struct surroundings *surroundings, actor_set actors,
			  struct step **steps, size_t *count)
{
	const struct {
		enum actor actor;
		struct step step;
	} undo[] = {
		{ACTOR_REFUSE, refusal(surroundings, false)},
		{ACTOR_LINK, link_of(surroundings, true)},
		{ACTOR_SLOT, power(surroundings, true)},
		{ACTOR_LOAD, module(surroundings, STEP_UNLOAD)},
		{ACTOR_CREATE, {0}},
		{ACTOR_ONLINE, memory(surroundings, surroundings->block_online)},
	};

	*steps = NULL;
	*count = 0;
	for (size_t i = 0; i < sizeof(undo) / sizeof(*undo); i++) {
		if (actors & 1U << undo[i].actor)
			*APPEND(*steps, *count) = undo[i].actor == ACTOR_CREATE
							  ? region(surroundings, STEP_DESTROY)
							  : undo[i].step;
	}
}
