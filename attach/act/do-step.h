/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_ACT_DO_STEP_H
#define ATTACH_ACT_DO_STEP_H

struct cxl_ctx;
struct step;

/*
 * Who takes the log, line by line and without '\n': what libcxl itself logs (@owner is "libcxl"),
 * and what was done by functions that do not log (@owner is "cxl")
 */
struct step_log {
	void (*line)(void *data, const char *owner, const char *function, const char *text);
	void *data;
};

/* What libcxl is to enumerate before it is known which step comes next */
enum prepare {
	PREPARE_NOTHING,
	PREPARE_MEMDEVS,
	PREPARE_PORTS, /* memdevs, buses, ports and endpoints */
};

/**
 * step_prepare() - let libcxl enumerate what there is, for the step_do() that comes next
 * @what: what that step is going to operate on; where it is about something else, it enumerates
 * that
 * @log: as in step_do(); has to outlive the result
 *
 * Enumerating takes as long as reading the machine for a plan does: a process that is going to do
 * the plan's first step can use the time in which another one makes the plan.
 *
 * Return: what was enumerated, for step_do(); or NULL if that is nothing, or libcxl cannot be used.
 */
struct cxl_ctx *step_prepare(enum prepare what, const struct step_log *log);

/**
 * step_do() - do a step through libcxl; may sleep in the kernel for long, even for ever
 * @prepared: of step_prepare(), not long ago; released. NULL: the step enumerates what it needs
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
int step_do(const struct step *step, struct cxl_ctx *prepared, const struct step_log *log);

#endif
