// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "attach/act/detach.h"
#include "attach/act/journal.h"
#include "attach/act/libcxl-load.h"
#include "attach/act/lock.h"
#include "attach/act/watch.h"
#include "attach/act/worker.h"
#include "attach/model/expected.h"
#include "attach/model/step.h"
#include "attach/reason/plan.h"
#include "attach/reason/rescan.h"
#include "attach/verify/checks-detach.h"
#include "cxl/command/command.h"
#include "cxl/command/detach-hooks.h"
#include "cxl/command/detach-options.h"
#include "cxl/command/detach-output.h"
#include "cxl/command/detach-plan.h"
#include "cxl/command/detach-ready.h"
#include "cxl/command/messages.h"
#include "cxl/command/reattach.h"
#include "cxl/report/detach-draw.h"
#include "cxl/report/detach-html.h"
#include "cxl/report/detach-report.h"
#include "cxl/report/hooks-report.h"
#include "util/cleanup.h"
#include "util/interrupt.h"
#include "util/iomem.h"
#include "util/json.h"
#include "util/memory.h"
#include "util/progress.h"
#include "util/test-point.h"
#include "util/text.h"
#include "util/unread.h"

#define NAME DETACH_MEMDEV

/* What a second signal leaves, which ends the command at once */
#define GOES_ON                                                                                    \
	"the kernel may be at a step; no other one begins; 'cxl attach-memdev' reattaches what "   \
	"was detached"

/* The observations of the machine, from right before the first step on */
struct seen {
	struct iomem iomem_before;
	struct watch watch;
	struct detach_outcome outcome;
	struct detach_output output;
};

/* Open the watch; @worker then belongs to it; NULL: no worker */
static int start_watch(struct seen *seen, struct worker *worker, int lock)
{
	const char *what;
	int rc;

	iomem_read(ROOT_LIVE, &seen->iomem_before);
	rc = watch_open(&seen->watch, worker, &what);
	seen->watch.lock = lock;
	if (rc == 0)
		return EXIT_DONE;
	fprintf(stderr, NAME ": cannot read %s, without which nothing can be verified: %s\n", what,
		strerror(-rc));
	return EXIT_CANNOT;
}

static void say_result(const struct detach_options *options, const struct detach_report *report)
{
	say_unread(NAME);
	if (!options->timeline) {
		if (!checks_passed(report->checks))
			say_failed_checks(NAME, report->checks);
		say_handover(NAME, report->plan, report->handed);
		return;
	}
	draw_timeline(report->plan, report->observed);
	draw_checks(report->checks);
	draw_handover(report->plan, report->handed);
}

/* Compare the observations with the expectations; *json: the report */
static int verify_and_report(const struct detach_options *options,
			     const struct planned_detach *planned, struct seen *seen,
			     struct json_object **json)
{
	const struct detach_outcome *outcome = &seen->outcome;
	const struct observation before = {
		.snapshot = &planned->before,
		.iomem = seen->iomem_before.count ? &seen->iomem_before : NULL,
	};
	const struct observation after = detach_observation(&outcome->after);
	const struct observation handed = detach_observation(&outcome->handed);
	struct checks checks = {0};
	const struct detach_report report = {
		.plan = &planned->plan,
		.verdict = planned->verdict,
		.observed = &seen->watch.observed,
		.before = &before,
		.after = outcome->after.is_observed ? &after : NULL,
		.handed = outcome->handed.is_observed ? &handed : NULL,
		.checks = &checks,
		.human = options->human,
	};
	int status;

	checks_of_detach(report.plan, report.before, report.after, report.handed, report.observed,
			 &checks);
	test_point("verified");
	say_result(options, &report);
	if (options->html)
		html_detach(&seen->output.page, &report);
	*json = report_detach(&report);
	status = steps_status(outcome->rc, &checks);
	checks_release(&checks);
	return status;
}

/* The steps that reattach, for the current state of the machine */
struct undo {
	struct step *steps;
	size_t count;
};

/* Return the latest snapshot of the machine */
static const struct snapshot *latest(const struct planned_detach *planned,
				     const struct detach_outcome *outcome)
{
	return outcome->handed.is_observed  ? &outcome->handed.snapshot
	       : outcome->after.is_observed ? &outcome->after.snapshot
					    : &planned->before;
}

static int do_reattach(const struct detach_options *options, const struct planned_detach *planned,
		       struct seen *seen, const struct undo *undo, struct json_object **json)
{
	const struct plan *plan = &planned->plan;
	struct expected_host *hosts = NULL;
	size_t nr_hosts = 0;
	int status;

