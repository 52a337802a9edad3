/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_REASON_LOSSES_H
#define ATTACH_REASON_LOSSES_H

struct attach_answers;
struct plan;
struct snapshot;
struct snapshot_memdev;
struct snapshot_port;

/* What a step of a plan loses: added to the plan's objects and to its changes. Pure. */

/**
 * lose_memdev() - the memdev loses its endpoint and its regions; an attached memdev itself is lost
 */
void lose_memdev(const struct attach_answers *answers, const struct snapshot_memdev *memdev,
		 struct plan *plan);

/** lose_below() - a port loses its driver: its decoders and everything below it are lost */
void lose_below(const struct attach_answers *answers, const struct snapshot_port *top,
		struct plan *plan);

/**
 * lose_bus() - a root port is removed, with everything below it and every region in its decoders
 */
void lose_bus(const struct attach_answers *answers, const struct snapshot_port *root,
	      struct plan *plan);

/** lose_module() - a module is unloaded: every host that it drives loses its driver */
void lose_module(const struct attach_answers *answers, const char *module, struct plan *plan);

/**
 * lose_empty_switches() - after all other losses: remove each switch's port without endpoints left
 */
void lose_empty_switches(const struct snapshot *snapshot, struct plan *plan);

/** find_excess() - at the end: find what is lost without being named, and what is in use */
void find_excess(const struct snapshot *snapshot, struct plan *plan);

#endif
