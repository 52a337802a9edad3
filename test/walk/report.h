/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TEST_WALK_REPORT_H
#define TEST_WALK_REPORT_H

#include <stdbool.h>
#include <stddef.h>

struct kmsg;

/* The new reports in the kernel log since the last reading */
struct kernel_reports {
	bool port_cannot_be_reused;
	bool documented;     /* a report that Documentation/findings describes */
	bool undocumented;   /* another one */
	char signature[256]; /* of the last undocumented report */
};

/* How often the kernel showed each documented bug */
struct kernel_counts {
	size_t ports, reports;
};

/** kernel_reports_read() - read the new records of the log, and count the documented reports */
void kernel_reports_read(struct kmsg *kmsg, struct kernel_counts *counts,
			 struct kernel_reports *reports);

#endif