	for (size_t i = 0; i < plan->nr_memdevs; i++)
		expected_host_of(plan->memdevs[i], APPEND(hosts, nr_hosts));
	status = reattach_and_report(
		&(struct reattach_task){
			.command = NAME,
			.steps = undo->steps,
			.nr_steps = undo->count,
			.hosts = hosts,
			.nr_hosts = nr_hosts,
			.before = latest(planned, &seen->outcome),
			.entries = &(struct reattach_entry){journal_entry_name(plan), 0, nr_hosts,
							    undo->steps, undo->count},
			.nr_entries = 1,
			.timeout = options->timeout,
			.timeline = options->timeline,
			.page = options->html ? &seen->output.page : NULL,
		},
		&seen->watch, json);
	expected_hosts_release(hosts, nr_hosts);
	return status;
}

/* --reattach; *json: the report, or NULL if the steps cannot be determined */
static int reattach(const struct detach_options *options, const struct planned_detach *planned,
		    struct seen *seen, struct json_object **json)
{
	const struct plan *plan = &planned->plan;
	struct journal_entry *entries = NULL;
	struct undo undo;
	size_t nr_entries = 0;
	int status = EXIT_FAILED;

	unread_forget();
	/* A rescan of the bus also finds devices that another detach removed. */
	if (rescan_is_in(plan->undo, plan->nr_undo))
		entries = journal_load(&nr_entries);
	undo.steps = reattach_steps(plan->undo, plan->nr_undo, entries, nr_entries, &undo.count);
	*json = NULL;
	if (!say_unread(NAME))
		status = do_reattach(options, planned, seen, &undo, json);
	free(undo.steps);
	journal_release(entries, nr_entries);
	return status;
}

/* Unless nothing was detached, ask the hooks once more; *json as from reattach() */
static int reattach_with_hooks(const struct detach_options *options,
			       const struct planned_detach *planned, struct seen *seen,
			       struct detach_hooks *hooks, struct json_object **json)
{
	struct hook_session *session = &hooks->session;
	int status;

	*json = NULL;
	status = detach_hooks_ask_back(hooks, &planned->plan)
			 ?: hook_session_commit(session)
			 ?: reattach(options, planned, seen, json);
	if (*json)
		hook_session_follow(session, HOOK_POST_ATTACH, status);
	else
		hook_session_cancel(session, HOOK_CANCEL_ATTACH);
	return status;
}

/* Test whether libcxl needs ports for the first step: for a memdev, it searches for its endpoint */
static bool needs_ports(enum detach_method method)
{
	return method == METHOD_MEMDEV || method == METHOD_ENDPOINT || method == METHOD_PORT ||
	       method == METHOD_BUS;
}

/* Do everything that precedes the first step. The worker enumerates while the plan is made. */
static int prepare(const struct detach_options *options, struct planned_detach *planned,
		   struct seen *seen, struct detach_hooks *hooks, int lock)
{
	const struct detach_request *request = &options->request;
	struct worker *worker =
		worker_start(needs_ports(request->method) ? PREPARE_PORTS : PREPARE_MEMDEVS, lock);
	int status = plan_detach(request, planned)
		     ?: detach_hooks_check(hooks, planned)
		     ?: obey_verdict(request, planned)
		     ?: detach_check(&planned->plan);

	if (status != EXIT_DONE) {
		worker_end(worker);
		return status;
	}
	status = start_watch(seen, worker, lock) ?: hook_session_commit(&hooks->session);
	if (status != EXIT_DONE)
		return status;
	/* From here on, the message about a signal says what it interrupts. */
	interrupt_waits(NAME, GOES_ON);
	return detach_write_journal(&planned->plan) ?: detach_check_interrupt(&planned->plan);
}

/* Test whether the steps have failed and every host still has its driver */
static bool is_as_before(const struct plan *plan, const struct detach_outcome *outcome)
{
	if (outcome->rc == 0 || !outcome->after.is_observed)
		return false;
	for (size_t i = 0; i < plan->nr_memdevs; i++) {
		if (!streq(outcome->after.drivers[i], plan->memdevs[i]->host.driver))
			return false;
	}
	return true;
}

static int detach_now(const struct detach_options *options, struct planned_detach *planned,
		      struct seen *seen, struct detach_hooks *hooks)
{
	const struct detach_outcome *outcome = &seen->outcome;
	struct json_object *json, *back = NULL;
	int returned, status;
	bool as_before;

	detach_run(&planned->plan, &planned->before, &seen->watch,
		   (uint64_t)(options->timeout * 1000000), show_progress, &seen->outcome);
	progress_end();
	if (outcome->rc < 0)
		say_why_steps_failed(NAME, planned->plan.steps, &seen->watch.observed,
				     options->timeout, outcome->rc);
	as_before = is_as_before(&planned->plan, outcome);
	status = verify_and_report(options, planned, seen, &json);
	if (!as_before)
		detach_hooks_follow(hooks, planned, status);
	if (options->reattach && outcome->rc != -ETIME && !interrupt_came()) {
		returned = as_before ? reattach(options, planned, seen, &back)
				     : reattach_with_hooks(options, planned, seen, hooks, &back);
		if (back)
			json_add(json, "reattach", back);
		status = status ?: returned;
	} else if (outcome->after.is_observed) {
		clean_journal(NAME);
	}
	if (as_before)
		hook_session_cancel(&hooks->session, HOOK_CANCEL_DETACH);
	if (hook_session_has_any(&hooks->session))
		json_add(json, "hooks", report_hook_results(&hooks->session.hooks));
	return detach_output(&seen->output, json, status);
}

