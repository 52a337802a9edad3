/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CXL_REPORT_H
#define CXL_REPORT_H

#include <stdbool.h>

struct attach_answers;
struct json_object;
struct lock_answer;
struct snapshot_host;
struct snapshot_unattached_host;
struct snapshot_memdev;
struct snapshot_region;
struct snapshot_user;

/*
 * What is known about one object, as the JSON object that the listings print or make a row of a
 * table of; the schemas in Documentation/schema say what is in it. The caller owns what is
 * returned. With @human, sizes and addresses are texts.
 */

/** report_memdev() - a memdev, with its regions and the evidence */
struct json_object *report_memdev(const struct attach_answers *answers,
				  const struct snapshot_memdev *memdev, bool human);

/** report_lone_host() - a host without a memdev, likewise */
struct json_object *report_lone_host(const struct attach_answers *answers,
				     const struct snapshot_unattached_host *unattached, bool human);

/** report_absent_host() - a host of which only the journal knows that @provider attached it */
struct json_object *report_absent_host(const struct snapshot_host *host, const char *provider);

/** report_region() - a region as a memdev's listing has it */
struct json_object *report_region(const struct attach_answers *answers,
				  const struct snapshot_region *region, bool human);

/** report_lock() - a region with why it is locked, and what follows from that */
struct json_object *report_lock(const struct snapshot_region *region,
				const struct lock_answer *lock, bool human);

/** report_attach() - what is known about a memdev's attach, to be part of another listing of it */
struct json_object *report_attach(const struct attach_answers *answers,
				  const struct snapshot_memdev *memdev);

/** report_place() - a region's name, address and size */
struct json_object *report_place(const struct snapshot_region *region, bool human);

/** report_owner() - an attached memdev: name, host, provider and module */
struct json_object *report_owner(const struct snapshot_memdev *memdev);

/** report_user() - who uses which device: snapshot_read_users() */
struct json_object *report_user(const struct snapshot_user *user);

/** report_dependents() - what else hangs below a host: snapshot_read_dependents() */
struct json_object *report_dependents(const struct snapshot_host *host);

/** report_owners() - the attached memdevs that are why a region is locked */
struct json_object *report_owners(const struct lock_answer *lock);

#endif
