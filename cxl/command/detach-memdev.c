// SPDX-License-Identifier: GPL-2.0-only
#include <argp.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "attach/act/journal.h"
#include "attach/act/watch.h"
#include "attach/model/observed.h"
#include "attach/model/snapshot.h"
#include "attach/model/step.h"
#include "attach/read/dependents.h"
#include "attach/read/driver.h"
#include "attach/read/observe.h"
#include "attach/read/take.h"
#include "attach/read/users.h"
#include "attach/reason/evidence.h"
#include "attach/reason/plan.h"
#include "attach/verify/checks.h"
#include "cxl/command/command.h"
#include "cxl/command/listing.h"
#include "cxl/command/reattach.h"
#include "cxl/report/detach-draw.h"
#include "cxl/report/detach-report.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/iomem.h"
#include "util/json.h"
#include "util/memory.h"
#include "util/sysfs.h"
#include "util/test-point.h"

#define NAME "cxl detach-memdev"

enum {
	KEY_VIA = 0x200,
	KEY_TO,
	KEY_LOSE_SYSTEM_RAM,
	KEY_DRY_RUN,
	KEY_TREE,
	KEY_TIMELINE,
	KEY_TIMEOUT,
	KEY_REATTACH,
	KEY_WATCH_ONLY,
	KEY_DEBUG,
};

struct options {
	char **memdevs;
	int nr_memdevs;
	enum detach_method method;
	bool has_method;
	const char *hand_to;
	bool force, lose_system_ram, dry_run, tree, timeline, reattach, human;
	double timeout, watch_only; /* seconds */
};

/* Everything that one run is about */
struct detach {
	const struct options *options;
	struct snapshot before, after;
	struct attach_answers answers;
	struct plan plan;
	struct iomem iomem_before, iomem_after;
	char **drivers; /* of the hosts, afterwards */
	struct watch watch;
	struct checks checks;
	const char *verdict;
	int lock;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case KEY_VIA:
		if (!detach_method_from_name(arg, &options->method))
			argp_error(state,
				   "'%s' is no path: it is memdev, host, endpoint, port, bus, "
				   "module or pci-remove",
				   arg);
		options->has_method = true;
		return 0;
	case KEY_TO:
		options->hand_to = arg;
		return 0;
	case 'f':
		options->force = true;
		return 0;
	case KEY_LOSE_SYSTEM_RAM:
		options->lose_system_ram = true;
		return 0;
	case KEY_DRY_RUN:
		options->dry_run = true;
		return 0;
	case KEY_TREE:
		options->tree = true;
		return 0;
	case KEY_TIMELINE:
		options->timeline = true;
		return 0;
	case KEY_TIMEOUT:
		options->timeout = parse_seconds(arg, state);
		return 0;
	case KEY_REATTACH:
		options->reattach = true;
		return 0;
	case KEY_WATCH_ONLY:
		options->watch_only = parse_seconds(arg, state);
		return 0;
	case 'u':
		options->human = true;
		return 0;
	case KEY_DEBUG:
		sysfs_debug = true;
		return 0;
	case ARGP_KEY_ARGS:
		options->memdevs = state->argv + state->next;
		options->nr_memdevs = state->argc - state->next;
		for (int i = 0; i < options->nr_memdevs; i++)
			listing_check_name(options->memdevs[i], "mem", state);
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "which memdev?");
		return 0;
	case ARGP_KEY_END:
		if (options->hand_to && options->has_method && options->method != METHOD_HOST)
			argp_error(state, "--to goes with --via host");
		if (options->hand_to && (!*options->hand_to || strchr(options->hand_to, '/')))
			argp_error(state, "'%s' is no driver's name", options->hand_to);
		if (options->tree && !options->dry_run)
			argp_error(state, "--tree shows the plan: it goes with --dry-run");
		if (options->watch_only > 0 && (options->has_method || options->hand_to ||
						options->reattach || options->dry_run))
			argp_error(state, "--watch-only does nothing itself");
		if (options->hand_to)
			options->method = METHOD_HOST;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option argp_options[] = {
	{"via", KEY_VIA, "PATH", 0,
	 "What is unbound: memdev (the default), host, endpoint, port, bus, module, or pci-remove",
	 1},
	{"to", KEY_TO, "DRIVER", 0, "Hand the host to that driver, as for virtualization", 1},
	{"force", 'f', NULL, 0, "Also if more goes than the memdev, or something is in use", 1},
	{"lose-system-ram", KEY_LOSE_SYSTEM_RAM, NULL, 0,
	 "Also if memory goes that is online as system RAM: this can crash the machine", 1},
	{"dry-run", KEY_DRY_RUN, NULL, 0, "Print the plan, and change nothing", 1},
	{"tree", KEY_TREE, NULL, 0, "With --dry-run: the plan as a tree", 1},
	{"timeline", KEY_TIMELINE, NULL, 0, "Draw what happened, instead of JSON", 1},
	{"timeout", KEY_TIMEOUT, "SECONDS", 0, "How long the kernel may take (default 30)", 1},
	{"reattach", KEY_REATTACH, NULL, 0, "Bring it back right after", 1},
	{"watch-only", KEY_WATCH_ONLY, "SECONDS", 0,
	 "Take nothing down: watch whoever does, for so long, and verify", 1},
	{"human", 'u', NULL, 0, "Sizes and addresses for people", 1},
	{"debug", KEY_DEBUG, NULL, 0, "Say what could not be read", 1},
	{0},
};

