// SPDX-License-Identifier: LGPL-2.1-only
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cxl/attach/changes.h"
#include "cxl/attach/contract.h"
#include "cxl/attach/dependents.h"
#include "cxl/attach/exercise.h"
#include "cxl/attach/load.h"
#include "cxl/attach/restore.h"
#include "cxl/attach/splat.h"
#include "cxl/attach/users.h"
#include "cxl/attach/worker.h"
#include "util/cleanup.h"
#include "util/memory.h"
#include "util/sysfs.h"
#include "util/text.h"

/* The time between telling the first worker and the barrier at which all start */
#define TO_BARRIER_US 3000

/* Once one has died in the kernel, the others have that long to come back. */
#define AFTER_BREAK_US 3000000

/* How often everything is brought back before it counts as impossible */
#define RESTORE_TRIES 3

/*
 * So many numbers more than there are devices can be taken: each root decoder keeps one for its
 * next region, and the kinds of ports share theirs. Memdevs do neither.
 */
#define NUMBERS_SPARE 4

static void add_finding(struct outcome *outcome, const char *kind, char *signature, char *detail)
{
	*append(outcome->findings, outcome->nr_findings) = (struct finding){
		.kind = kind,
		.signature = signature,
		.detail = detail,
	};
}

static uint64_t read_taint(void)
{
	return sysfs_read_number(AT_FDCWD, "/proc/sys/kernel/tainted");
}

const struct snapshot_memdev *exercise_memdev(const struct exercise *exercise)
{
	for (size_t i = 0; i < exercise->home.nr_memdevs; i++) {
		const struct snapshot_memdev *memdev = &exercise->home.memdevs[i];

		if (text_same(memdev->host.name, exercise->host))
			return memdev;
	}
	return NULL;
}

static void leave_home(struct exercise *exercise)
{
	plan_release(&exercise->plan);
	attach_answers_release(&exercise->answers);
	snapshot_release(&exercise->home);
	snapshot_release(&exercise->last);
	iomem_release(&exercise->iomem);
	for (size_t i = 0; i < exercise->nr_hosts; i++) {
		free((struct contract_region *)exercise->hosts[i].regions);
		free(exercise->hosts[i].driver_now);
	}
	free(exercise->hosts);
	exercise->hosts = NULL;
	exercise->nr_hosts = 0;
}

static void expect_hosts(struct exercise *exercise)
{
	for (size_t i = 0; i < exercise->home.nr_memdevs; i++) {
		const struct snapshot_memdev *memdev = &exercise->home.memdevs[i];

		if (attach_of_memdev(&exercise->answers, memdev)->state == ATTACH_ATTACHED &&
		    memdev->host.driver)
			contract_expect(memdev, append(exercise->hosts, exercise->nr_hosts));
	}
}

/* What there is now is what there is to be after each trial. */
static int look_home(struct exercise *exercise)
{
	int rc = snapshot_take_devices(&exercise->home);

	if (rc < 0)
		return rc;
	snapshot_add_modules(&exercise->home);
	attach_infer(&exercise->home, &exercise->answers);
	snapshot_read_dependents(&exercise->home);
	iomem_read(&exercise->iomem);
	expect_hosts(exercise);
	return snapshot_take_again(&exercise->home, &exercise->last);
}

/* "endpoint3": 3 */
static uint64_t number_of(const char *name)
{
	return strtoull(name + strcspn(name, "0123456789"), NULL, 10);
}

/* The kernel numbers all ports, whatever their kind, and memdevs and regions each on their own. */
static void highest_numbers(const struct snapshot *snapshot, uint64_t *numbers)
{
	memset(numbers, 0, 3 * sizeof(*numbers));
#define find_highest(kind, i)                                                                      \
	for (size_t at = 0; at < snapshot->nr_##kind; at++) {                                      \
		uint64_t number = number_of(snapshot->kind[at].name);                              \
		numbers[i] = number > numbers[i] ? number : numbers[i];                            \
	}
	find_highest(ports, 0);
	find_highest(memdevs, 1);
	find_highest(regions, 2);
#undef find_highest
}

