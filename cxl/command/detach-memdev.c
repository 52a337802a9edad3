// SPDX-License-Identifier: GPL-2.0-only
#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "attach/act/detach.h"
#include "attach/act/journal.h"
#include "attach/act/lock.h"
#include "attach/act/watch.h"
#include "attach/act/worker.h"
#include "attach/model/expected.h"
#include "attach/model/step.h"
#include "attach/reason/plan.h"
#include "attach/reason/rescan.h"
#include "attach/verify/checks-detach.h"
#include "cxl/command/command.h"
#include "cxl/command/detach-output.h"
#include "cxl/command/detach-plan.h"
#include "cxl/command/detach-ready.h"
#include "cxl/command/listing.h"
#include "cxl/command/messages.h"
#include "cxl/command/reattach.h"
#include "cxl/report/detach-draw.h"
#include "cxl/report/detach-html.h"
#include "cxl/report/detach-report.h"
#include "util/cleanup.h"
#include "util/iomem.h"
#include "util/json.h"
#include "util/memory.h"
#include "util/options.h"
#include "util/test-point.h"
#include "util/unread.h"

#define NAME "cxl detach-memdev"

struct via {
	enum detach_method method;
	bool is_given;
};

struct options {
	struct detach_request request;
	struct via via;
	bool dry_run, tree, timeline, reattach, human;
	double timeout, watch_only; /* seconds */
	const char *html;	    /* a file */
};

/* What is seen of the machine, from right before the first step on */
struct seen {
	struct iomem iomem_before;
	struct watch watch;
	struct detach_outcome outcome;
	struct detach_output output;
};

static void parse_via(const char *arg, void *value, const struct argp_state *state)
{
	struct via *via = value;

	via->is_given = true;
	if (!detach_method_from_name(arg, &via->method))
		argp_error(state,
			   "invalid method '%s' (expected memdev, host, endpoint, port, bus, "
			   "module or pci-remove)",
			   arg);
}

static void check_options(void *values, const struct argp_state *state)
{
	struct options *options = values;
	struct detach_request *request = &options->request;

	if (request->memdevs.count == 0)
		argp_error(state, "missing MEMDEV argument");
	for (int i = 0; i < request->memdevs.count; i++)
		listing_check_name(request->memdevs.list[i], "mem", state);
	if (request->hand_to && options->via.is_given && options->via.method != METHOD_HOST)
		argp_error(state, "--to needs --via host");
	if (request->hand_to && (!*request->hand_to || strchr(request->hand_to, '/')))
		argp_error(state, "invalid driver name '%s'", request->hand_to);
	if (options->tree && !options->dry_run)
		argp_error(state, "--tree needs --dry-run");
	if ((options->timeline || options->html) && options->dry_run)
		argp_error(state, "--dry-run excludes --timeline and --html");
	if (options->watch_only > 0 &&
	    (options->via.is_given || request->hand_to || options->reattach || options->dry_run))
		argp_error(state, "--watch-only excludes --via, --to, --reattach and --dry-run");
	request->method = request->hand_to ? METHOD_HOST : options->via.method;
	request->watch_only = options->watch_only > 0;
}

#define SETS(what, member) .sets = what, .offset = OPTION_IN(struct options, member)