static const struct argp argp = {
	.options = argp_options,
	.parser = parse,
	.args_doc = "MEMDEV...",
	.doc = "Take memdevs down that a driver attached, watch the kernel remove their regions, "
	       "and "
	       "verify that it did all that it promises.\v"
	       "Examples:\n"
	       "  cxl detach-memdev --dry-run --tree mem0\n"
	       "  cxl detach-memdev --via host --reattach --timeline mem0\n"
	       "  cxl detach-memdev --to vfio-pci mem0\n"
	       "  cxl attach-memdev mem0\n"
	       "\nExit status: 0 every promise was kept, 1 failed, 2 wrong usage, 3 refused, 4 the "
	       "kernel did not keep a promise, 5 this system cannot do it.",
};

static const struct snapshot_memdev *find_memdev(const struct snapshot *snapshot, const char *given)
{
	_cleanup_free_ char *name = xasprintf("mem%s", given);

	return snapshot_find_memdev(snapshot, given) ?: snapshot_find_memdev(snapshot, name);
}

/* The memdevs that are named; NULL, having said why, if one cannot be taken down by this */
static const struct snapshot_memdev **find_named(const struct detach *detach)
{
	const struct options *options = detach->options;
	const struct snapshot_memdev **named =
		memory_check(calloc((size_t)options->nr_memdevs, sizeof(*named)));

	for (int i = 0; i < options->nr_memdevs; i++) {
		named[i] = find_memdev(&detach->before, options->memdevs[i]);
		if (!named[i]) {
			fprintf(stderr, NAME ": there is no memdev '%s'\n", options->memdevs[i]);
		} else if (attach_of_memdev(&detach->answers, named[i])->state == ATTACH_NONE) {
			fprintf(stderr,
				NAME ": no driver attached %s: use 'cxl disable-memdev %s'\n",
				named[i]->name, named[i]->name);
		} else if (!named[i]->host.name || !named[i]->host.driver ||
			   !named[i]->host.subsystem) {
			fprintf(stderr, NAME ": %s has no provider any more\n", named[i]->name);
		} else {
			continue;
		}
		free(named);
		return NULL;
	}
	return named;
}

/* Who attached what; the modules are only asked where the devices leave it open. */
static void infer(struct detach *detach, bool has_modules)
{
	bool open = false;

	attach_infer(&detach->before, &detach->answers);
	for (size_t i = 0; i < detach->before.nr_memdevs; i++)
		open |= detach->answers.memdevs[i].state == ATTACH_UNKNOWN;
	if (!open || has_modules)
		return;
	attach_answers_release(&detach->answers);
	snapshot_add_modules(&detach->before);
	attach_infer(&detach->before, &detach->answers);
}

static int make_plan(struct detach *detach)
{
	_cleanup_free_ const struct snapshot_memdev **named = NULL;
	_cleanup_free_ char *why = NULL;
	/* A module may drive hosts without a memdev, which then lose their driver, too. */
	bool whole = detach->options->method == METHOD_MODULE || detach->options->watch_only > 0;
	int rc = whole ? snapshot_take(&detach->before) : snapshot_take_devices(&detach->before);

	if (rc < 0) {
		fprintf(stderr, NAME ": cannot read the CXL devices: %s\n", strerror(-rc));
		return EXIT_FAILED;
	}
	infer(detach, whole);
	named = find_named(detach);
	if (!named)
		return EXIT_FAILED;
	snapshot_read_dependents(&detach->before);
	snapshot_read_users(&detach->before);
	why = plan_make(&detach->answers, named, (size_t)detach->options->nr_memdevs,
			detach->options->method, detach->options->hand_to, &detach->plan);
	if (!why)
		return EXIT_DONE;
	fprintf(stderr, NAME ": %s\n", why);
	return EXIT_CANNOT;
}

