// SPDX-License-Identifier: LGPL-2.1-only
#include "attach/reason/signals.h"

static const struct signal_row rows[NR_SIGNALS] = {
	/* The statement of the kernel itself, for the future: no kernel has the attribute yet. */
	[MEMDEV_ATTACHED] = {"memdev-attached", DECIDES_ALONE, "none yet"},
	[MEMDEV_NOT_ATTACHED] = {"memdev-not-attached", -DECIDES_ALONE, "none yet"},
	/* A missing symbol may have another name in a vendor kernel. */
	[NO_ATTACH_SUPPORT] = {"no-attach-support", -1, ""},
	[NO_CLASS_ATTRIBUTES] = {"no-class-attributes", 2, "v7.2"},
	[CLASS_ATTRIBUTES] = {"class-attributes", -3, "v5.12"},
	[MEMDEV_DISABLED] = {"memdev-disabled", -DECIDES_ALONE, "v7.2"},
	[REGION_LOCKED] = {"region-locked", 4, "v7.1"},
	[REGION_LOCKED_BY_DECODER] = {"region-locked-by-decoder", 0, "v7.1"},
	[REGION_NOT_LOCKED] = {"region-not-locked", -4, "v7.1"},
	[REGION_WITHOUT_CHILD] = {"region-without-child", 1, "v7.2"},
	[REGION_WITH_CHILD] = {"region-with-child", -4, "v6.4"},
	[REGION_WITH_OTHER_CHILD] = {"region-with-other-child", 0, ""},
	[TARGET_TYPE_ACCELERATOR] = {"target-type-accelerator", 1, "v5.12"},
	[TARGET_TYPE_EXPANDER] = {"target-type-expander", 0, "v5.12"},
	[DRIVER_ATTACHES_NONE] = {"driver-attaches-none", -8, "v5.12"},
	[MODULE_IMPORTS_ATTACH] = {"module-imports-attach", 2, "v7.2"},
	[MODULE_USES_IMPORTER] = {"module-uses-importer", 1, "v7.2"},
	[MODULE_ADDS_MEMDEVS] = {"module-adds-memdevs", 1, ""},
	[MODULE_IMPORTS_NO_ATTACH] = {"module-imports-no-attach", -2, "v7.2"},
	[MODULE_HOLDS_CXL_MEM] = {"module-holds-cxl-mem", 0, "v5.12"},
	[HOST_MATCHES_PROVIDER] = {"host-matches-provider", 0, ""},
	[HOST_BOUND] = {"host-bound", 0, ""},
	[HOST_UNBOUND] = {"host-unbound", -DECIDES_ALONE, "v7.2"},
	[HOST_HAS_CXL_MEMORY] = {"host-has-cxl-memory", 0, ""},
	[PROBE_DEFERRED] = {"probe-deferred", 0, ""},
	[NO_PORT_ABOVE] = {"no-port-above", 0, ""},
	[DECODER_COMMITTED] = {"decoder-committed", 0, ""},
	[DECODER_INTERLEAVED] = {"decoder-interleaved", 0, ""},
	[NO_DECODER_COMMITTED] = {"no-decoder-committed", 0, ""},
};

const struct signal_row *signal_row(enum signal signal)
{
	return &rows[signal];
}