static const struct command_option command_options[] = {
	{.name = "via",
	 .arg = "METHOD",
	 .help = "Unbind the memdev (the default), host, endpoint, port or bus; or unload the "
		 "module; or remove the PCI device (pci-remove)",
	 SETS(SETS_BY, via),
	 .parse = parse_via},
	{.name = "to",
	 .arg = "DRIVER",
	 .help = "Hand the host to another driver, as for virtualization",
	 SETS(SETS_TEXT, request.hand_to)},
	{.name = "force",
	 .key = 'f',
	 .help = "Detach even if more is lost than the named memdevs, or something is in use",
	 SETS(SETS_TRUE, request.force)},
	{.name = "lose-system-ram",
	 .help = "With -f, also lose memory that is online as system RAM: this can crash the "
		 "machine",
	 SETS(SETS_TRUE, request.lose_system_ram)},
	{.name = "dry-run", .help = "Print the plan, and change nothing", SETS(SETS_TRUE, dry_run)},
	{.name = "tree", .help = "With --dry-run, print the plan as a tree", SETS(SETS_TRUE, tree)},
	{.name = "timeline",
	 .help = "Print what happened as a drawing instead of JSON",
	 SETS(SETS_TRUE, timeline)},
	{.name = "html",
	 .arg = "FILE",
	 .help = "Also write what happened to FILE, as a page for a browser",
	 SETS(SETS_TEXT, html)},
	{.name = "timeout",
	 .arg = "SECONDS",
	 .help = "Wait at most SECONDS for the kernel to do all steps (default 30)",
	 SETS(SETS_SECONDS, timeout)},
	{.name = "reattach",
	 .help = "Reattach everything right afterwards, and verify that too",
	 SETS(SETS_TRUE, reattach)},
	{.name = "watch-only",
	 .arg = "SECONDS",
	 .help = "Detach nothing; wait at most SECONDS for another process to do it, and verify",
	 SETS(SETS_SECONDS, watch_only)},
	{.name = "human",
	 .key = 'u',
	 .help = "Print human-readable sizes and addresses",
	 SETS(SETS_TRUE, human)},
	OPTION_DEBUG,
	{0},
};

static const struct option_set option_set = {
	.tables = (const struct option_table[]){{command_options, 0}, {0}},
	.usage = "MEMDEV...",
	.arguments = OPTION_IN(struct options, request.memdevs),
	.about = "Detach memdevs that a driver attached, observe how the kernel removes their "
		 "regions, and verify the result.",
	.examples = "Examples:\n"
		    "  cxl detach-memdev --dry-run --tree mem0\n"
		    "  cxl detach-memdev --via host --reattach --timeline mem0\n"
		    "  cxl detach-memdev --to vfio-pci mem0\n"
		    "  cxl attach-memdev mem0\n"
		    "\nExit status: 0 every check passed, 1 failed, 2 wrong usage, 3 refused, 4 "
		    "verification failed, 5 this system cannot do it.",
	.check = check_options,
};

/* @worker: the watch's from now on; NULL: there is none */
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

static void say_result(const struct options *options, const struct detach_report *report)
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

/* What was expected against what was observed; *json: the report of it */
static int verify_and_report(const struct options *options, const struct planned_detach *planned,
			     struct seen *seen, struct json_object **json)
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

/* The steps that reattach, as the machine is now */
struct undo {
	struct step *steps;
	size_t count;
};

/* The latest that is known of the machine */
static const struct snapshot *latest(const struct planned_detach *planned,
				     const struct detach_outcome *outcome)
{
	return outcome->handed.is_observed  ? &outcome->handed.snapshot
	       : outcome->after.is_observed ? &outcome->after.snapshot
					    : &planned->before;
}