/* The lowest number that is free is given: as long as all come back, they do not grow. */
static void allow_numbers(struct exercise *exercise)
{
	const struct snapshot *home = &exercise->home;

	highest_numbers(home, exercise->numbers);
	exercise->numbers[0] += home->nr_ports + NUMBERS_SPARE;
	exercise->numbers[2] += home->nr_regions + NUMBERS_SPARE;
}

int exercise_open(struct exercise *exercise, const char *host, const char **what)
{
	int rc;

	*what = "the CXL devices";
	exercise->host = memory_check(strdup(host));
	rc = look_home(exercise);
	if (rc == 0 && !exercise_memdev(exercise))
		rc = -ENODEV;
	if (rc == 0)
		rc = watch_open(&exercise->watch, what);
	if (rc < 0) {
		leave_home(exercise);
		free(exercise->host);
		return rc;
	}
	allow_numbers(exercise);
	exercise->taint = read_taint();
	return 0;
}

void exercise_close(struct exercise *exercise)
{
	for (int i = 0; i < 2 * NR_ACTORS; i++)
		worker_end(exercise->workers[i]);
	watch_close(&exercise->watch);
	leave_home(exercise);
	free(exercise->host);
}

static bool takes_down(enum actor actor)
{
	return (int)actor < NR_PATHS;
}

static void copy_steps(struct deed *deed, const struct step *steps, size_t count)
{
	for (size_t i = 0; i < count; i++)
		*append(deed->steps, deed->nr_steps) = steps[i];
}

static char *prepare_path(struct exercise *exercise, struct deed *deed)
{
	const struct snapshot_memdev *memdev = exercise_memdev(exercise);
	char *why;

	plan_release(&exercise->plan);
	why = plan_make(&exercise->answers, &memdev, 1, (enum takedown_path)deed->actor, NULL,
			&exercise->plan);
	if (why)
		return why;
	copy_steps(deed, exercise->plan.steps, exercise->plan.nr_steps);
	deed->nr_down = deed->nr_steps;
	copy_steps(deed, exercise->plan.undo, exercise->plan.nr_undo);
	/*
	 * A port and the bus come back with the first step of their undoing. The others bind hosts,
	 * and so wait for whoever binds them already: who does that each time never comes in
	 * between.
	 */
	if (deed->actor == ACTOR_PORT || deed->actor == ACTOR_BUS)
		deed->nr_often = deed->nr_down + 1;
	return NULL;
}

static char *prepare_region(struct exercise *exercise, struct deed *deed)
{
	const struct snapshot_memdev *memdev = exercise_memdev(exercise);
	struct step step = {.bus = "cxl", .driver = "cxl_region"};

	if (memdev->nr_regions == 0 || !memdev->regions[0]->driver)
		return memory_print("%s has no region with a driver", memdev->name);
	step.device = memdev->regions[0]->name;
	step.action = STEP_UNBIND;
	copy_steps(deed, &step, 1);
	deed->nr_down = 1;
	step.action = STEP_BIND;
	copy_steps(deed, &step, 1);
	return NULL;
}

static char *prepare_deed(struct exercise *exercise, struct deed *deed)
{
	const struct step list = {.action = STEP_LIST};
	const struct step open = {.action = STEP_OPEN, .device = exercise_memdev(exercise)->name};

	if (takes_down(deed->actor))
		return prepare_path(exercise, deed);
	if (deed->actor == ACTOR_REGION)
		return prepare_region(exercise, deed);
	copy_steps(deed, deed->actor == ACTOR_LIST ? &list : &open, 1);
	return NULL;
}

/* From what does both, one in turn with the other, to two that do so at the same time */
static void halve(struct deed *down, struct deed *up)
{
	*up = *down;
	up->steps = NULL;
	up->nr_steps = up->nr_down = 0;
	copy_steps(up, down->steps + down->nr_down, down->nr_steps - down->nr_down);
	up->nr_often -= down->nr_often ? down->nr_down : 0;
	down->nr_steps = down->nr_down;
	down->nr_often = 0;
}

