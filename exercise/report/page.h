/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef EXERCISE_REPORT_PAGE_H
#define EXERCISE_REPORT_PAGE_H

struct json_object;

/**
 * page_write() - write a summary as a page of HTML: the matrix of every two actors, and the
 * findings
 * @summary: by summarize_log(); its log may be anything
 *
 * Return: 0, or a negative errno as replace_file().
 */
int page_write(struct json_object *summary, const char *path);

#endif
