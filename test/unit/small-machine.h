/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TEST_UNIT_SMALL_MACHINE_H
#define TEST_UNIT_SMALL_MACHINE_H

#include "attach/model/snapshot.h"

/*
 * A machine to reason about, linked as snapshot_take() does:
 *
 *	root0 (ACPI0017:00, cxl_acpi)	decoder0.0: region0, region1, region2
 *	  port1 (host bridge)		decoder1.0 maps region0
 *	    endpoint2: mem0		attached by sfc (module sfc) on 0000:11:00.0; region0
 *	    port3 (switch)		decoder3.0 maps region1
 *	      endpoint4: mem1		attached by sfc on 0000:21:00.0; region1
 *	  port5 (host bridge)		decoder5.0 maps region2
 *	    endpoint6: mem2		an expander, bound to cxl_pci on 0000:31:00.0; region2
 */

/** small_machine() - make the machine, without the devices in @without, ended by NULL */
void small_machine(struct snapshot *snapshot, const char *const *without);

#endif
