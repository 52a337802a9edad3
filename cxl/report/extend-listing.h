/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CXL_REPORT_EXTEND_LISTING_H
#define CXL_REPORT_EXTEND_LISTING_H

struct attach_answers;
struct json_object;

/**
 * extend_listing() - add the attach state to each memdev and region of cxl-cli's listing
 * @listing: the output of cxl-cli; everything else in it stays unchanged
 */
void extend_listing(const struct attach_answers *answers, struct json_object *listing);

#endif