static int do_reattach(const struct options *options, const struct planned_detach *planned,
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

/* --reattach; *json: the report of it, or NULL if it cannot be known what to do */
static int reattach(const struct options *options, const struct planned_detach *planned,
		    struct seen *seen, struct json_object **json)
{
	const struct plan *plan = &planned->plan;
	struct journal_entry *entries = NULL;
	struct undo undo;
	size_t nr_entries = 0;
	int status = EXIT_FAILED;

	unread_forget();
	/* A rescan of the bus has to know what else is detached. */
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

/* Does libcxl need ports for the first step? For a memdev, it searches for its endpoint. */
static bool needs_ports(enum detach_method method)
{
	return method == METHOD_MEMDEV || method == METHOD_ENDPOINT || method == METHOD_PORT ||
	       method == METHOD_BUS;
}

/* All that comes before the first step. The worker enumerates while the plan is made. */
static int prepare(const struct options *options, struct planned_detach *planned, struct seen *seen,
		   int lock)
{
	const struct detach_request *request = &options->request;
	struct worker *worker =
		worker_start(needs_ports(request->method) ? PREPARE_PORTS : PREPARE_MEMDEVS, lock);
	int status = plan_detach(request, planned)
		     ?: obey_verdict(request, planned)
		     ?: detach_check(&planned->plan);

	if (status != EXIT_DONE) {
		worker_end(worker);
		return status;
	}
	return start_watch(seen, worker, lock) ?: detach_write_journal(&planned->plan);
}

static int detach_now(const struct options *options, struct planned_detach *planned,
		      struct seen *seen, int lock)
{
	const struct detach_outcome *outcome = &seen->outcome;
	struct json_object *json, *back;
	int returned, status = prepare(options, planned, seen, lock);

	if (status != EXIT_DONE)
		return status;
	detach_run(&planned->plan, &planned->before, &seen->watch,
		   (uint64_t)(options->timeout * 1000000), show_progress, &seen->outcome);
	if (outcome->rc < 0)
		say_why_steps_failed(NAME, planned->plan.steps, &seen->watch.observed,
				     options->timeout, outcome->rc);
	status = verify_and_report(options, planned, seen, &json);
	if (options->reattach && outcome->rc != -ETIME) {
		returned = reattach(options, planned, seen, &back);
		if (back)
			json_add(json, "reattach", back);
		status = status ?: returned;
	} else if (outcome->after.is_observed) {
		clean_journal(NAME);
	}
	return detach_output(&seen->output, json, status);
}

static int dry_run(const struct options *options, struct planned_detach *planned)
{
	int rc, status = plan_detach(&options->request, planned);

	if (status != EXIT_DONE)
		return status;
	rc = options->tree
		     ? draw_plan(&planned->plan, planned->verdict)
		     : json_print(report_plan(&planned->plan, planned->verdict, options->human));
	if (rc == 0)
		return planned->verdict == PLAN_REFUSED ? EXIT_REFUSED : EXIT_DONE;
	fprintf(stderr, NAME ": cannot write the plan: %s\n", strerror(-rc));
	return EXIT_FAILED;
}

/* By which method was it detached? That decides what is expected. */
static void recognize_method(struct planned_detach *planned, const struct detach_outcome *outcome)
{
	struct changes changes;

	if (!outcome->after.is_observed)
		return;
	changes_find(&planned->before, &outcome->after.snapshot, &changes);
	plan_recognize(&planned->answers, &changes, &planned->plan);
	changes_release(&changes);
}

static int watch_only(const struct options *options, struct planned_detach *planned,
		      struct seen *seen)
{
	/* What happens while the devices are read is not to be missed. */
	int status = start_watch(seen, NULL, 0) ?: plan_detach(&options->request, planned);
	struct json_object *json;

	if (status != EXIT_DONE)
		return status;
	test_point("planned");
	fputs(NAME ": watching\n", stderr);
	detach_wait(&planned->plan, &planned->before, &seen->watch,
		    (uint64_t)(options->watch_only * 1000000), &seen->outcome);
	if (seen->outcome.rc < 0) {
		fprintf(stderr, NAME ": nothing was detached within %g s\n", options->watch_only);
		return EXIT_FAILED;
	}
	recognize_method(planned, &seen->outcome);
	status = verify_and_report(options, planned, seen, &json);
	return detach_output(&seen->output, json, status);
}

static int detach_with_lock(const struct options *options, struct planned_detach *planned,
			    struct seen *seen)
{
	_cleanup_free_ char *why = NULL;
	struct command_lock lock;
	int status;

	if (command_lock(&lock, &why) < 0) {
		fprintf(stderr, NAME ": %s\n", why);
		return EXIT_FAILED;
	}
	status = detach_now(options, planned, seen, lock.step);
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
	struct options options = {.timeout = 30};
	struct planned_detach planned = {0};
	struct seen seen = {0};
	int status;

	options_parse(&option_set, argc, argv, &options);
	if (!options.dry_run && geteuid() != 0) {
		fputs(NAME ": needs root; --dry-run does not\n", stderr);
		return EXIT_CANNOT;
	}
	seen.output = (struct detach_output){NAME, options.timeline, options.html, {0}};
	if (detach_page(&seen.output, &options.request.memdevs) != EXIT_DONE)
		return EXIT_FAILED;
	status = options.dry_run	  ? dry_run(&options, &planned)
		 : options.watch_only > 0 ? watch_only(&options, &planned, &seen)
					  : detach_with_lock(&options, &planned, &seen);
	seen_release(&seen);
	planned_detach_release(&planned);
	return status;
}

const struct cxl_command detach_memdev_command = {
	.name = "detach-memdev",
	.help = "detach an attached memdev, observe its region's removal, verify",
	.run = detach_memdev,
};
