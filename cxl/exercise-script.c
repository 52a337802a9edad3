// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <sys/utsname.h>

#include "cxl/attach/exercise.h"
#include "cxl/attach/restore.h"
#include "cxl/attach/schedule.h"
#include "cxl/exercise-script.h"
#include "util/cleanup.h"
#include "util/memory.h"
#include "util/text.h"

/* The devices whose names are looked up in each round, and the shell's variables for them */
struct names {
	const char *memdev, *endpoint, *port, *region;
};

/* As the script has it: names from sysfs have no character that means something to a shell, but for
 * what step_is_sound() lets through; the quotes take care of these.
 */
static const char *in_script(const struct names *names, const char *device)
{
	if (device && text_same(device, names->memdev))
		return "$mem";
	if (device && text_same(device, names->endpoint))
		return "$endpoint";
	if (device && text_same(device, names->port))
		return "$port";
	if (device && text_same(device, names->region))
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
		       size_t iterations)
{
	struct utsname kernel;

	uname(&kernel);
	printf("#!/bin/bash\n# Seen on Linux %s:", kernel.release);
	for (size_t i = 0; i < prepared->nr_deeds; i++)
		printf(" %s", actor_name(prepared->deeds[i].actor));
	printf(" at the same time, up to %zu times.\n"
	       "# To be run as root, where %s has its driver and its memory is attached.\n"
	       "exec 2>/dev/null\n\n",
	       iterations, exercise->host);
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
	       "\tendpoint=${endpoint##*/}\n"
	       "}\n\n",
	       host->subsystem, host->name);
}

/* Ports and regions are bound whichever there are: what is bound already says so, and no more. */
static void print_restore(const struct exercise *exercise, const struct outcome *prepared)
{
	static const struct names none = {0};
	struct step *steps;
	size_t count;

	restore_steps(&exercise->home, &exercise->home, outcome_has_removed(prepared), &steps,
		      &count);
	printf("restore() {\n\techo 1 >/sys/bus/cxl/flush\n");
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

static void print_deed(const struct names *names, const struct deed *deed)
{
	printf("\t(");
	if (deed->delay_us > 0)
		printf("sleep %.3f; ", (double)deed->delay_us / 1000000);
	for (size_t i = 0; i < deed->nr_steps; i++) {
		if (i > 0)
			printf("; ");
		print_step(names, &deed->steps[i]);
	}
	printf(") &\n");
}

void exercise_script(const struct exercise *exercise, const struct outcome *prepared,
		     size_t iterations)
{
	const struct snapshot_memdev *memdev = exercise_memdev(exercise);
	const struct names names = {
		.memdev = memdev->name,
		.endpoint = memdev->endpoint ? memdev->endpoint->name : NULL,
		.port = memdev->endpoint ? memdev->endpoint->parent_name : NULL,
		.region = memdev->nr_regions > 0 ? memdev->regions[0]->name : NULL,
	};

	print_head(exercise, prepared, iterations);
	print_lookup(&memdev->host);
	print_restore(exercise, prepared);
	printf("for ((round = 1; round <= %zu; round++)); do\n"
	       "\techo \"round $round\"\n"
	       "\tlook\n",
	       iterations);
	for (size_t i = 0; i < prepared->nr_deeds; i++)
		print_deed(&names, &prepared->deeds[i]);
	printf("\twait\n"
	       "\trestore\n"
	       "done\n");
}
