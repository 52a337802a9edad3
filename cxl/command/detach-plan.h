/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CXL_COMMAND_DETACH_PLAN_H
#define CXL_COMMAND_DETACH_PLAN_H

#include <stdbool.h>

#include "attach/model/snapshot.h"
#include "attach/reason/evidence.h"
#include "attach/reason/plan.h"
#include "util/options.h"

/*
 * The first half of detach-memdev: read the machine, make the plan, and judge it. Changes nothing.
 */

/* The request of the user */
struct detach_request {
	struct option_arguments memdevs; /* mem0 or 0 */
	enum detach_method method;
	const char *hand_to;
	bool force, lose_system_ram;
	bool watch_only; /* another process detaches, by any method */
};

struct planned_detach {
	struct snapshot before;
	struct attach_answers answers;
	struct plan plan;
	enum plan_verdict verdict;
};

/**
 * plan_detach() - read the machine, find the named memdevs, and make the plan
 * @planned: released with planned_detach_release(), whatever the result is
 *
 * Return: the exit status. An error is printed on stderr. A refused plan is not an error.
 */
int plan_detach(const struct detach_request *request, struct planned_detach *planned);

/**
 * obey_verdict() - return EXIT_REFUSED, or EXIT_DONE to continue; print on stderr what else is lost
 */
int obey_verdict(const struct detach_request *request, const struct planned_detach *planned);

void planned_detach_release(struct planned_detach *planned);

#endif