static int judge(struct detach *detach)
{
	const struct options *options = detach->options;
	const struct plan *plan = &detach->plan;

	detach->verdict = plan->nr_excess == 0 ? "allowed" : options->force ? "forced" : "refused";
	if (plan->loses_system_ram && !options->lose_system_ram)
		detach->verdict = "refused";
	if (plan->nr_excess == 0 || options->dry_run)
		return strcmp(detach->verdict, "refused") == 0 ? EXIT_REFUSED : EXIT_DONE;
	if (strcmp(detach->verdict, "refused") != 0) {
		fputs(NAME ": more than was named goes with it:\n", stderr);
		say_excess(plan);
		return EXIT_DONE;
	}
	if (plan->loses_system_ram && !options->lose_system_ram)
		fputs(NAME
		      ": refused without --lose-system-ram: this would take memory away that is "
		      "online as system RAM, and can crash the machine:\n",
		      stderr);
	else
		fputs(NAME ": refused without -f: more than was named would go with it:\n", stderr);
	say_excess(plan);
	return EXIT_REFUSED;
}

/*
 * A take-down that was killed half way may leave the provider bound, and something else changed (a
 * driver_override): what is in the journal then must not be replaced by what is there now.
 */
static int check_journal(const struct plan *plan)
{
	size_t count;
	struct journal_entry *entries;
	int status = EXIT_DONE;

	journal_clean();
	entries = journal_load(&count);
	for (size_t i = 0; i < plan->nr_memdevs; i++) {
		const char *host = plan->memdevs[i]->host.name;

		if (!journal_find_host(entries, count, host))
			continue;
		fprintf(stderr,
			NAME
			": %s was being taken down and is not all back: run 'cxl attach-memdev "
			"%s' first\n",
			host, host);
		status = EXIT_FAILED;
	}
	journal_release(entries, count);
	return status;
}

/* Can every step's file be written? */
static int check_steps(const struct plan *plan)
{
	for (size_t i = 0; i < plan->nr_steps; i++) {
		_cleanup_free_ char *file = step_file(&plan->steps[i]);

		if (!file || access(file, W_OK) == 0)
			continue;
		fprintf(stderr, NAME ": cannot write %s: %s\n", file, strerror(errno));
		return EXIT_CANNOT;
	}
	return EXIT_DONE;
}

static int look_after(struct detach *detach)
{
	return observe_again(&detach->before, &detach->after, &detach->iomem_after);
}

static void read_drivers(struct detach *detach)
{
	const struct plan *plan = &detach->plan;

	detach->drivers = memory_check(calloc(plan->nr_memdevs + 1, sizeof(char *)));
	for (size_t i = 0; i < plan->nr_memdevs; i++)
		detach->drivers[i] =
			driver_of(plan->memdevs[i]->host.subsystem, plan->memdevs[i]->host.name);
}

static void verify(struct detach *detach, bool looked)
{
	const struct observation before = {
		.snapshot = &detach->before,
		.iomem = detach->iomem_before.count ? &detach->iomem_before : NULL,
	};
	struct observation after = {
		.snapshot = &detach->after,
		.iomem = detach->iomem_after.count ? &detach->iomem_after : NULL,
	};

	read_drivers(detach);
	after.drivers = (const char *const *)detach->drivers;
	checks_of_detach(&detach->plan, &before, looked ? &after : NULL, &detach->watch.observed,
			 &detach->checks);
}

/* The exposure, as far as it is known */
static void add_exposure(struct json_object *json, const struct detach *detach)
{
	struct json_object *exposure = json_new_object();
	bool excluded = plan_excludes_exposure(detach->plan.method);
	uint64_t us;

	if (detach_exposure(&detach->plan, &detach->watch.observed, &us))
		json_add_number(exposure, "us", us);
	json_add_string(exposure, "how", excluded ? "excluded" : "measured");
	json_add(json, "exposure", exposure);
}

/* What this was, so far; in the form that is wanted. JSON is printed at the end of all. */
static struct json_object *report(const struct detach *detach, bool looked)
{
	struct json_object *json = json_new_object();
	const struct plan *plan = &detach->plan;
	struct changes seen = {0};

	json_add(json, "plan", report_plan(plan, detach->verdict, detach->options->human));
	report_watch(json, plan->steps, detach->watch.observed.nr_steps, &detach->watch.observed,
		     &detach->checks);
	if (looked)
		changes_find(&detach->before, &detach->after, &seen);
	json_add(json, "changes", report_changes(&seen));
	changes_release(&seen);
	add_exposure(json, detach);
	if (detach->options->timeline) {
		draw_timeline(plan, &detach->watch.observed);
		draw_checks(&detach->checks);
	}
	return json;
}