char *exercise_prepare(struct exercise *exercise, const struct contest *contest,
		       const struct trial *trial, struct outcome *outcome)
{
	uint64_t delays[NR_ACTORS];
	int priorities[NR_ACTORS];

	*outcome = (struct outcome){
		.busy = contest->scenario != SCENARIO_ALONE && trial->way != WAY_ONE_CPU,
	};
	trial_delays(contest, trial, exercise->durations_us, delays);
	trial_priorities(contest, trial, delays, priorities);
	for (size_t i = 0; i < contest->nr_actors; i++) {
		struct deed *deed = &outcome->deeds[outcome->nr_deeds++];
		char *why;

		deed->actor = contest->actors[i];
		deed->nth = i;
		deed->delay_us = delays[i];
		deed->priority = priorities[i];
		deed->lasts_us = contest_lasts(contest, exercise->durations_us);
		deed->pause_us = trial->way == WAY_ONE_CPU ? delays[i] : 0;
		why = prepare_deed(exercise, deed);
		if (why)
			return why;
		if (trial->way == WAY_HALVES && deed->nr_down > 0)
			halve(deed, &outcome->deeds[outcome->nr_deeds++]);
	}
	return NULL;
}

void outcome_release(struct outcome *outcome)
{
	for (size_t i = 0; i < outcome->nr_deeds; i++)
		free(outcome->deeds[i].steps);
	for (size_t i = 0; i < outcome->nr_findings; i++) {
		free(outcome->findings[i].signature);
		free(outcome->findings[i].detail);
	}
	free(outcome->findings);
	*outcome = (struct outcome){0};
}

/* Has a process ended inside of the kernel, perhaps with locks held? */
static bool is_broken(const struct exercise *exercise)
{
	const struct watch *watch = &exercise->watch;
	bool fatal = false;
	struct splats splats;

	splats_find(watch->log, watch->nr_log, &splats);
	for (size_t i = 0; i < splats.count; i++)
		fatal |= splat_is_fatal(&splats.list[i]);
	splats_release(&splats);
	return fatal;
}

/* Where in the kernel it is: the first function of CXL's modules in its stack, else the innermost
 */
static char *stuck_in(const char *wchan, const char *stack)
{
	const char *line = stack, *module = strstr(stack, " [cxl");

	for (const char *at = stack; module && (at = strchr(at, '\n')) && at < module; at++)
		line = at + 1;
	if (sscanf(line, "[<%*[^>]>] ") == 0 && strchr(line, ' '))
		line = strchr(line, ' ') + 1;
	return *line ? memory_print("stuck %.*s", (int)strcspn(line, "+\n"), line)
		     : memory_print("stuck %s", *wchan ? wchan : "somewhere");
}

static void note_stuck(struct exercise *exercise, struct outcome *outcome, const char *who,
		       pid_t pid)
{
	_cleanup_free_ char *wchan_file = memory_print("/proc/%d/wchan", (int)pid);
	_cleanup_free_ char *stack_file = memory_print("/proc/%d/stack", (int)pid);
	char wchan[128] = "", stack[SYSFS_ATTR_MAX] = "";

	sysfs_read(AT_FDCWD, wchan_file, wchan, sizeof(wchan));
	sysfs_read(AT_FDCWD, stack_file, stack, sizeof(stack));
	add_finding(outcome, "stuck", stuck_in(wchan, stack),
		    memory_print("%s (process %d) has not come back after %ju s\n%s", who, (int)pid,
				 (uintmax_t)(exercise->limit_us / 1000000), stack));
	outcome->stop = true;
}

/* Do steps, one after the other, as nobody else does anything; 0, or why nothing more can be done
 */
static int do_steps(struct exercise *exercise, struct outcome *outcome, const struct step *steps,
		    size_t count, const char *who)
{
	int rc = watch_run(&exercise->watch, steps, count, exercise->limit_us, NULL);

	outcome->stop |= is_broken(exercise);
	/* What waits for somebody who has died in the kernel shows nothing of its own. */
	if (rc == -ETIME && !outcome->stop)
		note_stuck(exercise, outcome, who, exercise->watch.stuck.pid);
	/* That a step was refused shows in what is there afterwards. */
	return outcome->stop ? -EIO : 0;
}