/* A refusal before the first step also cancels what the hooks have begun. */
static int detach_with_hooks(const struct detach_options *options, struct planned_detach *planned,
			     struct seen *seen, int lock)
{
	struct detach_hooks hooks = {0};
	int status =
		detach_hooks_ask(&hooks, options) ?: prepare(options, planned, seen, &hooks, lock);
	bool is_ready = status == EXIT_DONE;

	if (is_ready)
		status = detach_now(options, planned, seen, &hooks);
	else
		hook_session_cancel(&hooks.session, HOOK_CANCEL_DETACH);
	/* A signal that was held for the hooks takes effect here. */
	detach_hooks_release(&hooks);
	if (is_ready)
		detach_say_what_is_left(&planned->plan);
	return status;
}

static int dry_run(const struct detach_options *options, struct planned_detach *planned)
{
	struct json_object *json;
	int rc, hooks, status = plan_detach(&options->request, planned);

	if (status != EXIT_DONE)
		return status;
	json = report_plan(&planned->plan, planned->verdict, options->human);
	hooks = detach_hooks_plan(options, json);
	if (options->tree) {
		json_object_put(json);
		rc = draw_plan(&planned->plan, planned->verdict);
	} else {
		rc = json_print(json);
	}
	if (rc == 0)
		return planned->verdict == PLAN_REFUSED ? EXIT_REFUSED : hooks;
	fprintf(stderr, NAME ": cannot write the plan: %s\n", strerror(-rc));
	return EXIT_FAILED;
}

/* Recognize the method of the observed detach, which determines the expectations */
static void recognize_method(struct planned_detach *planned, const struct detach_outcome *outcome)
{
	struct changes changes;

	if (!outcome->after.is_observed)
		return;
	changes_find(&planned->before, &outcome->after.snapshot, &changes);
	plan_recognize(&planned->answers, &changes, &planned->plan);
	changes_release(&changes);
}

static int watch_only(const struct detach_options *options, struct planned_detach *planned,
		      struct seen *seen)
{
	/* The watch starts first, because it must not miss an event while the devices are read. */
	int status = start_watch(seen, NULL, 0) ?: plan_detach(&options->request, planned);
	struct json_object *json;

	if (status != EXIT_DONE)
		return status;
	test_point("planned");
	fputs(NAME ": watching\n", stderr);
	progress_begin("cxl: watching");
	detach_wait(&planned->plan, &planned->before, &seen->watch,
		    (uint64_t)(options->watch_only * 1000000), &seen->outcome);
	progress_end();
	if (seen->outcome.rc < 0) {
		fprintf(stderr, NAME ": nothing was detached within %g s\n", options->watch_only);
		return EXIT_FAILED;
	}
	recognize_method(planned, &seen->outcome);
	status = verify_and_report(options, planned, seen, &json);
	return detach_output(&seen->output, json, status);
}

static int detach_with_lock(const struct detach_options *options, struct planned_detach *planned,
			    struct seen *seen)
{
	_cleanup_free_ char *why = NULL;
	struct command_lock lock;
	int status;

	if (command_lock(&lock, &why) < 0) {
		fprintf(stderr, NAME ": %s\n", why);
		return EXIT_FAILED;
	}
	status = detach_with_hooks(options, planned, seen, lock.step);
	command_unlock(&lock);
	return status;
}

static void seen_release(struct seen *seen)
{
	detach_outcome_release(&seen->outcome);
	watch_close(&seen->watch);
	iomem_release(&seen->iomem_before);
	html_release(&seen->output.page);
}

static int detach_memdev(int argc, char **argv)
{
	struct detach_options options;
	struct planned_detach planned = {0};
	struct seen seen = {0};
	int status;

	detach_options_parse(argc, argv, &options);
	interrupt_ends(NAME, "nothing was changed");
	if (!options.dry_run && geteuid() != 0) {
		fputs(NAME ": needs root; --dry-run does not\n", stderr);
		return EXIT_CANNOT;
	}
	if (!options.dry_run)
		libcxl_load();
	seen.output = (struct detach_output){NAME, options.timeline, options.html, {0}};
	if (detach_page(&seen.output, &options.request.memdevs) != EXIT_DONE)
		return EXIT_FAILED;
	status = options.dry_run	  ? dry_run(&options, &planned)
		 : options.watch_only > 0 ? watch_only(&options, &planned, &seen)
					  : detach_with_lock(&options, &planned, &seen);
	seen_release(&seen);
	planned_detach_release(&planned);
	interrupt_obey();
	return status;
}

const struct cxl_command detach_memdev_command = {
	.name = "detach-memdev",
	.help = "detach an attached memdev, observe its region's removal, verify",
	.run = detach_memdev,
};
