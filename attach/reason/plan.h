/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_REASON_PLAN_H
#define ATTACH_REASON_PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include "attach/model/plan.h"

struct attach_answers;
struct changes;
struct observed;
struct snapshot_memdev;
struct snapshot_port;
struct snapshot_unattached_host;

/*
 * Make plans: how attached memdevs are detached, what is lost, and how they are reattached. Pure:
 * uses the snapshot, with its dependents and users, and the answers inferred from it.
 */

enum plan_verdict {
	PLAN_ALLOWED,
	PLAN_FORCED, /* something unnamed is lost, or something is in use; the user agreed */
	PLAN_REFUSED,
	PLAN_WATCHED, /* another process detaches */
};

/**
 * plan_make() - make the plan to detach @named by @method
 * @hand_to: for METHOD_HOST, the driver to which the hosts are handed; or NULL
 * @plan: released with plan_release(), whatever the result is
 *
 * Return: NULL, or the reason why it is not possible, as "mem0: its host is not a PCI device"; a
 * new string that the caller frees.
 */
char *plan_make(const struct attach_answers *answers, const struct snapshot_memdev *const *named,
		size_t nr_named, enum detach_method method, const char *hand_to, struct plan *plan);

/**
 * plan_cannot_verify() - add to the excess that the return of a region could not be verified
 * @unknown: its attribute that cannot be read
 */
void plan_cannot_verify(struct plan *plan, const struct snapshot_region *region,
			const char *unknown);

/**
 * plan_cannot_undo() - add to the excess that a step of the undo is not possible
 * @missing: the file that the step needs and that does not exist
 */
void plan_cannot_undo(struct plan *plan, const struct step *undo, const char *missing);

/**
 * plan_judge() - decide whether the plan may be carried out
 * @force: the user agrees to lose more than was named, and what is in use
 * @lose_system_ram: the user agrees to lose memory that is online as system RAM
 */
enum plan_verdict plan_judge(const struct plan *plan, bool force, bool lose_system_ram);

/** plan_verdict_name() - return "allowed", "forced", "refused" or "watched" */
const char *plan_verdict_name(enum plan_verdict verdict);

/**
 * plan_is_carried_out() - test whether events show that all named memdevs and their drivers are
 * gone
 */
bool plan_is_carried_out(const struct plan *plan, const struct observed *observed);

/**
 * plan_recognize() - replace @plan by the plan, of any method, that expects exactly these changes
 *
 * If there is none, @plan stays unchanged.
 */
void plan_recognize(const struct attach_answers *answers, const struct changes *seen,
		    struct plan *plan);

/** plan_attach() - make the steps that reattach a host without a memdev, in @plan->undo */
void plan_attach(const struct snapshot_unattached_host *unattached, struct plan *plan);

/**
 * plan_cycle_bus() - make the steps that unbind and rebind a bus to recreate its ports
 *
 * They are for ports that cannot be reused after they were unbound
 * (Documentation/findings/port-reuse.md). @plan->steps recreates the ports, and @plan has what that
 * loses. @plan->undo reattaches what is attached below the bus now.
 *
 * Return: NULL, or the reason why it is not possible; a new string that the caller frees.
 */
char *plan_cycle_bus(const struct attach_answers *answers, const struct snapshot_port *root,
		     struct plan *plan);

#endif
