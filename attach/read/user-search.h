/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_READ_USER_SEARCH_H
#define ATTACH_READ_USER_SEARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct snapshot;
struct stat;

/*
 * The shared data of the code that reads users: the files in /dev to look for, and the users found
 */

/* A file in /dev that belongs to a device of interest, or to a device that is made of it */
struct user_node {
	const char *device; /* the device of interest */
	dev_t number;
	bool block;
};

struct user_search {
	struct snapshot *snapshot;
	struct user_node *nodes;
	size_t nr_nodes;
	size_t nr_of_core;    /* of memdevs: a process that opens one uses cxl_core */
	size_t nr_unmappable; /* the number of nodes that no process can map */
	pid_t self;	      /* the process whose own files do not count */
};

/** user_search_add() - add a user to the snapshot: see struct snapshot_user; @what is copied */
void user_search_add(struct user_search *search, const char *device, const char *kind,
		     const char *what, uint64_t pid);

/**
 * user_search_add_node() - look for a file; @dev is its number in sysfs: "8:0"
 *
 * A text of another form adds nothing.
 */
void user_search_add_node(struct user_search *search, const char *device, const char *dev,
			  bool block);

/** user_search_node() - return the node that a file is; NULL: none */
const struct user_node *user_search_node(const struct user_search *search,
					 const struct stat *status);

/**
 * user_search_has_dependent() - test whether a host has a dependent of that subsystem: "net",
 * "block"
 */
bool user_search_has_dependent(const struct user_search *search, const char *subsystem);

#endif
