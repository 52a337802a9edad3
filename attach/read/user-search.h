/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_READ_USER_SEARCH_H
#define ATTACH_READ_USER_SEARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct snapshot;
struct stat;

/* For those who read users: the files in /dev that they look for, and what they find */

/* A file in /dev that belongs to a device of interest, or to one that is made of it */
struct user_node {
	const char *device; /* the device of interest */
	dev_t number;
	bool block;
};

struct user_search {
	struct snapshot *snapshot;
	struct user_node *nodes;
	size_t nr_nodes;
	size_t nr_of_core; /* so many of them are memdevs' own: whoever opens one uses cxl_core */
	size_t nr_unmappable; /* so many of them no process can map */
	pid_t self;	      /* whose own files do not count */
};

/** user_search_add() - add a user to the snapshot: see struct snapshot_user; @what is copied */
void user_search_add(struct user_search *search, const char *device, const char *kind,
		     const char *what, uint64_t pid);

/** user_search_add_node() - look for a file, of which sysfs says @dev: "8:0"; anything else is none
 */
void user_search_add_node(struct user_search *search, const char *device, const char *dev,
			  bool block);

/** user_search_node() - which of them that file is; NULL: none */
const struct user_node *user_search_node(const struct user_search *search,
					 const struct stat *status);

/** user_search_has_dependent() - has any host a dependent of that subsystem: "net", "block"? */
bool user_search_has_dependent(const struct user_search *search, const char *subsystem);

#endif
