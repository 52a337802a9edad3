/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_ACT_DO_STEP_H
#define ATTACH_ACT_DO_STEP_H

struct cxl_ctx;
struct step;

/*
 * The receiver of the log, line by line and without '\n'. It gets what libcxl itself logs (@owner
 * is "libcxl"), and the calls of functions that do not log (@owner is "cxl").
 */
struct step_log {
	void (*line)(void *data, const char *owner, const char *function, const char *text);
	void *data;
};

/* What libcxl enumerates before the next step is known */
enum prepare {
	PREPARE_NOTHING,
	PREPARE_MEMDEVS,
	PREPARE_PORTS, /* memdevs, buses, ports and endpoints */
};

/**
 * step_prepare() - let libcxl enumerate devices for the next step_do()
 * @what: the kind of object of that step; a step on another kind enumerates that itself
 * @log: as in step_do(); must outlive the result
 *
 * Enumerating takes as long as reading the machine for a plan. A process that will run the plan's
 * first step can enumerate while another process makes the plan.
 *
 * Return: the context, for step_do(); or NULL if nothing was enumerated, or if libcxl cannot be
 * used.
 */
struct cxl_ctx *step_prepare(enum prepare what, const struct step_log *log);

/**
 * step_do() - run a step through libcxl; may sleep in the kernel for long, even forever
 * @prepared: from a recent step_prepare(); released. NULL: the step enumerates what it needs
 * @log: gets libcxl's log, including its debug messages; NULL: no log
 *
 * The object of the step is looked up with libcxl, in its current state. The step is a call on that
 * object: a call of libcxl itself, or otherwise one of libcxl-attach.h. A state that is already as
 * the step would make it is left alone.
 *
 * Return: 0, or a negative errno. libcxl does not always return the error of the kernel. In that
 * case this function returns -ENODEV if the device is gone, -EBUSY if another driver is bound to
 * it, or otherwise libcxl's error. It returns 0 only if afterwards the state is as the step should
 * make it.
 */
int step_do(const struct step *step, struct cxl_ctx *prepared, const struct step_log *log);

#endif
