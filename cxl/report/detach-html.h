/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CXL_REPORT_DETACH_HTML_H
#define CXL_REPORT_DETACH_HTML_H

struct detach_report;
struct html;
struct reattach_report;

/* What detach-memdev --html writes: as the drawings of detach-draw.h, for a browser */

/** html_detach() - add to the page what was detached, its timeline, and what was verified */
void html_detach(struct html *page, const struct detach_report *report);

/** html_reattach() - add to the page how it was reattached */
void html_reattach(struct html *page, const struct reattach_report *report);

#endif