/* Takes @json over */
static int print(const struct detach *detach, struct json_object *json, int status)
{
	int rc;

	if (detach->options->timeline) {
		json_object_put(json);
		rc = json_flush();
	} else {
		rc = json_print(json);
	}
	if (rc == 0)
		return status;
	fprintf(stderr, NAME ": cannot write the report: %s\n", strerror(-rc));
	return EXIT_FAILED;
}

static int reattach(struct detach *detach, bool looked, struct json_object *json)
{
	size_t nr_entries;
	struct journal_entry *entries = journal_load(&nr_entries);
	const struct journal_entry *entry =
		journal_find_host(entries, nr_entries, detach->plan.memdevs[0]->host.name);
	struct reattach back = {
		.command = NAME,
		.before = looked ? &detach->after : &detach->before,
		.timeout_us = (uint64_t)(detach->options->timeout * 1000000),
		.timeline = detach->options->timeline,
	};
	int status = EXIT_FAILED;

	if (entry) {
		reattach_entry(&back, entry);
		status = reattach_run(&back, &detach->watch, json);
	} else {
		fputs(NAME ": the journal's entry has gone\n", stderr);
	}
	journal_release(entries, nr_entries);
	return status;
}

static void say_stuck(const struct detach *detach)
{
	const struct observed_stuck *stuck = &detach->watch.observed.stuck;
	_cleanup_free_ char *step = step_text(&detach->plan.steps[stuck->step]);

	fprintf(stderr,
		NAME ": the kernel has not come back from this after %g s: %s (process %d%s%s)\n",
		detach->options->timeout, step, (int)stuck->pid, stuck->wchan ? ", in " : "",
		stuck->wchan ?: "");
}

static void say_failed(const struct detach *detach, int rc)
{
	const struct watch *watch = &detach->watch;

	for (size_t i = 0; i < watch->observed.nr_steps; i++) {
		_cleanup_free_ char *step = step_text(&detach->plan.steps[i]);

		if (watch->observed.steps[i].rc < 0) {
			fprintf(stderr, NAME ": cannot %s: %s\n", step,
				strerror(-watch->observed.steps[i].rc));
			return;
		}
	}
	fprintf(stderr, NAME ": cannot do it: %s\n", strerror(-rc));
}

/* The steps, what came of them, and the report */
static int act(struct detach *detach)
{
	const struct plan *plan = &detach->plan;
	struct json_object *json;
	bool looked = false;
	int status, rc;

	rc = watch_run(&detach->watch, plan->steps, plan->nr_steps,
		       (uint64_t)(detach->options->timeout * 1000000), show_progress);
	show_progress(NULL, 0);
	test_point("acted");
	if (rc == -ETIME)
		say_stuck(detach);
	else if (rc < 0)
		say_failed(detach, rc);
	if (rc != -ETIME)
		looked = look_after(detach) == 0;
	watch_drain(&detach->watch);
	verify(detach, looked);
	test_point("verified");
	json = report(detach, looked);
	status = rc < 0 && rc != -ETIME		  ? EXIT_FAILED
		 : checks_passed(&detach->checks) ? EXIT_DONE
						  : EXIT_NOT_VERIFIED;
	if (detach->options->reattach && rc != -ETIME) {
		struct json_object *back = json_new_object();
		int returned = reattach(detach, looked, back);

		json_add(json, "reattach", back);
		status = status == EXIT_DONE ? returned : status;
	} else if (looked) {
		journal_clean();
	}
	return print(detach, json, status);
}

static int cannot_watch(const char *what, int rc)
{
	fprintf(stderr, NAME ": cannot read %s, without which nothing can be verified: %s\n", what,
		strerror(-rc));
	return EXIT_CANNOT;
}

static int run_detach(struct detach *detach)
{
	const char *what;
	int rc, status = make_plan(detach);

	if (status == EXIT_DONE)
		status = judge(detach);
	if (status == EXIT_DONE)
		status = check_journal(&detach->plan);
	if (status == EXIT_DONE)
		status = check_steps(&detach->plan);
	if (status != EXIT_DONE)
		return status;
	test_point("planned");
	iomem_read(&detach->iomem_before);
	rc = watch_open(&detach->watch, &what);
	if (rc < 0)
		return cannot_watch(what, rc);
	rc = journal_save(&detach->plan);
	if (rc < 0) {
		fprintf(stderr,
			NAME ": nothing was done, since its journal in %s cannot be written: %s\n",
			journal_directory(), strerror(-rc));
		return EXIT_FAILED;
	}
	test_point("journal");
	return act(detach);
}

