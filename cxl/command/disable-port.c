// SPDX-License-Identifier: GPL-2.0-only
#include "cxl/command/command.h"
#include "cxl/command/guard.h"

static const struct cxl_cli_option options[] = {
	{"endpoint", 'e', false, MEANS_ENDPOINT},
	{"force", 'f', false, MEANS_FORCE},
	{"debug", 0, false, MEANS_NOTHING},
	{0},
};

static const struct guarded_command guarded = {
	.operation = OPERATION_DISABLE_PORT,
	.kind = SELECT_PORTS,
	.options = options,
};

static int disable_port(int argc, char **argv)
{
	return guard(&guarded, argc, argv);
}

const struct cxl_command disable_port_command = {
	.name = "disable-port",
	.help = "disable ports; needs -f if a driver attached a memdev below",
	.extend = disable_port,
};
