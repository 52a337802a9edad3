// SPDX-License-Identifier: GPL-2.0-only
#include "cxl/command/command.h"
#include "cxl/command/guard.h"

/* --decoder names a decoder of the memdev, and not a root decoder. */
static const struct cxl_cli_option options[] = {
	{"bus", 'b', true, MEANS_BUS},
	{"verbose", 'v', false, MEANS_NOTHING},
	{"serial", 'S', false, MEANS_SERIAL},
	{"force", 'f', false, MEANS_FORCE},
	{"decoder", 'd', true, MEANS_NOTHING},
	{"type", 't', true, MEANS_NOTHING},
	{0},
};

static const struct guarded_command guarded = {
	.operation = OPERATION_FREE_DPA,
	.kind = SELECT_MEMDEVS,
	.options = options,
};

static int free_dpa(int argc, char **argv)
{
	return guard(&guarded, argc, argv);
}

const struct cxl_command free_dpa_command = {
	.name = "free-dpa",
	.help = "free DPA capacity; needs -f if a driver attached the memdev",
	.extend = free_dpa,
};