static int look(struct exercise *exercise)
{
	struct snapshot now;
	int rc = snapshot_take_again(&exercise->last, &now);

	if (rc < 0)
		return rc;
	snapshot_release(&exercise->last);
	exercise->last = now;
	for (size_t i = 0; i < exercise->nr_hosts; i++) {
		struct contract_host *host = &exercise->hosts[i];

		free(host->driver_now);
		host->driver_now = step_driver_of(host->bus, host->host);
	}
	return 0;
}

/* Each clause that did not hold, but for the splats, which are looked for in the whole trial */
static void note_contract(struct outcome *outcome, const char *kind, struct contract *contract)
{
	for (size_t i = 0; i < contract->nr_clauses; i++) {
		const struct clause *clause = &contract->clauses[i];

		if (clause->result == CLAUSE_BROKEN && strcmp(clause->name, "no-splat") != 0)
			add_finding(outcome, kind, memory_print("%s %s", kind, clause->name),
				    memory_check(strdup(clause->detail ?: "")));
	}
	contract_release(contract);
}

static void judge_detach(struct exercise *exercise, struct outcome *outcome)
{
	const struct plan *plan = &exercise->plan;
	const char **drivers = memory_check(calloc(plan->nr_memdevs + 1, sizeof(*drivers)));
	struct iomem iomem = {0};
	const struct contract_look before = {
		.snapshot = &exercise->home,
		.iomem = exercise->iomem.count ? &exercise->iomem : NULL,
	};
	struct contract_look after = {.snapshot = &exercise->last, .drivers = drivers};
	struct contract contract;

	for (size_t i = 0; i < plan->nr_memdevs; i++)
		drivers[i] = step_driver_of(plan->memdevs[i]->host.subsystem,
					    plan->memdevs[i]->host.name);
	if (iomem_read(&iomem) == 0) {
		iomem_add_mappings(&iomem);
		after.iomem = &iomem;
	}
	contract_of_detach(plan, &before, &after, &exercise->watch, &contract);
	note_contract(outcome, "contract", &contract);
	if (contract_exposure(plan, &exercise->watch, &outcome->exposure_us) &&
	    outcome->exposure_us > exercise->exposure_limit_us)
		add_finding(outcome, "exposure", memory_check(strdup("exposure")),
			    memory_print("the region was gone for %ju us while its provider was "
					 "still bound",
					 (uintmax_t)outcome->exposure_us));
	for (size_t i = 0; i < plan->nr_memdevs; i++)
		free((char *)drivers[i]);
	free(drivers);
	iomem_release(&iomem);
}

static void time_deed(struct deed *deed, const struct worker_step *steps, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (i == 0 && !deed->begun_us)
			deed->begun_us = steps[i].begun_us;
		deed->ended_us = steps[i].ended_us;
		if (deed->rc == 0)
			deed->rc = steps[i].rc;
	}
}

/* Down, verified, and up again */
static int run_alone(struct exercise *exercise, struct outcome *outcome)
{
	const struct plan *plan = &exercise->plan;
	struct deed *deed = &outcome->deeds[0];
	int rc = do_steps(exercise, outcome, plan->steps, plan->nr_steps, actor_name(deed->actor));

	time_deed(deed, exercise->watch.steps, exercise->watch.nr_steps);
	if (rc == 0)
		rc = look(exercise);
	if (rc < 0)
		return rc;
	judge_detach(exercise, outcome);
	rc = do_steps(exercise, outcome, plan->undo, plan->nr_undo, actor_name(deed->actor));
	time_deed(deed, exercise->watch.steps, exercise->watch.nr_steps);
	return rc;
}

static int start_workers(struct exercise *exercise, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (!exercise->workers[i])
			exercise->workers[i] = worker_start();
		if (!exercise->workers[i])
			return -errno;
	}
	return 0;
}

static void drop_worker(struct exercise *exercise, size_t i)
{
	worker_end(exercise->workers[i]);
	exercise->workers[i] = NULL;
}

struct race_end {
	const struct exercise *exercise;
	uint64_t broken_us; /* when the kernel was seen to be broken; 0: it was not */
};

