// SPDX-License-Identifier: GPL-2.0-only
#include <argp.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cxl/attach/contract.h"
#include "cxl/attach/dependents.h"
#include "cxl/attach/look.h"
#include "cxl/attach/plan.h"
#include "cxl/attach/provider.h"
#include "cxl/attach/snapshot.h"
#include "cxl/attach/users.h"
#include "cxl/attach/watch.h"
#include "cxl/bring-back.h"
#include "cxl/command.h"
#include "cxl/detached.h"
#include "cxl/listing.h"
#include "cxl/takedown-draw.h"
#include "cxl/takedown-report.h"
#include "util/cleanup.h"
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
	enum takedown_path path;
	bool has_path;
	const char *hand_to;
	bool force, lose_system_ram, dry_run, tree, timeline, reattach, human;
	double timeout, watch_only; /* seconds */
};

/* Everything that one run is about */
struct takedown {
	const struct options *options;
	struct snapshot before, after;
	struct attach_answers answers;
	struct plan plan;
	struct iomem iomem_before, iomem_after;
	char **drivers; /* of the hosts, afterwards */
	struct watch watch;
	struct contract contract;
	const char *verdict;
	int lock;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case KEY_VIA:
		if (!plan_path_from_name(arg, &options->path))
			argp_error(state,
				   "'%s' is no path: it is memdev, host, endpoint, port, bus, "
				   "module or pci-remove",
				   arg);
		options->has_path = true;
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
		if (options->hand_to && options->has_path && options->path != PATH_HOST)
			argp_error(state, "--to goes with --via host");
		if (options->hand_to && (!*options->hand_to || strchr(options->hand_to, '/')))
			argp_error(state, "'%s' is no driver's name", options->hand_to);
		if (options->tree && !options->dry_run)
			argp_error(state, "--tree shows the plan: it goes with --dry-run");
		if (options->watch_only > 0 && (options->has_path || options->hand_to ||
						options->reattach || options->dry_run))
			argp_error(state, "--watch-only does nothing itself");
		if (options->hand_to)
			options->path = PATH_HOST;
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
	_cleanup_free_ char *name = memory_print("mem%s", given);

	return snapshot_find_memdev(snapshot, given) ?: snapshot_find_memdev(snapshot, name);
}

