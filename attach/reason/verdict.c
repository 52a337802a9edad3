// SPDX-License-Identifier: LGPL-2.1-only
#include <stdlib.h>
#include <string.h>

#include "attach/model/snapshot.h"
#include "attach/reason/evidence.h"
#include "attach/reason/lock.h"
#include "attach/reason/verdict.h"
#include "util/memory.h"
#include "util/text.h"

/* If the evidence is contradictory, the memdev counts as attached. */
static bool may_be_attached(const struct attach_answers *answers,
			    const struct snapshot_memdev *memdev)
{
	enum attach_state state = attach_of_memdev(answers, memdev)->state;

	return state == ATTACH_ATTACHED || state == ATTACH_UNKNOWN;
}

static void add_memdev(const struct attach_answers *answers, const struct snapshot_memdev *memdev,
		       struct verdict *verdict)
{
	bool known = attach_of_memdev(answers, memdev)->state == ATTACH_ATTACHED;

	verdict->uncertain = !known && (verdict->uncertain || verdict->nr_memdevs == 0);
	*APPEND(verdict->memdevs, verdict->nr_memdevs) = memdev;
}

static void add_region(struct verdict *verdict, const struct snapshot_region *region)
{
	for (size_t i = 0; i < verdict->nr_regions; i++) {
		if (verdict->regions[i] == region)
			return;
	}
	*APPEND(verdict->regions, verdict->nr_regions) = region;
}

/*
 * If a memdev is removed, its regions are removed, and the driver of its host unbinds if it
 * attached the memdev
 */
static void add_loss_of_memdev(const struct attach_answers *answers,
			       const struct snapshot_memdev *memdev, struct verdict *verdict)
{
	for (size_t i = 0; i < memdev->nr_regions; i++)
		add_region(verdict, memdev->regions[i]);
	if (may_be_attached(answers, memdev))
		add_memdev(answers, memdev, verdict);
}

/* An attached memdev may be below any port if the snapshot does not show its bus. */
static void add_loss_of_port(const struct attach_answers *answers, const struct snapshot_port *port,
			     struct verdict *verdict)
{
	const struct snapshot *snapshot = answers->snapshot;

	for (size_t i = 0; i < snapshot->nr_memdevs; i++) {
		const struct snapshot_memdev *memdev = &snapshot->memdevs[i];

		if (snapshot_is_below(memdev->endpoint, port) ||
		    (may_be_attached(answers, memdev) && !snapshot_bus(memdev->endpoint)))
			add_loss_of_memdev(answers, memdev, verdict);
	}
}

bool verdict_is_readable(const struct snapshot *snapshot, const struct snapshot_region *region)
{
	return !region->unread &&
	       (region->locked != FLAG_UNKNOWN || snapshot->attach_support != FLAG_YES);
}

static void judge_region(const struct attach_answers *answers, enum operation operation,
			 const struct snapshot_region *region, struct verdict *verdict)
{
	struct lock_answer lock;

	lock_infer(answers, region, &lock);
	for (size_t i = 0; i < region->nr_memdevs; i++) {
		if (may_be_attached(answers, region->memdevs[i]))
			add_memdev(answers, region->memdevs[i], verdict);
	}
	for (size_t i = 0; i < lock.nr_decoders; i++)
		*APPEND(verdict->decoders, verdict->nr_decoders) = lock.decoders[i];
	if (verdict->nr_memdevs > 0)
		verdict->reason = REASON_ATTACH_OWNED;
	else if (lock.reason == LOCK_FIRMWARE)
		verdict->reason = REASON_FIRMWARE_LOCKED;
	else if (lock.reason == LOCK_EMULATED)
		verdict->reason = REASON_EMULATED;
	else if (lock.reason != LOCK_NONE)
		verdict->reason = REASON_LOCKED;
	else if (!verdict_is_readable(answers->snapshot, region))
		verdict->reason = REASON_UNREADABLE;
	lock_answer_release(&lock);

	if (verdict->reason == REASON_NONE)
		return;
	if (operation == OPERATION_DESTROY_REGION)
		verdict->kind = VERDICT_REFUSED;
	else if (verdict->reason == REASON_ATTACH_OWNED)
		verdict->kind = VERDICT_REMARKED;
}

static bool loses_user(const struct verdict *verdict, const struct snapshot_user *user)
{
	for (size_t i = 0; i < verdict->nr_memdevs; i++) {
		if (snapshot_memdev_has_user(verdict->memdevs[i], user))
			return true;
	}
	for (size_t i = 0; i < verdict->nr_regions; i++) {
		if (strcmp(verdict->regions[i]->name, user->device) == 0)
			return true;
	}
	return false;
}

static void find_users(const struct snapshot *snapshot, struct verdict *verdict)
{
	for (size_t i = 0; i < snapshot->nr_users; i++) {
		if (loses_user(verdict, &snapshot->users[i]))
			*APPEND(verdict->users, verdict->nr_users) = &snapshot->users[i];
	}
}

