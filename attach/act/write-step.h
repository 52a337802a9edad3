/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_ACT_WRITE_STEP_H
#define ATTACH_ACT_WRITE_STEP_H

#include <stddef.h>

struct step;

/**
 * step_write() - run a step by writing its file directly, without libcxl
 *
 * This is the only place that operates on a CXL object without libcxl. It is for the exerciser,
 * which needs many steps in a second, in races. It writes the file that libcxl's call would write
 * (step_file()). But it neither enumerates nor waits for the kernel's detach work, as those calls
 * do. detach-memdev and attach-memdev use step_do(), which calls this function only for steps that
 * are not operations on a CXL object.
 *
 * A state that is already as the step would make it is left alone. The function may sleep in the
 * kernel for long, even forever.
 *
 * Return: 0, or the negative errno of open(2), write(2) or libkmod.
 */
int step_write(const struct step *step);

/* The files of steps that are run again and again: they stay open, each for one path */
struct step_files {
	struct step_file {
		char *path;
		int fd;
	} *list;
	size_t count;
};

/**
 * step_write_again() - as step_write(), with files that stay open
 * @files: all zero at first; released with step_files_release()
 *
 * For a process that is the only one to change the state: whether a bind or an unbind is already
 * done is only read if the kernel refuses it.
 */
int step_write_again(struct step_files *files, const struct step *step);
void step_files_release(struct step_files *files);

#endif