/* The memdevs that are named; NULL, having said why, if one cannot be taken down by this */
static const struct snapshot_memdev **find_named(const struct takedown *takedown)
{
	const struct options *options = takedown->options;
	const struct snapshot_memdev **named =
		memory_check(calloc((size_t)options->nr_memdevs, sizeof(*named)));

	for (int i = 0; i < options->nr_memdevs; i++) {
		named[i] = find_memdev(&takedown->before, options->memdevs[i]);
		if (!named[i]) {
			fprintf(stderr, NAME ": there is no memdev '%s'\n", options->memdevs[i]);
		} else if (attach_of_memdev(&takedown->answers, named[i])->state == ATTACH_NONE) {
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
static void infer(struct takedown *takedown, bool has_modules)
{
	bool open = false;

	attach_infer(&takedown->before, &takedown->answers);
	for (size_t i = 0; i < takedown->before.nr_memdevs; i++)
		open |= takedown->answers.memdevs[i].state == ATTACH_UNKNOWN;
	if (!open || has_modules)
		return;
	attach_answers_release(&takedown->answers);
	snapshot_add_modules(&takedown->before);
	attach_infer(&takedown->before, &takedown->answers);
}

static int make_plan(struct takedown *takedown)
{
	_cleanup_free_ const struct snapshot_memdev **named = NULL;
	_cleanup_free_ char *why = NULL;
	/* A module may drive hosts without a memdev, which then lose their driver, too. */
	bool whole = takedown->options->path == PATH_MODULE || takedown->options->watch_only > 0;
	int rc =
		whole ? snapshot_take(&takedown->before) : snapshot_take_devices(&takedown->before);

	if (rc < 0) {
		fprintf(stderr, NAME ": cannot read the CXL devices: %s\n", strerror(-rc));
		return EXIT_FAILED;
	}
	infer(takedown, whole);
	named = find_named(takedown);
	if (!named)
		return EXIT_FAILED;
	snapshot_read_dependents(&takedown->before);
	snapshot_read_users(&takedown->before);
	why = plan_make(&takedown->answers, named, (size_t)takedown->options->nr_memdevs,
			takedown->options->path, takedown->options->hand_to, &takedown->plan);
	if (!why)
		return EXIT_DONE;
	fprintf(stderr, NAME ": %s\n", why);
	return EXIT_CANNOT;
}

static int judge(struct takedown *takedown)
{
	const struct options *options = takedown->options;
	const struct plan *plan = &takedown->plan;

	takedown->verdict = plan->nr_excess == 0 ? "allowed"
			    : options->force	 ? "forced"
						 : "refused";
	if (plan->loses_system_ram && !options->lose_system_ram)
		takedown->verdict = "refused";
	if (plan->nr_excess == 0 || options->dry_run)
		return strcmp(takedown->verdict, "refused") == 0 ? EXIT_REFUSED : EXIT_DONE;
	if (strcmp(takedown->verdict, "refused") != 0) {
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
	struct detached *entries;
	int status = EXIT_DONE;

	detached_clean();
	entries = detached_load(&count);
	for (size_t i = 0; i < plan->nr_memdevs; i++) {
		const char *host = plan->memdevs[i]->host.name;

		if (!detached_find_host(entries, count, host))
			continue;
		fprintf(stderr,
			NAME
			": %s was being taken down and is not all back: run 'cxl attach-memdev "
			"%s' first\n",
			host, host);
		status = EXIT_FAILED;
	}
	detached_release(entries, count);
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

static int look_after(struct takedown *takedown)
{
	return look_again(&takedown->before, &takedown->after, &takedown->iomem_after);
}

static void read_drivers(struct takedown *takedown)
{
	const struct plan *plan = &takedown->plan;

	takedown->drivers = memory_check(calloc(plan->nr_memdevs + 1, sizeof(char *)));
	for (size_t i = 0; i < plan->nr_memdevs; i++)
		takedown->drivers[i] = step_driver_of(plan->memdevs[i]->host.subsystem,
						      plan->memdevs[i]->host.name);
}

static void verify(struct takedown *takedown, bool looked)
{
	const struct contract_look before = {
		.snapshot = &takedown->before,
		.iomem = takedown->iomem_before.count ? &takedown->iomem_before : NULL,
	};
	struct contract_look after = {
		.snapshot = &takedown->after,
		.iomem = takedown->iomem_after.count ? &takedown->iomem_after : NULL,
	};

	read_drivers(takedown);
	after.drivers = (const char *const *)takedown->drivers;
	contract_of_detach(&takedown->plan, &before, looked ? &after : NULL, &takedown->watch,
			   &takedown->contract);
}

/* The exposure, as far as it is known */
static void add_exposure(struct json_object *json, const struct takedown *takedown)
{
	struct json_object *exposure = json_new_object();
	bool excluded = plan_excludes_exposure(takedown->plan.path);
	uint64_t us;

	if (contract_exposure(&takedown->plan, &takedown->watch, &us))
		json_add_number(exposure, "us", us);
	json_add_string(exposure, "how", excluded ? "excluded" : "measured");
	json_add(json, "exposure", exposure);
}

/* What this was, so far; in the form that is wanted. JSON is printed at the end of all. */
static struct json_object *report(const struct takedown *takedown, bool looked)
{
	struct json_object *json = json_new_object();
	const struct plan *plan = &takedown->plan;
	struct changes seen = {0};

	json_add(json, "plan", report_plan(plan, takedown->verdict, takedown->options->human));
	report_watch(json, plan->steps, takedown->watch.nr_steps, &takedown->watch,
		     &takedown->contract);
	if (looked)
		changes_find(&takedown->before, &takedown->after, &seen);
	json_add(json, "changes", report_changes(&seen));
	changes_release(&seen);
	add_exposure(json, takedown);
	if (takedown->options->timeline) {
		draw_timeline(plan, &takedown->watch);
		draw_contract(&takedown->contract);
	}
	return json;
}

/* Takes @json over */
static int print(const struct takedown *takedown, struct json_object *json, int status)
{
	int rc;

	if (takedown->options->timeline) {
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

static int reattach(struct takedown *takedown, bool looked, struct json_object *json)
{
	size_t nr_entries;
	struct detached *entries = detached_load(&nr_entries);
	const struct detached *entry =
		detached_find_host(entries, nr_entries, takedown->plan.memdevs[0]->host.name);
	struct bringing_back back = {
		.command = NAME,
		.before = looked ? &takedown->after : &takedown->before,
		.timeout_us = (uint64_t)(takedown->options->timeout * 1000000),
		.timeline = takedown->options->timeline,
	};
	int status = EXIT_FAILED;

	if (entry) {
		bring_back_entry(&back, entry);
		status = bring_back(&back, &takedown->watch, json);
	} else {
		fputs(NAME ": the journal's entry has gone\n", stderr);
	}
	detached_release(entries, nr_entries);
	return status;
}

static void say_stuck(const struct takedown *takedown)
{
	const struct watch_stuck *stuck = &takedown->watch.stuck;
	_cleanup_free_ char *step = draw_step(&takedown->plan.steps[stuck->step]);

	fprintf(stderr,
		NAME ": the kernel has not come back from this after %g s: %s (process %d%s%s)\n",
		takedown->options->timeout, step, (int)stuck->pid, stuck->wchan ? ", in " : "",
		stuck->wchan ?: "");
}

static void say_failed(const struct takedown *takedown, int rc)
{
	const struct watch *watch = &takedown->watch;

	for (size_t i = 0; i < watch->nr_steps; i++) {
		_cleanup_free_ char *step = draw_step(&takedown->plan.steps[i]);

		if (watch->steps[i].rc < 0) {
			fprintf(stderr, NAME ": cannot %s: %s\n", step,
				strerror(-watch->steps[i].rc));
			return;
		}
	}
	fprintf(stderr, NAME ": cannot do it: %s\n", strerror(-rc));
}

/* The steps, what came of them, and the report */
static int act(struct takedown *takedown)
{
	const struct plan *plan = &takedown->plan;
	struct json_object *json;
	bool looked = false;
	int status, rc;

	rc = watch_run(&takedown->watch, plan->steps, plan->nr_steps,
		       (uint64_t)(takedown->options->timeout * 1000000), show_progress);
	show_progress(NULL, 0);
	test_point("acted");
	if (rc == -ETIME)
		say_stuck(takedown);
	else if (rc < 0)
		say_failed(takedown, rc);
	if (rc != -ETIME)
		looked = look_after(takedown) == 0;
	watch_drain(&takedown->watch);
	verify(takedown, looked);
	test_point("verified");
	json = report(takedown, looked);
	status = rc < 0 && rc != -ETIME			 ? EXIT_FAILED
		 : contract_is_kept(&takedown->contract) ? EXIT_DONE
							 : EXIT_BROKEN_PROMISE;
	if (takedown->options->reattach && rc != -ETIME) {
		struct json_object *back = json_new_object();
		int returned = reattach(takedown, looked, back);

		json_add(json, "reattach", back);
		status = status == EXIT_DONE ? returned : status;
	} else if (looked) {
		detached_clean();
	}
	return print(takedown, json, status);
}

static int cannot_watch(const char *what, int rc)
{
	fprintf(stderr, NAME ": cannot read %s, without which nothing can be verified: %s\n", what,
		strerror(-rc));
	return EXIT_CANNOT;
}

static int take_down(struct takedown *takedown)
{
	const char *what;
	int rc, status = make_plan(takedown);

	if (status == EXIT_DONE)
		status = judge(takedown);
	if (status == EXIT_DONE)
		status = check_journal(&takedown->plan);
	if (status == EXIT_DONE)
		status = check_steps(&takedown->plan);
	if (status != EXIT_DONE)
		return status;
	test_point("planned");
	iomem_read(&takedown->iomem_before);
	rc = watch_open(&takedown->watch, &what);
	if (rc < 0)
		return cannot_watch(what, rc);
	rc = detached_save(&takedown->plan);
	if (rc < 0) {
		fprintf(stderr,
			NAME ": nothing was done, since its journal in %s cannot be written: %s\n",
			detached_folder(), strerror(-rc));
		return EXIT_FAILED;
	}
	test_point("journal");
	return act(takedown);
}

static int dry_run(struct takedown *takedown)
{
	int rc, status = make_plan(takedown);

	if (status != EXIT_DONE)
		return status;
	status = judge(takedown);
	rc = takedown->options->tree ? draw_plan(&takedown->plan, takedown->verdict)
				     : json_print(report_plan(&takedown->plan, takedown->verdict,
							      takedown->options->human));
	if (rc == 0)
		return status;
	fprintf(stderr, NAME ": cannot write the plan: %s\n", strerror(-rc));
	return EXIT_FAILED;
}

static bool is_down(const struct takedown *takedown)
{
	const struct plan *plan = &takedown->plan;

	for (size_t i = 0; i < plan->nr_named; i++) {
		const struct snapshot_memdev *memdev = plan->named[i];

		if (!watch_find(&takedown->watch, "remove", memdev->name) ||
		    (!watch_find(&takedown->watch, "unbind", memdev->host.name) &&
		     !watch_find(&takedown->watch, "remove", memdev->host.name)))
			return false;
	}
	return true;
}

/* By which path did it go? The plan that promises just what was seen; else the memdev's. */
static void recognise_path(struct takedown *takedown)
{
	const struct snapshot_memdev **named = takedown->plan.named;
	struct changes seen;

	changes_find(&takedown->before, &takedown->after, &seen);
	for (int path = 0; path < NR_PATHS; path++) {
		struct plan plan;
		_cleanup_free_ char *why =
			plan_make(&takedown->answers, named, takedown->plan.nr_named,
				  (enum takedown_path)path, NULL, &plan);

		if (!why && changes_same(&seen, &plan.changes)) {
			plan_release(&takedown->plan);
			takedown->plan = plan;
			break;
		}
		plan_release(&plan);
	}
	changes_release(&seen);
}

static int watch_only(struct takedown *takedown)
{
	uint64_t until = watch_now() + (uint64_t)(takedown->options->watch_only * 1000000);
	int rc, status = make_plan(takedown);
	const char *what;

	if (status != EXIT_DONE)
		return status;
	takedown->verdict = "watched";
	iomem_read(&takedown->iomem_before);
	rc = watch_open(&takedown->watch, &what);
	if (rc < 0)
		return cannot_watch(what, rc);
	fprintf(stderr, NAME ": watching\n");
	while (rc == 0 && watch_now() < until && !is_down(takedown))
		rc = watch_wait(&takedown->watch, until);
	if (!is_down(takedown)) {
		fprintf(stderr, NAME ": nobody took it down within %g s\n",
			takedown->options->watch_only);
		return EXIT_FAILED;
	}
	sysfs_write("/sys/bus/cxl/flush", "1");
	rc = look_after(takedown);
	watch_drain(&takedown->watch);
	if (rc == 0)
		recognise_path(takedown);
	verify(takedown, rc == 0);
	return print(takedown, report(takedown, rc == 0),
		     contract_is_kept(&takedown->contract) ? EXIT_DONE : EXIT_BROKEN_PROMISE);
}

static void release(struct takedown *takedown)
{
	for (size_t i = 0; takedown->drivers && i < takedown->plan.nr_memdevs; i++)
		free(takedown->drivers[i]);
	free(takedown->drivers);
	contract_release(&takedown->contract);
	watch_close(&takedown->watch);
	iomem_release(&takedown->iomem_before);
	iomem_release(&takedown->iomem_after);
	plan_release(&takedown->plan);
	if (takedown->answers.snapshot)
		attach_answers_release(&takedown->answers);
	snapshot_release(&takedown->before);
	snapshot_release(&takedown->after);
	if (takedown->lock >= 0)
		close(takedown->lock);
}

static int detach_memdev(int argc, char **argv)
{
	struct options options = {.timeout = 30};
	struct takedown takedown = {.options = &options, .lock = -1};
	int status;

	if (argp_parse(&argp, argc, argv, 0, NULL, &options))
		return EXIT_USAGE;
	if (options.dry_run) {
		status = dry_run(&takedown);
	} else if (geteuid() != 0) {
		fputs(NAME ": needs root; --dry-run does not\n", stderr);
		return EXIT_CANNOT;
	} else if (options.watch_only > 0) {
		status = watch_only(&takedown);
	} else {
		takedown.lock = detached_lock(NAME);
		status = takedown.lock < 0 ? EXIT_FAILED : take_down(&takedown);
	}
	release(&takedown);
	return status;
}

const struct cxl_command detach_memdev_command = {
	.name = "detach-memdev",
	.help = "take an attached memdev down, watch its region go, verify",
	.argp = &argp,
	.run = detach_memdev,
};
