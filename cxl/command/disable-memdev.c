// SPDX-License-Identifier: GPL-2.0-only
#include "cxl/command/command.h"
#include "cxl/command/guard.h"

static const struct cxl_cli_option options[] = {
	{"bus", 'b', true, MEANS_BUS},
	{"verbose", 'v', false, MEANS_NOTHING},
	{"serial", 'S', false, MEANS_SERIAL},
	{"force", 'f', false, MEANS_FORCE},
	{0},
};

static const struct guarded_command guarded = {
	.operation = OPERATION_DISABLE_MEMDEV,
	.kind = SELECT_MEMDEVS,
	.options = options,
};

static int disable_memdev(int argc, char **argv)
{
	return guard(&guarded, argc, argv);
}

const struct cxl_command disable_memdev_command = {
	.name = "disable-memdev",
	.help = "disable memdevs; needs -f if a driver attached one of them",
	.extend = disable_memdev,
};
