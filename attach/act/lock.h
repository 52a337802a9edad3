/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_ACT_LOCK_H
#define ATTACH_ACT_LOCK_H

struct step;

/*
 * One command at a time detaches and reattaches. Two locks in the journal's directory see to that:
 * "lock" belongs to the command alone, and is free as soon as the command has ended, however that
 * was. "step" belongs to the command and to the worker that does its steps (worker.h): a step that
 * the kernel does not return from holds it until it does, whatever became of the command. No other
 * command waits for that; it says who has the lock.
 */
struct command_lock {
	int command, step; /* file descriptors */
};

/**
 * command_lock() - keep other processes from detaching and reattaching
 * @lock: released with command_unlock() if 0 was returned
 * @why: set to a new string that the caller frees, where that is not possible
 *
 * Settings that a command which was killed has left behind are put back (settings.h). It waits for
 * the worker of such a command for a second at most.
 *
 * Return: 0, or a negative errno: -EWOULDBLOCK if another command is at work, or a step of it is.
 */
int command_lock(struct command_lock *lock, char **why);
void command_unlock(struct command_lock *lock);

/**
 * command_lock_note() - say which step this process is about to do
 * @lock: as of command_lock.step
 * @step: NULL: none yet
 */
void command_lock_note(int lock, const struct step *step);

#endif