/* The others can still come back, unless they wait for the one that has not */
static bool is_worth_waiting(void *data, uint64_t us)
{
	struct race_end *end = data;

	if (end->broken_us == 0 && is_broken(end->exercise))
		end->broken_us = us;
	return end->broken_us == 0 || us < end->broken_us + AFTER_BREAK_US;
}

/* All start from one barrier; each is waited for. The first @begun are those that were started. */
static int race(struct exercise *exercise, const struct outcome *outcome, size_t *begun)
{
	uint64_t start, last = 0;
	struct load load = {0};
	int rc = 0, waited;

	*begun = 0;
	if (outcome->busy)
		load_start(&load, watch_now() + exercise->limit_us);
	start = watch_now() + TO_BARRIER_US * outcome->nr_deeds;
	while (*begun < outcome->nr_deeds && rc == 0) {
		const struct deed *deed = &outcome->deeds[*begun];

		rc = worker_do(&exercise->workers[*begun], deed->steps, deed->nr_steps,
			       &(struct worker_terms){
				       .start_us = start + deed->delay_us,
				       .priority = deed->priority,
				       .cpu = exercise->cpu,
				       .until_us = deed->lasts_us ? start + deed->lasts_us : 0,
				       .pause_us = deed->pause_us,
				       .nr_often = deed->nr_often});
		last = deed->delay_us > last ? deed->delay_us : last;
		*begun += rc == 0;
	}
	/* Those that have begun are not to go on while something else is done. */
	waited = watch_workers(&exercise->watch, exercise->workers, *begun,
			       start + last + outcome->deeds[0].lasts_us + exercise->limit_us,
			       is_worth_waiting, &(struct race_end){exercise, 0});
	load_end(&load);
	return rc ?: waited;
}

static int run_race(struct exercise *exercise, struct outcome *outcome)
{
	size_t begun = 0;
	bool broken;
	int rc = start_workers(exercise, outcome->nr_deeds);

	if (rc == 0)
		rc = race(exercise, outcome, &begun);
	broken = is_broken(exercise);
	outcome->stop |= broken;
	/*
	 * Which of them was it? A worker that somebody killed has done what it has done, and who
	 * waits for one that has died in the kernel shows nothing of its own.
	 */
	for (size_t i = 0; i < begun; i++) {
		struct deed *deed = &outcome->deeds[i];
		int done = worker_poll(exercise->workers[i]);

		time_deed(deed, worker_steps(exercise->workers[i]), deed->nr_steps);
		if (done == 0 && rc == -ETIME && !broken)
			note_stuck(exercise, outcome, actor_name(deed->actor),
				   worker_pid(exercise->workers[i]));
		if (done != 1)
			drop_worker(exercise, i);
	}
	if (outcome->stop)
		return -EIO;
	return rc == -ETIME || rc == -ECHILD ? 0 : rc;
}

static bool same_counts(const struct snapshot *one, const struct snapshot *other)
{
	size_t enabled = 0;

	for (size_t i = 0; i < one->nr_memdevs; i++)
		enabled += one->memdevs[i].enabled;
	for (size_t i = 0; i < other->nr_memdevs; i++)
		enabled -= other->memdevs[i].enabled;
	return enabled == 0 && one->nr_ports == other->nr_ports &&
	       one->nr_decoders == other->nr_decoders && one->nr_regions == other->nr_regions &&
	       one->nr_memdevs == other->nr_memdevs;
}

/* Is all that the providers had there again, with whatever numbers? */
static bool is_back(struct exercise *exercise, struct contract *contract)
{
	const struct snapshot *now = &exercise->last;
	bool back = true;

	contract_of_attach(exercise->hosts, exercise->nr_hosts, now, &exercise->watch, contract);
	for (size_t i = 0; i < contract->nr_clauses; i++)
		back &= contract->clauses[i].result == CLAUSE_HELD ||
			strcmp(contract->clauses[i].name, "no-splat") == 0;
	for (size_t i = 0; i < now->nr_regions; i++)
		back &= now->regions[i].driver != NULL;
	return back && same_counts(&exercise->home, now);
}

