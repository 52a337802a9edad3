/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CXL_REPORT_EXTEND_LISTING_H
#define CXL_REPORT_EXTEND_LISTING_H

struct attach_answers;
struct json_object;

/**
 * extend_listing() - add what is known about attach to each memdev and region of cxl-cli's listing
 * @listing: what cxl-cli printed; anything else in it stays as it is
 */
void extend_listing(const struct attach_answers *answers, struct json_object *listing);

#endif
