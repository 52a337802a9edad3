// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <stdio.h>
#include <sys/utsname.h>

#include "attach/act/worker.h"
#include "attach/model/step.h"
#include "attach/reason/restore.h"
#include "exercise/exercise.h"
#include "exercise/schedule.h"
#include "exercise/script.h"
#include "util/cleanup.h"
#include "util/memory.h"
#include "util/text.h"

/* Until all shells of a round wait for its beginning */
#define TO_BARRIER_US 300000

/* A round of a script takes longer to prepare and to bring back than a trial does: it goes on so
 * many times as long.
 */
#define TIMES_A_TRIAL 4

/* The devices whose names are looked up in each round, and the shell's variables for them */
struct names {
	const char *memdev, *endpoint, *port, *region;
};

/* As the script has it: names from sysfs have no character that means something to a shell, but for
 * what step_is_sound() lets through; the quotes take care of these.
 */
static const char *in_script(const struct names *names, const char *device)
{
	if (device && streq(device, names->memdev))
		return "$mem";
	if (device && streq(device, names->endpoint))
		return "$endpoint";
	if (device && streq(device, names->port))
		return "$port";
	if (device && streq(device, names->region))
		return "$region";
	return device;
}

static void print_step(const struct names *names, const struct step *step)
{
	_cleanup_free_ char *file = step_file(step);
	const char *device = in_script(names, step->device);

	switch (step->action) {
	case STEP_UNBIND:
	case STEP_BIND:
		printf("echo \"%s\" >\"%s\"", device, file);
		break;
	case STEP_OVERRIDE:
		printf("echo \"%s\" >\"%s\"", step->driver ?: "", file);
		break;
	case STEP_AUTOPROBE:
		printf("echo %d >\"%s\"", step->on, file);
		break;
	case STEP_REMOVE:
	case STEP_RESCAN:
	case STEP_FLUSH:
		printf("echo 1 >\"%s\"", file);
		break;
	case STEP_UNLOAD:
		printf("modprobe -r \"%s\"", step->driver);
		break;
	case STEP_LOAD:
		printf("modprobe \"%s\"", step->driver);
		break;
	case STEP_LIST:
		printf("cat /sys/bus/cxl/devices/*/* >/dev/null");
		break;
	case STEP_OPEN:
		printf(": <>\"/dev/cxl/%s\"", device);
		break;
	}
}

static void print_head(const struct exercise *exercise, const struct outcome *prepared,
		       const struct exercise_script *script)
{
	struct utsname kernel;

	uname(&kernel);
	printf("#!/bin/bash\n# Seen on Linux %s:", kernel.release);
	for (size_t i = 0; i < script->race_case->nr_actors; i++)
		printf(" %s", actor_name(script->race_case->actors[i]));
	printf("%s, up to %zu times.\n"
	       "# To be run as root, where %s has its driver and its memory is attached.\n"
	       "exec 2>/dev/null\n\n",
	       prepared->nr_operations > 1 ? " at the same time" : "", script->iterations,
	       exercise->host);
}

/* To start at a time, nothing may be started then: reading from where nothing comes is waiting. */
static void print_timing(const struct outcome *prepared)
{
	printf("exec 3<> <(:)\n"
	       "now() { now=${EPOCHREALTIME/[.,]/}; }\n"
	       "at() {\n"
	       "\tlocal left\n"
	       "\tnow\n"
	       "\tleft=$(($1 - now))\n"
	       "\t[ $left -le 0 ] || {\n"
	       "\t\tprintf -v left %%d.%%06d $((left / 1000000)) $((left %% 1000000))\n"
	       "\t\tread -rt $left -u 3\n"
	       "\t}\n"
	       "}\n"
	       "between() { echo $(($1 + (RANDOM * 32768 + RANDOM) %% ($2 - $1 + 1))); }\n\n");
	if (prepared->operations[0].priority == 0)
		return;
	printf("# All on one processor: who starts later goes first\n"
	       "taskset -pc $(($(nproc) - 1)) $$ >/dev/null\n"
	       "rank() {\n"
	       "\tlocal rank=1 i\n"
	       "\tfor i in ${!delay[*]}; do\n"
	       "\t\t((delay[i] < delay[$1] || delay[i] == delay[$1] && i < $1)) && ((rank++))\n"
	       "\tdone\n"
	       "\tchrt -fp $rank $BASHPID\n"
	       "}\n\n");
}

