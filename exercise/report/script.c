// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "attach/act/worker.h"
#include "attach/model/snapshot.h"
#include "attach/model/step.h"
#include "attach/reason/restore.h"
#include "exercise/baseline.h"
#include "exercise/outcome.h"
#include "exercise/report/script-field.h"
#include "exercise/report/script-names.h"
#include "exercise/report/script.h"
#include "exercise/schedule.h"
#include "exercise/surroundings-steps.h"
#include "util/cleanup.h"
#include "util/memory.h"
#include "util/text.h"

/* The time until all shells of a trial wait at its barrier */
#define TO_BARRIER_US 300000

static void print_step(const struct script_names *names, const struct step *step)
{
	_cleanup_free_ char *file = step_file(step);
	const char *device = script_device(names, step->device);

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
		printf("modprobe \"%s\"%s%s", step->driver, step->options ? " " : "",
		       step->options ?: "");
		break;
	case STEP_LIST:
		printf("cat /sys/bus/cxl/devices/*/* >/dev/null");
		break;
	case STEP_OPEN:
		printf(": <>\"/dev/cxl/%s\"", device);
		break;
	default:
		script_field_step(step, device);
		break;
	}
}

static void print_head(const struct script *script)
{
	puts("#!/bin/bash");
	script_print_origin(script, "# ");
	puts("exec 2>/dev/null\n");
}

/*
 * A shell must not start a program to wait for a time. It reads from a file that has no data
 * instead.
 */
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
	printf("# All on one processor: the later an actor starts, the higher its priority\n"
	       "cpus=$(taskset -pc $$)\n"
	       "taskset -pc \"${cpus##*[ ,-]}\" $$ >/dev/null\n"
	       "rank() {\n"
	       "\tlocal rank=1 i\n"
	       "\tfor i in ${!delay[*]}; do\n"
	       "\t\t((delay[i] < delay[$1] || delay[i] == delay[$1] && i < $1)) && ((rank++))\n"
	       "\tdone\n"
	       "\tchrt -fp $rank $BASHPID\n"
	       "}\n\n");
}

/* Look up the names, because they can change from trial to trial. */
static void print_lookup(const struct snapshot_host *host)
{
	printf("lookup() {\n"
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

/* A state that the kernel does not report can still be wrong: see judge_quiet(). */
static void print_check(const struct snapshot_host *host)
{
	printf("# A host without its driver must have no memdev and no region.\n"
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

/* Bind all ports and regions: binding one that is already bound does nothing. */
static void print_restore(const struct script *script)
{
	static const struct script_names none = {0};
	struct step *steps, *beside;
	size_t count, nr_beside;

	restore_steps(&script->baseline->first, &script->baseline->first,
		      outcome_has_removed(script->prepared), &steps, &count);
	printf("restore() {\n");
	surroundings_restore(&script->baseline->surroundings, outcome_actors(script->prepared),
			     &beside, &nr_beside);
	for (size_t i = 0; i < nr_beside; i++) {
		putchar('\t');
		print_step(&none, &beside[i]);
		putchar('\n');
	}
	free(beside);
	for (size_t i = 0; i < count; i++) {
		/* Bind the ports first, then the devices below them */
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

/*
 * Each trial draws an offset from the whole sweep, or from the one bucket around the given offset.
 */
static void print_delays(const struct script *script)
{
	const struct race_case *race_case = script->race_case;
	int64_t least, most;

	if (race_case->scenario == SCENARIO_RACE) {
		script_offsets(script, &least, &most);
		printf("\toffset=$(between %jd %jd)\n"
		       "\tdelay=($((offset < 0 ? -offset : 0)) $((offset > 0 ? offset : 0)))\n",
		       (intmax_t)least, (intmax_t)most);
		return;
	}
	for (size_t i = 0; i < race_case->nr_actors && race_case->nr_actors > 1; i++)
		printf("\tdelay[%zu]=$(between 0 %ju)\n", i,
		       (uintmax_t)case_longest(race_case, script->durations_us));
}

/* Repeat the steps as worker.c does, some of them only every WHOLE_EVERY times */
static void print_operation(const struct script_names *names, const struct operation *operation)
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

static void print_operations(const struct script *script)
{
	const struct script_names names = script_names_of(baseline_memdev(script->baseline));
	const struct outcome *prepared = script->prepared;
	bool alone = prepared->nr_operations == 1;

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
	printf("\twait\n");
}

void script_print(const struct script *script)
{
	const struct snapshot_memdev *memdev = baseline_memdev(script->baseline);

	print_head(script);
	if (script->prepared->nr_operations > 1)
		print_timing(script->prepared);
	script_field_functions(script->prepared);
	print_lookup(&memdev->host);
	print_check(&memdev->host);
	print_restore(script);
	printf("for ((trial = 1; trial <= %zu; trial++)); do\n"
	       "\techo \"trial $trial\"\n"
	       "\tlookup\n"
	       "\t# The kernel gives the lowest number that is free: nothing is to keep it.\n"
	       "\t[ \"${first:=$mem}\" = \"$mem\" ] || echo \"taken: $first, now it is $mem\" "
	       ">/dev/kmsg\n",
	       script->trials);
	print_delays(script);
	print_operations(script);
	printf("\tcheck\n"
	       "\trestore\n"
	       "done\n");
}
