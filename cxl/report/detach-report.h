/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CXL_REPORT_DETACH_REPORT_H
#define CXL_REPORT_DETACH_REPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "attach/reason/plan.h"

struct checks;
struct expected_host;
struct journal_entry;
struct json_object;
struct observation;
struct observed;
struct snapshot;
struct step;

/*
 * The JSON of detach-memdev and attach-memdev, which Documentation/schema describes. The caller
 * owns each result. Times are microseconds since the first step began.
 */

/** report_plan() - report the steps, what they lose, what stays, and how they are undone */
struct json_object *report_plan(const struct plan *plan, enum plan_verdict verdict, bool human);

/** report_steps() - report steps and their results; without @observed, only as planned */
struct json_object *report_steps(const struct step *steps, size_t count,
				 const struct observed *observed);

struct detach_report {
	const struct plan *plan;
	enum plan_verdict verdict;
	const struct observed *observed; /* during the steps */
	/* As for checks_of_detach() */
	const struct observation *before, *after, *handed;
	const struct checks *checks;
	bool human;
};

/** report_detach() - report a plan, its results, and the checks */
struct json_object *report_detach(const struct detach_report *report);

/** report_attach_plan() - report the hosts to attach, and the steps */
struct json_object *report_attach_plan(const struct expected_host *hosts, size_t nr_hosts,
				       const struct step *steps, size_t nr_steps);

struct reattach_report {
	const struct step *steps;
	size_t nr_steps;
	const struct expected_host *hosts;
	size_t nr_hosts;
	bool from_journal;		 /* the undo was read from the journal */
	const struct observed *observed; /* during the steps */
	const struct snapshot *after;	 /* without devices if nothing was observed */
	const struct checks *checks;
};

/**
 * report_reattach() - report the present state of hosts, the results of the steps, and the checks
 */
struct json_object *report_reattach(const struct reattach_report *report);

/** report_journal_entry() - report how @host was detached, and the command that reattaches it */
struct json_object *report_journal_entry(const struct journal_entry *entry, const char *host);

#endif