void verdict_judge(const struct attach_answers *answers, enum operation operation, bool force,
		   const struct verdict_object *object, struct verdict *verdict)
{
	*verdict = (struct verdict){.object = *object};
	if (object->region) {
		judge_region(answers, operation, object->region, verdict);
		return;
	}
	if (object->memdev)
		add_loss_of_memdev(answers, object->memdev, verdict);
	else
		add_loss_of_port(answers, object->port, verdict);
	if (verdict->nr_memdevs == 0)
		return;
	verdict->reason = REASON_ENDS_ATTACH;
	find_users(answers->snapshot, verdict);
	verdict->kind = force ? VERDICT_FORCED : VERDICT_REFUSED;
}

bool verdict_all_allowed(const struct attach_answers *answers)
{
	const struct snapshot *snapshot = answers->snapshot;

	for (size_t i = 0; i < snapshot->nr_memdevs; i++) {
		if (answers->memdevs[i].state != ATTACH_NONE)
			return false;
	}
	for (size_t i = 0; i < snapshot->nr_regions; i++) {
		if (snapshot->regions[i].locked == FLAG_YES ||
		    snapshot_region_has_locked_decoder(&snapshot->regions[i]) ||
		    !verdict_is_readable(snapshot, &snapshot->regions[i]))
			return false;
	}
	return snapshot->nr_unread_regions == 0;
}

void verdict_release(struct verdict *verdict)
{
	free(verdict->memdevs);
	free(verdict->regions);
	free(verdict->decoders);
	free(verdict->users);
	*verdict = (struct verdict){0};
}

void verdicts_release(struct verdicts *verdicts)
{
	for (size_t i = 0; i < verdicts->count; i++)
		verdict_release(&verdicts->list[i]);
	free(verdicts->list);
	*verdicts = (struct verdicts){0};
}

const struct verdict *verdicts_find(const struct verdicts *verdicts, const char *name)
{
	for (size_t i = 0; i < verdicts->count; i++) {
		if (strcmp(verdict_object_name(&verdicts->list[i].object), name) == 0)
			return &verdicts->list[i];
	}
	return NULL;
}

bool verdicts_refuse_any(const struct verdicts *verdicts)
{
	for (size_t i = 0; i < verdicts->count; i++) {
		if (verdicts->list[i].kind == VERDICT_REFUSED)
			return true;
	}
	return false;
}

static void refuse_as_changed(struct verdict *verdict)
{
	verdict->kind = VERDICT_REFUSED;
	verdict->reason = REASON_CHANGED;
}

void verdicts_refuse_changed(const struct verdicts *first, struct verdicts *second)
{
	size_t nr_judged = second->count;

	for (size_t i = 0; i < nr_judged; i++) {
		const struct verdict_object *now = &second->list[i].object;
		const struct verdict *before = verdicts_find(first, verdict_object_name(now));

		/*
		 * The reason for the first refusal has disappeared, but perhaps only for a moment.
		 */
		bool is_let_go = before && before->kind == VERDICT_REFUSED &&
				 second->list[i].kind != VERDICT_REFUSED;

		if (!before || is_let_go || !verdict_same(&before->object, now))
			refuse_as_changed(&second->list[i]);
	}
	for (size_t i = 0; i < first->count; i++) {
		const struct verdict_object *before = &first->list[i].object;

		if (verdicts_find(second, verdict_object_name(before)))
			continue;
		APPEND(second->list, second->count)->object = *before;
		refuse_as_changed(&second->list[second->count - 1]);
	}
}

const char *verdict_object_name(const struct verdict_object *object)
{
	return object->region	? object->region->name
	       : object->memdev ? object->memdev->name
				: object->port->name;
}

static bool same_region(const struct snapshot_region *one, const struct snapshot_region *other)
{
	if (one->resource != other->resource || one->size != other->size ||
	    one->nr_memdevs != other->nr_memdevs)
		return false;
	for (size_t i = 0; i < one->nr_memdevs; i++) {
		if (!streq(one->memdevs[i]->name, other->memdevs[i]->name) ||
		    !streq(one->memdevs[i]->host.name, other->memdevs[i]->host.name))
			return false;
	}
	return true;
}

bool verdict_same(const struct verdict_object *one, const struct verdict_object *other)
{
	if (one->region)
		return same_region(one->region, other->region);
	if (one->memdev)
		return streq(one->memdev->host.name, other->memdev->host.name);
	return streq(one->port->uport, other->port->uport);
}

const char *verdict_kind_name(enum verdict_kind kind)
{
	static const char *const names[] = {
		[VERDICT_ALLOWED] = "allowed",
		[VERDICT_REMARKED] = "remarked",
		[VERDICT_FORCED] = "forced",
		[VERDICT_REFUSED] = "refused",
	};

	return names[kind];
}

const char *verdict_reason_name(enum verdict_reason reason)
{
	static const char *const names[] = {
		[REASON_NONE] = NULL,
		[REASON_ATTACH_OWNED] = "attach-owned",
		[REASON_FIRMWARE_LOCKED] = "firmware-locked",
		[REASON_EMULATED] = "emulated",
		[REASON_LOCKED] = "locked",
		[REASON_UNREADABLE] = "unreadable",
		[REASON_ENDS_ATTACH] = "ends-attach",
		[REASON_CHANGED] = "changed",
	};

	return names[reason];
}