/* The names can be others in each round. */
static void print_lookup(const struct snapshot_host *host)
{
	printf("look() {\n"
	       "\tmem=$(cd \"/sys/bus/%s/devices/%s\" && echo mem[0-9]*)\n"
	       "\tfor endpoint in /sys/bus/cxl/devices/endpoint*; do\n"
	       "\t\t[ \"$(basename \"$(readlink \"$endpoint/uport\")\")\" != \"$mem\" ] || break\n"
	       "\tdone\n"
	       "\tport=$(basename \"$(dirname \"$(readlink -f \"$endpoint\")\")\")\n"
	       "\tregion=$(cat \"$endpoint\"/decoder*/region | grep -m 1 region)\n"
	       "\tresource=$(cat \"/sys/bus/cxl/devices/$region/resource\")\n"
	       "\tendpoint=${endpoint##*/}\n"
	       "}\n\n",
	       host->subsystem, host->name);
}

/* What the kernel has not complained of can be wrong all the same: as judge_quiet() looks for it */
static void print_check(const struct snapshot_host *host)
{
	printf("# Of a host that has lost its driver, nothing is to be left.\n"
	       "check() {\n"
	       "\techo 1 >/sys/bus/cxl/flush\n"
	       "\t[ ! -e \"/sys/bus/%s/devices/%s/driver\" ] || return\n"
	       "\tfor at in \"/sys/bus/%s/devices/%s\"/mem[0-9]*; do\n"
	       "\t\t[ ! -e \"$at\" ] || echo \"left behind: ${at##*/}\" >/dev/kmsg\n"
	       "\tdone\n"
	       "\tfor at in /sys/bus/cxl/devices/region*; do\n"
	       "\t\t[ \"$(cat \"$at/resource\")\" != \"$resource\" ] || echo \"left behind: "
	       "${at##*/}\" >/dev/kmsg\n"
	       "\tdone\n"
	       "}\n\n",
	       host->subsystem, host->name, host->subsystem, host->name);
}

/* Ports and regions are bound whichever there are: what is bound already says so, and no more. */
static void print_restore(const struct exercise *exercise, const struct outcome *prepared)
{
	static const struct names none = {0};
	struct step *steps;
	size_t count;

	restore_steps(&exercise->baseline, &exercise->baseline, outcome_has_removed(prepared),
		      &steps, &count);
	printf("restore() {\n");
	for (size_t i = 0; i < count; i++) {
		/* First the ports, then what hangs below them */
		if (i > 0 && steps[i].action == STEP_LOAD && steps[i - 1].action != STEP_LOAD)
			printf("\tfor at in /sys/bus/cxl/devices/port*; do\n"
			       "\t\techo \"${at##*/}\" >/sys/bus/cxl/drivers/cxl_port/bind\n"
			       "\tdone\n");
		putchar('\t');
		print_step(&none, &steps[i]);
		putchar('\n');
	}
	printf("\tfor at in /sys/bus/cxl/devices/region*; do\n"
	       "\t\techo \"${at##*/}\" >/sys/bus/cxl/drivers/cxl_region/bind\n"
	       "\tdone\n"
	       "}\n\n");
	free(steps);
}

/* How much later than the first the second of a race starts, at a place of its sweep */
static int64_t offset_at(const struct exercise *exercise, const struct race_case *race,
			 double offset)
{
	const uint64_t *durations = exercise->durations_us;

	return (int64_t)(offset * (double)durations[race->actors[offset < 0 ? 1 : 0]]);
}

static double limit(double offset)
{
	return offset < -1 ? -1 : offset > 1 ? 1 : offset;
}

