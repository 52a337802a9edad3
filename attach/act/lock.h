/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_ACT_LOCK_H
#define ATTACH_ACT_LOCK_H

struct step;

/*
 * Only one command at a time detaches or reattaches. Two locks in the journal's directory ensure
 * this. "lock" belongs to the command alone. It is free as soon as the command has ended, for any
 * reason. "step" belongs to the command and to the worker that runs its steps (worker.h). A step
 * that does not return from the kernel holds this lock until it does, even if the command has
 * ended. No other command waits for the locks. It reports the holder instead.
 */
struct command_lock {
	int command, step; /* file descriptors */
};

/**
 * command_lock() - prevent other processes from detaching and reattaching
 * @lock: released with command_unlock() if the result is 0
 * @why: set to the reason if the result is not 0, a new string that the caller frees
 *
 * Settings that a killed command left behind are restored (settings.h). The function waits at most
 * one second for the worker of such a command.
 *
 * Return: 0, or a negative errno: -EWOULDBLOCK if another command or its step holds the lock.
 */
int command_lock(struct command_lock *lock, char **why);
void command_unlock(struct command_lock *lock);

/**
 * command_lock_note() - record the step that this process is about to run
 * @lock: from command_lock.step
 * @step: NULL: none yet
 */
void command_lock_note(int lock, const struct step *step);

#endif
