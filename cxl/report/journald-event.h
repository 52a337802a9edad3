/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CXL_REPORT_JOURNALD_EVENT_H
#define CXL_REPORT_JOURNALD_EVENT_H

struct json_object;

/**
 * journald_event() - write one change to systemd-journald, as an entry with fields
 * @fd: from journald_open()
 * @line: what --follow prints for the change; its report may be an earlier one
 *
 * Return: 0 or a negative errno.
 */
int journald_event(int fd, struct json_object *line);

#endif
