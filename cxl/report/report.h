/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CXL_REPORT_REPORT_H
#define CXL_REPORT_REPORT_H

#include <stdbool.h>

struct attach_answer;
struct attach_answers;
struct json_object;
struct lock_answer;
struct snapshot_host;
struct snapshot_unattached_host;
struct snapshot_memdev;
struct snapshot_region;
struct snapshot_user;

/*
 * A JSON object about one device. The listings print it or make rows of a table from it. The
 * schemas in Documentation/schema describe it. The caller owns it. With @human, sizes and addresses
 * are texts.
 */

/** report_memdev() - report a memdev, with its regions */
struct json_object *report_memdev(const struct attach_answers *answers,
				  const struct snapshot_memdev *memdev, bool human);

/** report_unattached_host() - report a host without a memdev */
struct json_object *report_unattached_host(const struct attach_answers *answers,
					   const struct snapshot_unattached_host *unattached,
					   bool human);

/** report_add_evidence() - add to @json the evidence from which the attach was inferred */
void report_add_evidence(struct json_object *json, const struct attach_answer *answer);

/**
 * report_absent_host() - report a host for which only the journal shows that @provider attached it
 */
struct json_object *report_absent_host(const struct snapshot_host *host, const char *provider);

/** report_region() - report a region, as a part of report_memdev() */
struct json_object *report_region(const struct attach_answers *answers,
				  const struct snapshot_region *region, bool human);

/**
 * report_lock() - report a region, the reason for its lock, and what the kernel refuses because of
 * it
 */
struct json_object *report_lock(const struct snapshot_region *region,
				const struct lock_answer *lock, bool human);

/** report_attach() - report only the attach of a memdev, for a listing with its other properties */
struct json_object *report_attach(const struct attach_answers *answers,
				  const struct snapshot_memdev *memdev);

/** report_extent() - report a region's name, address and size */
struct json_object *report_extent(const struct snapshot_region *region, bool human);

/** report_owner() - report an attached memdev: name, host, provider and module */
struct json_object *report_owner(const struct snapshot_memdev *memdev);

/** report_user() - report a user of a device */
struct json_object *report_user(const struct snapshot_user *user);

/** report_dependents() - report the devices below a host that are not CXL devices */
struct json_object *report_dependents(const struct snapshot_host *host);

/** report_add_pci() - add to @json the PCI properties of a host, if they were read */
void report_add_pci(struct json_object *json, const struct snapshot_host *host);

/** report_owners() - report the attached memdevs that lock a region */
struct json_object *report_owners(const struct lock_answer *lock);

#endif