static bool is_home(const struct exercise *exercise)
{
	struct changes changes;
	bool same;

	changes_find(&exercise->home, &exercise->last, &changes);
	same = changes.count == 0;
	changes_release(&changes);
	return same;
}

/* Half of something must not be left, once the kernel has come to rest. */
static void judge_quiet(struct exercise *exercise, struct outcome *outcome)
{
	struct iomem iomem = {0};
	struct contract_look after = {.snapshot = &exercise->last};
	struct contract contract;

	if (iomem_read(&iomem) == 0)
		after.iomem = &iomem;
	contract_of_quiet(exercise->hosts, exercise->nr_hosts, &after, &contract);
	note_contract(outcome, "quiet", &contract);
	iomem_release(&iomem);
}

bool outcome_has_removed(const struct outcome *outcome)
{
	for (size_t i = 0; i < outcome->nr_deeds; i++) {
		if (outcome->deeds[i].actor == ACTOR_PCI_REMOVE)
			return true;
	}
	return false;
}

static int restore_once(struct exercise *exercise, struct outcome *outcome)
{
	struct step *steps;
	size_t count;
	int rc;

	restore_steps(&exercise->home, &exercise->last, outcome_has_removed(outcome), &steps,
		      &count);
	rc = do_steps(exercise, outcome, steps, count, "bringing everything back");
	free(steps);
	return rc == 0 ? look(exercise) : rc;
}

/* Where a port cannot be used again, making all ports of its bus anew helps. */
static int restore_by_bus(struct exercise *exercise, struct outcome *outcome)
{
	const struct snapshot_port *root = snapshot_bus(exercise_memdev(exercise)->endpoint);
	_cleanup_free_ char *why = NULL;
	struct plan plan;
	int rc;

	why = plan_cycle_bus(&exercise->answers, root, &plan);
	rc = why ? -EOPNOTSUPP
		 : do_steps(exercise, outcome, plan.steps, plan.nr_steps, "making the bus anew");
	plan_release(&plan);
	if (rc == 0)
		rc = look(exercise);
	return rc == 0 ? restore_once(exercise, outcome) : rc;
}

static char *what_is_missing(struct contract *contract)
{
	char *text = memory_check(strdup(""));

	for (size_t i = 0; i < contract->nr_clauses; i++) {
		const struct clause *clause = &contract->clauses[i];
		_cleanup_free_ char *before = text;

		if (clause->result == CLAUSE_HELD)
			before = NULL;
		else
			text = memory_print("%s%s: %s\n", before, clause->name,
					    clause->detail ?: "");
	}
	return text;
}

/* Until everything is there again; what it took is a finding, unless binding was enough */
static int restore(struct exercise *exercise, struct outcome *outcome)
{
	struct contract contract = {0};
	bool back = false;
	int rc = 0;

	for (int i = 0; i < RESTORE_TRIES && rc == 0 && !back; i++) {
		rc = restore_once(exercise, outcome);
		contract_release(&contract);
		back = rc == 0 && is_back(exercise, &contract);
	}
	if (rc == 0 && !back) {
		char *missing = what_is_missing(&contract);

		contract_release(&contract);
		rc = restore_by_bus(exercise, outcome);
		back = rc == 0 && is_back(exercise, &contract);
		add_finding(outcome, "restore",
			    memory_check(strdup(back ? "restore takes a new bus"
						     : "restore is not possible")),
			    missing);
		outcome->stop |= !back;
	}
	contract_release(&contract);
	return rc;
}

static int wait_for_kernel(struct exercise *exercise, struct outcome *outcome)
{
	const struct step flush = {.action = STEP_FLUSH};

	return do_steps(exercise, outcome, &flush, 1, "waiting for the kernel");
}

/* Everything is brought back; where that has other numbers, it is what is expected from now on. */
static int come_home(struct exercise *exercise, struct outcome *outcome)
{
	struct contract contract;
	int rc = 0;

	if (is_home(exercise))
		return 0;
	if (!is_back(exercise, &contract))
		rc = restore(exercise, outcome);
	contract_release(&contract);
	if (rc < 0 || outcome->stop || is_home(exercise))
		return rc;
	leave_home(exercise);
	return look_home(exercise);
}

