/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef EXERCISE_HEALTH_H
#define EXERCISE_HEALTH_H

#include <stdint.h>

struct outcome;
struct snapshot_memdev;

/*
 * What has to hold after each return: a command of the administrator's (--check), such as one that
 * writes to the memory and reads it back. It is the only thing here that a shell runs; the names of
 * devices reach it in its environment, and never as a part of its text.
 */

/**
 * health_check() - run the command, and note in @outcome if it fails
 * @command: for sh -c; NULL: nothing is checked
 * @memdev: MEMDEV, HOST and REGION of the command's environment
 * @limit_us: how long it may take; then it is killed, with all that it has started
 *
 * A command that does not even end then is stuck in the kernel: nothing more is to be done.
 *
 * Return: 0, or a negative errno if it could not be run.
 */
int health_check(const char *command, const struct snapshot_memdev *memdev, uint64_t limit_us,
		 struct outcome *outcome);

#endif
