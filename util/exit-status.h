/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef UTIL_EXIT_STATUS_H
#define UTIL_EXIT_STATUS_H

/* The exit statuses of every command of this project, as cxl-attach(1) lists them */
enum exit_status {
	EXIT_DONE = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
	EXIT_REFUSED = 3,
	EXIT_NOT_VERIFIED = 4, /* a check of what the kernel did failed or was not made */
	EXIT_CANNOT = 5,       /* this kernel or system cannot do it */
};

#endif
