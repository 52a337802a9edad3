/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_VERIFY_SPLAT_H
#define ATTACH_VERIFY_SPLAT_H

#include <stdbool.h>
#include <stddef.h>

struct observed_line;

/*
 * Kernel reports: the beginning and the end of each report in the kernel log, and a signature that
 * distinguishes bugs by where they happened. Pure.
 */

struct splat {
	const char *kind; /* the kind of its first line: kmsg_splat() */
	char *function; /* the function in which it happened; NULL if the report does not show it */
	/*
	 * The kind, the function, and its nearest callers among the functions of CXL's modules,
	 * such as "bug devm_cxl_add_endpoint < cxl_mem_probe < devm_cxl_probe_mem". The same bug
	 * always has the same signature.
	 */
	char *signature;
	size_t first, count; /* its extent in the log, which includes registers and call trace */
};

struct splats {
	struct splat *list;
	size_t count;
};

/** splats_find() - find every report in these lines; released with splats_release() */
void splats_find(const struct observed_line *log, size_t count, struct splats *splats);

void splats_release(struct splats *splats);

/**
 * splat_is_fatal() - test whether the reporting process can have ended while it held locks
 *
 * After an oops the kernel ends the process in the middle of the system call (make_task_dead() in
 * kernel/exit.c). Every process that needs one of its locks then waits forever. A process that is
 * reported as stuck does not return either.
 */
bool splat_is_fatal(const struct splat *splat);

#endif
