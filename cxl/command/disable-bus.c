// SPDX-License-Identifier: GPL-2.0-only
#include "cxl/command/command.h"
#include "cxl/command/guard.h"

static const struct cxl_cli_option options[] = {
	{"force", 'f', false, MEANS_FORCE},
	{"debug", 0, false, MEANS_NOTHING},
	{0},
};

static const struct guarded_command guarded = {
	.operation = OPERATION_DISABLE_BUS,
	.kind = SELECT_BUSES,
	.options = options,
};

static int disable_bus(int argc, char **argv)
{
	return guard(&guarded, argc, argv);
}

const struct cxl_command disable_bus_command = {
	.name = "disable-bus",
	.help = "disable buses; needs -f if a driver attached a memdev below",
	.extend = disable_bus,
};
