// SPDX-License-Identifier: GPL-2.0-only
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "attach/model/step.h"
#include "exercise/outcome.h"
#include "exercise/report/script-field.h"
#include "exercise/schedule.h"
#include "util/cleanup.h"

/* attach/act/test-region.c does the same. */
static const char region_functions[] =
	"expander() { # BUS HOST: its memdev, and its endpoint's first decoder\n"
	"\tlocal at\n"
	"\texpander=$(cd \"/sys/bus/$1/devices/$2\" && echo mem[0-9]*)\n"
	"\tfor at in /sys/bus/cxl/devices/endpoint*; do\n"
	"\t\t[ \"$(basename \"$(readlink \"$at/uport\")\")\" != \"$expander\" ] || break\n"
	"\tdone\n"
	"\tdecoder=/sys/bus/cxl/devices/decoder${at##*endpoint}.0\n"
	"}\n"
	"create() { # BUS HOST ROOT_DECODER\n"
	"\tlocal root=/sys/bus/cxl/devices/$3 region size\n"
	"\texpander \"$1\" \"$2\"\n"
	"\t[ -z \"$(<\"$decoder/region\")\" ] || return\n"
	"\tregion=$(<\"$root/create_ram_region\")\n"
	"\tsize=$(<\"/sys/bus/cxl/devices/$expander/ram/size\")\n"
	"\techo \"$region\" >\"$root/create_ram_region\"\n"
	"\techo 256 >\"/sys/bus/cxl/devices/$region/interleave_granularity\"\n"
	"\techo 1 >\"/sys/bus/cxl/devices/$region/interleave_ways\"\n"
	"\techo \"$size\" >\"/sys/bus/cxl/devices/$region/size\"\n"
	"\techo ram >\"$decoder/mode\"\n"
	"\techo \"$size\" >\"$decoder/dpa_size\"\n"
	"\techo \"${decoder##*/}\" >\"/sys/bus/cxl/devices/$region/target0\"\n"
	"\techo 1 >\"/sys/bus/cxl/devices/$region/commit\"\n"
	"\techo \"$region\" >/sys/bus/cxl/drivers/cxl_region/bind\n"
	"}\n"
	"destroy() { # BUS HOST ROOT_DECODER\n"
	"\tlocal region\n"
	"\texpander \"$1\" \"$2\"\n"
	"\tregion=$(<\"$decoder/region\")\n"
	"\t[ -n \"$region\" ] || return\n"
	"\techo \"$region\" >/sys/bus/cxl/drivers/cxl_region/unbind\n"
	"\techo 0 >\"/sys/bus/cxl/devices/$region/commit\"\n"
	"\techo \"$region\" >\"/sys/bus/cxl/devices/$3/delete_region\"\n"
	"\techo 0 >\"$decoder/dpa_size\"\n"
	"}\n\n";

void script_field_functions(const struct outcome *prepared)
{
	if (outcome_actors(prepared) & 1U << ACTOR_CREATE)
		fputs(region_functions, stdout);
}

void script_field_step(const struct step *step, const char *device)
{
	_cleanup_free_ char *file = step_file(step);

	switch (step->action) {
	case STEP_POWER:
	case STEP_SETTING:
		printf("echo %d >\"%s\"", step->on, file);
		break;
	case STEP_ONLINE:
		printf("echo %s >\"%s\"", step->on ? "online_movable" : "offline", file);
		break;
	case STEP_RESET:
		printf("echo 1 >\"%s\"", file);
		break;
	case STEP_HOLD:
		printf("sleep 0.05 <>\"/dev/%s%s%s\"", step->bus ? step->bus : "",
		       step->bus ? "/" : "", device);
		break;
	case STEP_LINK:
		printf("setpci -s \"%s\" CAP_EXP+10.w=%s:10", device, step->on ? "0" : "10");
		break;
	case STEP_CREATE:
	case STEP_DESTROY:
		printf("%s \"%s\" \"%s\" \"%s\"",
		       step->action == STEP_CREATE ? "create" : "destroy", step->bus, device,
		       step->driver);
		break;
	default:
		break;
	}
}

const char *script_lack(const struct outcome *prepared, enum script_language language)
{
	const actor_set lacking =
		language == SCRIPT_C ? 1U << ACTOR_LINK | 1U << ACTOR_CREATE : 1U << ACTOR_MAP;

	for (size_t i = 0; i < prepared->nr_operations; i++) {
		if (lacking & 1U << prepared->operations[i].actor)
			return actor_name(prepared->operations[i].actor);
	}
	return NULL;
}
