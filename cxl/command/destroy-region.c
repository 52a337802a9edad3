// SPDX-License-Identifier: GPL-2.0-only
#include "cxl/command/command.h"
#include "cxl/command/guard.h"

static const struct cxl_cli_option options[] = {
	{"bus", 'b', true, MEANS_BUS},
	{"decoder", 'd', true, MEANS_DECODER},
	{"force", 'f', false, MEANS_FORCE},
	{"debug", 0, false, MEANS_NOTHING},
	{0},
};

static const struct guarded_command guarded = {
	.operation = OPERATION_DESTROY_REGION,
	.kind = SELECT_REGIONS,
	.options = options,
};

static int destroy_region(int argc, char **argv)
{
	return guard(&guarded, argc, argv);
}

const struct cxl_command destroy_region_command = {
	.name = "destroy-region",
	.help = "destroy regions, except those owned by a driver or locked by firmware",
	.extend = destroy_region,
};
