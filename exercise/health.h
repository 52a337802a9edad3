/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef EXERCISE_HEALTH_H
#define EXERCISE_HEALTH_H

#include <stdint.h>

struct outcome;
struct snapshot_memdev;

/*
 * The administrator's command (--check), which must succeed after each reattach. It can, for
 * example, write to the memory and read it back. No other text is run by a shell. The names of
 * devices reach the command in its environment, and never as a part of its text.
 */

/**
 * health_check() - run the command, and add a finding to @outcome if it fails
 * @command: for sh -c; NULL: nothing is checked
 * @memdev: the source of MEMDEV, HOST and REGION in the command's environment
 * @limit_us: the time that the command may take; then it is killed, with all processes of its group
 *
 * A command that does not end after it was killed is stuck in the kernel. The caller must then
 * stop.
 *
 * Return: 0, or a negative errno if the command could not be run.
 */
int health_check(const char *command, const struct snapshot_memdev *memdev, uint64_t limit_us,
		 struct outcome *outcome);

#endif
