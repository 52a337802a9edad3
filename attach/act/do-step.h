/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_ACT_DO_STEP_H
#define ATTACH_ACT_DO_STEP_H

struct step;

/*
 * Who takes the log, line by line and without '\n': what libcxl itself logs (@owner is "libcxl"),
 * and what was done by functions that do not log (@owner is "cxl")
 */
struct step_log {
	void (*line)(void *data, const char *owner, const char *function, const char *text);
	void *data;
};

/**
 * step_do() - do a step through libcxl; may sleep in the kernel for long, even for ever
 * @log: gets libcxl's log, down to its debug messages; NULL: nobody does
 *
 * What the step is about is looked up with libcxl, as it is now, and the step is a call on that
 * object: libcxl's own where it has one, else one of libcxl-attach.h. What is as it should be
 * already is left alone.
 *
 * Return: 0, or a negative errno. libcxl does not always tell what the kernel said: then it is
 * -ENODEV where the device has gone, -EBUSY where another driver has it, else what libcxl returned;
 * and 0 only if afterwards all is as the step should make it.
 */
int step_do(const struct step *step, const struct step_log *log);

#endif
