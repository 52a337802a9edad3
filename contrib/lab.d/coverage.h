/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Included in front of each file of the build of `contrib/lab coverage`: what a child process has
 * executed counts, too. libgcov writes its counts where a process ends by exit(), and not by
 * _exit().
 */
#ifndef CONTRIB_LAB_D_COVERAGE_H
#define CONTRIB_LAB_D_COVERAGE_H

#include <unistd.h>

extern void __gcov_dump(void);

#define _exit(status) (__gcov_dump(), _exit(status))

#endif
