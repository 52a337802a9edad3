// SPDX-License-Identifier: LGPL-2.1-only
#include "attach/model/snapshot.h"
#include "attach/model/step.h"
#include "exercise/outcome.h"
#include "exercise/surroundings-steps.h"
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
 * A device returns without its driver_override. If the class driver bound it then, that driver
 * would reset the decoders that firmware has committed, and the baseline could not be restored.
 * Driver autoprobe is therefore off from here to the end of the trial: surroundings_restore().
 */
static void add_guard(struct operation *operation, const struct snapshot_host *host)
{
	if (snapshot_override_to_bind(host) && host->autoprobe == FLAG_YES)
		ADD(operation, .action = STEP_AUTOPROBE, .bus = "pci");
}

/* Add the steps after a removal; @again is the step that makes the kernel find the device again. */
static void add_return(struct operation *operation, const struct snapshot_host *host,
		       struct step again)
{
	const char *override = snapshot_override_to_bind(host);

	*APPEND(operation->steps, operation->nr_steps) = again;
	if (override)
		ADD(operation, .action = STEP_OVERRIDE, .bus = "pci", .device = host->name,
		    .driver = override);
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
	add_guard(operation, &surroundings->memdev->host);
	*APPEND(operation->steps, operation->nr_steps) = power(surroundings, false);
	operation->nr_down = operation->nr_steps;
	add_return(operation, &surroundings->memdev->host, power(surroundings, true));
}

static struct step link_of(const struct surroundings *surroundings, bool on)
{
	return (struct step){.action = STEP_LINK, .device = surroundings->port, .on = on};
}

/* If the slot does not support hot plug, the device stays, and the rescan finds nothing new. */
static void prepare_link(const struct surroundings *surroundings, struct operation *operation)
{
	add_guard(operation, &surroundings->memdev->host);
	*APPEND(operation->steps, operation->nr_steps) = link_of(surroundings, false);
	operation->nr_down = operation->nr_steps;
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

/* Add two steps, the second of which undoes the first */
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

/* Prepare an actor with one step, which leaves nothing to undo */
static void prepare_one(const struct surroundings *surroundings, struct operation *operation)
{
	const struct snapshot_memdev *memdev = surroundings->memdev;

	if (operation->actor == ACTOR_HOLD)
		ADD(operation, .action = STEP_HOLD, .bus = "cxl", .device = memdev->name);
	else if (operation->actor == ACTOR_MAP)
		ADD(operation, .action = STEP_HOLD, .device = surroundings->window, .on = true);
	else if (operation->actor == ACTOR_FWCTL)
		ADD(operation, .action = STEP_HOLD, .bus = "fwctl", .device = surroundings->fwctl);
	else
		ADD(operation, .action = STEP_RESET, .bus = "pci", .device = memdev->host.name);
}

static void prepare_load(const struct surroundings *surroundings, struct operation *operation)
{
	prepare_two(operation, module(surroundings, STEP_LOAD), module(surroundings, STEP_UNLOAD));
}

static void prepare_create(const struct surroundings *surroundings, struct operation *operation)
{
	prepare_two(operation, region(surroundings, STEP_CREATE),
		    region(surroundings, STEP_DESTROY));
}

static void prepare_online(const struct surroundings *surroundings, struct operation *operation)
{
	prepare_two(operation, memory(surroundings, !surroundings->block_online),
		    memory(surroundings, surroundings->block_online));
}

void surroundings_prepare(const struct surroundings *surroundings, struct operation *operation)
{
	static void (*const prepare[NR_ACTORS])(const struct surroundings *surroundings,
						struct operation *operation) = {
		[ACTOR_HOLD] = prepare_one,	     [ACTOR_MAP] = prepare_one,
		[ACTOR_FWCTL] = prepare_one,	     [ACTOR_RESET] = prepare_one,
		[ACTOR_SLOT] = prepare_slot,	     [ACTOR_LINK] = prepare_link,
		[ACTOR_REFUSE] = prepare_refuse,     [ACTOR_LOAD] = prepare_load,
		[ACTOR_NEIGHBOR] = prepare_neighbor, [ACTOR_CREATE] = prepare_create,
		[ACTOR_ONLINE] = prepare_online,
	};

	prepare[operation->actor](surroundings, operation);
}

static struct step destroy(const struct surroundings *surroundings)
{
	return region(surroundings, STEP_DESTROY);
}

static struct step refuse_no_more(const struct surroundings *surroundings)
{
	return refusal(surroundings, false);
}

static struct step power_on(const struct surroundings *surroundings)
{
	return power(surroundings, true);
}

static struct step link_up(const struct surroundings *surroundings)
{
	return link_of(surroundings, true);
}

static struct step memory_as_before(const struct surroundings *surroundings)
{
	return memory(surroundings, surroundings->block_online);
}

/* Switch driver autoprobe on again, after the device has its driver_override */
static void end_guard(const struct surroundings *surroundings, struct step **steps, size_t *count)
{
	const struct snapshot_host *host = &surroundings->memdev->host;
	const char *override = snapshot_override_to_bind(host);

	if (!override || host->autoprobe != FLAG_YES)
		return;
	*APPEND(*steps, *count) = (struct step){
		.action = STEP_OVERRIDE, .bus = "pci", .driver = override, .device = host->name};
	*APPEND(*steps, *count) = (struct step){.action = STEP_AUTOPROBE, .bus = "pci", .on = true};
}

void surroundings_restore(const struct surroundings *surroundings, actor_set actors,
			  struct step **steps, size_t *count)
{
	static struct step (*const undo[NR_ACTORS])(const struct surroundings *surroundings) = {
		[ACTOR_REFUSE] = refuse_no_more,   [ACTOR_LINK] = link_up,
		[ACTOR_SLOT] = power_on,	   [ACTOR_CREATE] = destroy,
		[ACTOR_ONLINE] = memory_as_before,
	};

	*steps = NULL;
	*count = 0;
	for (int i = FIRST_SURROUNDING; i < NR_ACTORS; i++) {
		if (actors & 1U << i && undo[i])
			*APPEND(*steps, *count) = undo[i](surroundings);
	}
	if (actors & (1U << ACTOR_SLOT | 1U << ACTOR_LINK))
		end_guard(surroundings, steps, count);
	/* This step comes last, because it is the only one whose failure ends the sequence. */
	if (actors & 1U << ACTOR_LOAD)
		*APPEND(*steps, *count) = module(surroundings, STEP_UNLOAD);
}
