/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_ACT_WRITE_STEP_H
#define ATTACH_ACT_WRITE_STEP_H

struct step;

/**
 * step_write() - do a step by writing its file directly, without libcxl
 *
 * This is the one place where a CXL object is operated on without libcxl, and it is for the
 * exerciser, which needs many steps a second and races them against one another: it writes the file
 * that libcxl's call would write (step_file()), but neither enumerates nor waits for the kernel's
 * detach work, as those calls do. detach-memdev and attach-memdev use step_do(), which comes here
 * only for what is no operation on a CXL object.
 *
 * What is as it should be already is left alone. May sleep in the kernel for long, even for ever.
 *
 * Return: 0, or a negative errno: what open(2), write(2) or libkmod said.
 */
int step_write(const struct step *step);

#endif
