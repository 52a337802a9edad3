// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <sys/utsname.h>

#include "attach/model/snapshot.h"
#include "exercise/baseline.h"
#include "exercise/outcome.h"
#include "exercise/report/script-names.h"
#include "exercise/schedule.h"
#include "util/text.h"

struct script_names script_names_of(const struct snapshot_memdev *memdev)
{
	return (struct script_names){
		.memdev = memdev->name,
		.endpoint = memdev->endpoint ? memdev->endpoint->name : NULL,
		.port = memdev->endpoint ? memdev->endpoint->parent_name : NULL,
		.region = memdev->nr_regions > 0 ? memdev->regions[0]->name : NULL,
	};
}

const char *script_device(const struct script_names *names, const char *device)
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

static int64_t offset_at(const struct script *script, double offset)
{
	const struct race_case *race = script->race_case;
	const uint64_t *durations = script->durations_us;

	return (int64_t)(offset * (double)durations[race->actors[offset < 0 ? 1 : 0]]);
}

static double limit(double offset)
{
	return offset < -1 ? -1 : offset > 1 ? 1 : offset;
}

/* The range is the whole sweep, or the one bucket around the offset */
void script_offsets(const struct script *script, int64_t *least, int64_t *most)
{
	double half = script->fixed ? 1.0 / SWEEP_BUCKETS : 1;

	*least = offset_at(script, limit(script->offset - half));
	*most = offset_at(script, limit(script->offset + half));
}

void script_print_origin(const struct script *script, const char *mark)
{
	struct utsname kernel;

	uname(&kernel);
	printf("%sSeen on Linux %s:", mark, kernel.release);
	for (size_t i = 0; i < script->race_case->nr_actors; i++)
		printf(" %s", actor_name(script->race_case->actors[i]));
	printf("%s, up to %zu times.\n"
	       "%sRun it as root, where %s has its driver and its memory is attached.\n",
	       script->prepared->nr_operations > 1 ? " at the same time" : "", script->trials, mark,
	       script->baseline->host);
}
