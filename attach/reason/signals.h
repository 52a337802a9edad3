/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_REASON_SIGNALS_H
#define ATTACH_REASON_SIGNALS_H

/*
 * The signals that show whether a memdev was registered with an attach method, each with its
 * weight: above 0 for an attach, below 0 against one. Documentation/evidence.md lists the same
 * signals, and explains each weight.
 */

enum signal {
	MEMDEV_ATTACHED,
	MEMDEV_NOT_ATTACHED,
	NO_ATTACH_SUPPORT,
	NO_CLASS_ATTRIBUTES,
	CLASS_ATTRIBUTES,
	MEMDEV_DISABLED,
	REGION_LOCKED,
	REGION_LOCKED_BY_DECODER,
	REGION_NOT_LOCKED,
	REGION_WITHOUT_CHILD,
	REGION_WITH_CHILD,
	REGION_WITH_OTHER_CHILD,
	TARGET_TYPE_ACCELERATOR,
	TARGET_TYPE_EXPANDER,
	DRIVER_ATTACHES_NONE,
	MODULE_IMPORTS_ATTACH,
	MODULE_USES_IMPORTER,
	MODULE_ADDS_MEMDEVS,
	MODULE_IMPORTS_NO_ATTACH,
	MODULE_HOLDS_CXL_MEM,
	HOST_MATCHES_PROVIDER,
	HOST_BOUND,
	HOST_UNBOUND,
	HOST_HAS_CXL_MEMORY,
	PROBE_DEFERRED,
	NO_PORT_ABOVE,
	DECODER_COMMITTED,
	DECODER_INTERLEAVED,
	NO_DECODER_COMMITTED,
	NR_SIGNALS,
};

/*
 * A signal with this weight, for an attach or against one, decides, whatever the other signals are.
 */
#define DECIDES_ALONE 100

struct signal_row {
	const char *name;
	int weight;
	const char
		*since; /* the first kernel that can show it: "v7.1"; "" if that does not matter */
};

/** signal_row() - return the properties of a signal; constant data */
const struct signal_row *signal_row(enum signal signal);

#endif