static bool has_more(const struct exercise *exercise, uint64_t *numbers)
{
	highest_numbers(&exercise->home, numbers);
	for (int i = 0; i < 3; i++) {
		if (numbers[i] > exercise->numbers[i])
			return true;
	}
	return false;
}

/* A device can have been made while its predecessor was still going: once more, in all quiet */
static int take_down_again(struct exercise *exercise, struct outcome *outcome)
{
	const struct snapshot_host *host = &exercise_memdev(exercise)->host;
	const struct step steps[] = {
		{STEP_UNBIND, host->subsystem, host->driver, host->name, false},
		{STEP_BIND, host->subsystem, host->driver, host->name, false},
	};
	int rc = do_steps(exercise, outcome, steps, 2, "taking the host down once more");

	if (rc == 0)
		rc = look(exercise);
	return rc == 0 ? come_home(exercise, outcome) : rc;
}

static int judge_numbers(struct exercise *exercise, struct outcome *outcome)
{
	static const char *const kinds[] = {"port", "memdev", "region"};
	uint64_t numbers[3];
	int rc;

	if (!has_more(exercise, numbers)) {
		/* What has been given back after all is not to be taken again. */
		exercise->numbers[1] = numbers[1];
		return 0;
	}
	rc = take_down_again(exercise, outcome);
	if (rc < 0 || outcome->stop || !has_more(exercise, numbers))
		return rc;
	for (int i = 0; i < 3; i++) {
		if (numbers[i] > exercise->numbers[i])
			add_finding(
				outcome, "leak", memory_print("leak of a %s", kinds[i]),
				memory_print("the highest number of a %s is %ju: lower ones have "
					     "not been given back",
					     kinds[i], (uintmax_t)numbers[i]));
	}
	allow_numbers(exercise);
	return 0;
}

/* Once the kernel has come to rest: is all as it was? If not, it is brought back. */
static int settle(struct exercise *exercise, struct outcome *outcome)
{
	int rc = look(exercise);

	if (rc < 0)
		return rc;
	if (!is_home(exercise))
		judge_quiet(exercise, outcome);
	rc = come_home(exercise, outcome);
	return rc == 0 && !outcome->stop ? judge_numbers(exercise, outcome) : rc;
}

static char *lines_of(const struct watch *watch, const struct splat *splat)
{
	char *text = memory_check(strdup(""));

	for (size_t i = splat->first; i < splat->first + splat->count; i++) {
		_cleanup_free_ char *before = text;

		text = memory_print("%s%s\n", before, watch->log[i].text);
	}
	return text;
}

static void note_splats(struct exercise *exercise, struct outcome *outcome)
{
	const struct watch *watch = &exercise->watch;
	uint64_t taint = read_taint();
	struct splats splats;

	splats_find(watch->log, watch->nr_log, &splats);
	for (size_t i = 0; i < splats.count; i++)
		add_finding(outcome, "splat", memory_check(strdup(splats.list[i].signature)),
			    lines_of(watch, &splats.list[i]));
	if (splats.count == 0 && taint & ~exercise->taint)
		add_finding(outcome, "taint",
			    memory_print("taint %ju", (uintmax_t)(taint & ~exercise->taint)),
			    memory_check(strdup("the kernel is tainted, and its log does not say "
						"why")));
	exercise->taint = taint;
	splats_release(&splats);
}

int exercise_run(struct exercise *exercise, const struct contest *contest, struct outcome *outcome)
{
	uint64_t begun = watch_now();
	int rc;

	watch_forget(&exercise->watch);
	/* Each step of one that is alone has been waited for (watch_run()). */
	if (contest->scenario == SCENARIO_ALONE && takes_down(contest->actors[0]))
		rc = run_alone(exercise, outcome);
	else
		rc = run_race(exercise, outcome) ?: wait_for_kernel(exercise, outcome);
	if (rc == 0)
		rc = settle(exercise, outcome);
	watch_drain(&exercise->watch);
	note_splats(exercise, outcome);
	outcome->log_lost = exercise->watch.lost_log;
	outcome->took_us = watch_now() - begun;
	return outcome->stop ? 0 : rc;
}
