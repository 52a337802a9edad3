/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_VERIFY_SPLAT_H
#define ATTACH_VERIFY_SPLAT_H

#include <stdbool.h>
#include <stddef.h>

struct observed_line;

/*
 * Kernel reports: where each one begins and ends in the kernel log, and a signature that tells bugs
 * apart by where they happened. Pure.
 */

struct splat {
	const char *kind; /* of its first line: kmsg_splat() */
	char *function;	  /* where it happened; NULL if the report does not say */
	/*
	 * Kind, function, and the nearest functions of CXL's modules that called it, such as "bug
	 * devm_cxl_add_endpoint < cxl_mem_probe < devm_cxl_probe_mem". The same bug twice has the
	 * same signature.
	 */
	char *signature;
	size_t first, count; /* its extent in the log: registers and call trace belong to it */
};

struct splats {
	struct splat *list;
	size_t count;
};

/** splats_find() - find every report in these lines; to be released with splats_release() */
void splats_find(const struct observed_line *log, size_t count, struct splats *splats);

void splats_release(struct splats *splats);

/**
 * splat_is_fatal() - can the process that it happened to have ended with locks held?
 *
 * After an oops the kernel ends the process in the middle of the system call (make_task_dead() in
 * kernel/exit.c), and every process that needs its locks waits forever. A process that is reported
 * as stuck does not come back either.
 */
bool splat_is_fatal(const struct splat *splat);

#endif