static int dry_run(struct detach *detach)
{
	int rc, status = make_plan(detach);

	if (status != EXIT_DONE)
		return status;
	status = judge(detach);
	rc = detach->options->tree ? draw_plan(&detach->plan, detach->verdict)
				   : json_print(report_plan(&detach->plan, detach->verdict,
							    detach->options->human));
	if (rc == 0)
		return status;
	fprintf(stderr, NAME ": cannot write the plan: %s\n", strerror(-rc));
	return EXIT_FAILED;
}

static bool is_down(const struct detach *detach)
{
	const struct plan *plan = &detach->plan;

	for (size_t i = 0; i < plan->nr_named; i++) {
		const struct snapshot_memdev *memdev = plan->named[i];

		if (!observed_find(&detach->watch.observed, "remove", memdev->name) ||
		    (!observed_find(&detach->watch.observed, "unbind", memdev->host.name) &&
		     !observed_find(&detach->watch.observed, "remove", memdev->host.name)))
			return false;
	}
	return true;
}

/* By which path did it go? The plan that promises just what was seen; else the memdev's. */
static void recognize_method(struct detach *detach)
{
	const struct snapshot_memdev **named = detach->plan.named;
	struct changes seen;

	changes_find(&detach->before, &detach->after, &seen);
	for (int path = 0; path < NR_METHODS; path++) {
		struct plan plan;
		_cleanup_free_ char *why = plan_make(&detach->answers, named, detach->plan.nr_named,
						     (enum detach_method)path, NULL, &plan);

		if (!why && changes_same(&seen, &plan.changes)) {
			plan_release(&detach->plan);
			detach->plan = plan;
			break;
		}
		plan_release(&plan);
	}
	changes_release(&seen);
}

static int watch_only(struct detach *detach)
{
	uint64_t until = clock_now() + (uint64_t)(detach->options->watch_only * 1000000);
	int rc, status = make_plan(detach);
	const char *what;

	if (status != EXIT_DONE)
		return status;
	detach->verdict = "watched";
	iomem_read(&detach->iomem_before);
	rc = watch_open(&detach->watch, &what);
	if (rc < 0)
		return cannot_watch(what, rc);
	fprintf(stderr, NAME ": watching\n");
	while (rc == 0 && clock_now() < until && !is_down(detach))
		rc = watch_wait(&detach->watch, until);
	if (!is_down(detach)) {
		fprintf(stderr, NAME ": nobody took it down within %g s\n",
			detach->options->watch_only);
		return EXIT_FAILED;
	}
	sysfs_write("/sys/bus/cxl/flush", "1");
	rc = look_after(detach);
	watch_drain(&detach->watch);
	if (rc == 0)
		recognize_method(detach);
	verify(detach, rc == 0);
	return print(detach, report(detach, rc == 0),
		     checks_passed(&detach->checks) ? EXIT_DONE : EXIT_NOT_VERIFIED);
}

static void release(struct detach *detach)
{
	for (size_t i = 0; detach->drivers && i < detach->plan.nr_memdevs; i++)
		free(detach->drivers[i]);
	free(detach->drivers);
	checks_release(&detach->checks);
	watch_close(&detach->watch);
	iomem_release(&detach->iomem_before);
	iomem_release(&detach->iomem_after);
	plan_release(&detach->plan);
	if (detach->answers.snapshot)
		attach_answers_release(&detach->answers);
	snapshot_release(&detach->before);
	snapshot_release(&detach->after);
	if (detach->lock >= 0)
		close(detach->lock);
}

static int detach_memdev(int argc, char **argv)
{
	struct options options = {.timeout = 30};
	struct detach detach = {.options = &options, .lock = -1};
	int status;

	if (argp_parse(&argp, argc, argv, 0, NULL, &options))
		return EXIT_USAGE;
	if (options.dry_run) {
		status = dry_run(&detach);
	} else if (geteuid() != 0) {
		fputs(NAME ": needs root; --dry-run does not\n", stderr);
		return EXIT_CANNOT;
	} else if (options.watch_only > 0) {
		status = watch_only(&detach);
	} else {
		detach.lock = journal_lock(NAME);
		status = detach.lock < 0 ? EXIT_FAILED : run_detach(&detach);
	}
	release(&detach);
	return status;
}

const struct cxl_command detach_memdev_command = {
	.name = "detach-memdev",
	.help = "take an attached memdev down, watch its region go, verify",
	.argp = &argp,
	.run = detach_memdev,
};