/* Each round draws anew: from the whole sweep, or from the one bucket about the place. */
static void print_delays(const struct exercise *exercise, const struct exercise_script *script)
{
	const struct race_case *race_case = script->race_case;
	double half = script->fixed ? 1.0 / SWEEP_BUCKETS : 1;

	if (race_case->scenario == SCENARIO_RACE) {
		printf("\toffset=$(between %jd %jd)\n"
		       "\tdelay=($((offset < 0 ? -offset : 0)) $((offset > 0 ? offset : 0)))\n",
		       (intmax_t)offset_at(exercise, race_case, limit(script->offset - half)),
		       (intmax_t)offset_at(exercise, race_case, limit(script->offset + half)));
		return;
	}
	for (size_t i = 0; i < race_case->nr_actors && race_case->nr_actors > 1; i++)
		printf("\tdelay[%zu]=$(between 0 %ju)\n", i,
		       (uintmax_t)case_longest(race_case, exercise->durations_us));
}

/* As worker.c does it: again and again, some of the steps only every now and then */
static void print_operation(const struct names *names, const struct operation *operation)
{
	bool again = operation->lasts_us > 0;

	printf("\t(");
	if (operation->priority > 0)
		printf("rank %zu; ", operation->nth);
	if (again)
		printf("at $((start + delay[%zu])); for ((time = 0; time == 0 || now < start + "
		       "%ju; time++)); do ",
		       operation->nth, (uintmax_t)(TIMES_A_TRIAL * operation->lasts_us));
	for (size_t step = 0; step < operation->nr_steps; step++) {
		if (again && operation->nr_often > 0 && step >= operation->nr_often)
			printf("((time %% %d)) || ", WHOLE_EVERY);
		print_step(names, &operation->steps[step]);
		printf("; ");
	}
	if (again)
		printf("now; ");
	if (operation->priority > 0)
		printf("at $((now + delay[%zu])); ", operation->nth);
	printf(again ? "done) &\n\tactors+=($!)\n" : ") &\n");
}

void exercise_print_script(const struct exercise *exercise, const struct outcome *prepared,
			   const struct exercise_script *script)
{
	const struct snapshot_memdev *memdev = exercise_memdev(exercise);
	const struct names names = {
		.memdev = memdev->name,
		.endpoint = memdev->endpoint ? memdev->endpoint->name : NULL,
		.port = memdev->endpoint ? memdev->endpoint->parent_name : NULL,
		.region = memdev->nr_regions > 0 ? memdev->regions[0]->name : NULL,
	};
	bool alone = prepared->nr_operations == 1;

	print_head(exercise, prepared, script);
	if (!alone)
		print_timing(prepared);
	print_lookup(&memdev->host);
	print_check(&memdev->host);
	print_restore(exercise, prepared);
	printf("for ((round = 1; round <= %zu; round++)); do\n"
	       "\techo \"round $round\"\n"
	       "\tlook\n"
	       "\t# The lowest number that is free is given: nothing is to keep it.\n"
	       "\t[ \"${first:=$mem}\" = \"$mem\" ] || echo \"taken: $first, now it is $mem\" "
	       ">/dev/kmsg\n",
	       script->iterations);
	print_delays(exercise, script);
	if (prepared->busy)
		printf("\tbusy=()\n"
		       "\tfor ((i = $(nproc); i > 0; i--)); do\n"
		       "\t\t(while :; do :; done) &\n"
		       "\t\tbusy+=($!)\n"
		       "\tdone\n");
	if (!alone)
		printf("\tnow\n\tstart=$((now + %d))\n\tactors=()\n", TO_BARRIER_US);
	for (size_t i = 0; i < prepared->nr_operations; i++)
		print_operation(&names, &prepared->operations[i]);
	if (!alone)
		printf("\twait \"${actors[@]}\"\n");
	if (prepared->busy)
		printf("\tkill \"${busy[@]}\"\n");
	printf("\twait\n"
	       "\tcheck\n"
	       "\trestore\n"
	       "done\n");
}
