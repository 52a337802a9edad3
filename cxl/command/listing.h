/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CXL_LISTING_H
#define CXL_LISTING_H

#include <argp.h>
#include <stdbool.h>

struct snapshot;
struct snapshot_host;
struct snapshot_memdev;
struct snapshot_port;
struct snapshot_region;
struct table;
struct table_column;

/*
 * What list-attach and list-locked have in common: options, filters, and reading the machine. The
 * filters are cxl-cli's: names or numbers separated by commas or spaces, or "all".
 */

enum listing_form {
	FORM_JSON,
	FORM_TABLE,
	FORM_TREE,
};

struct listing_options {
	const char *command; /* for messages: "cxl list-attach" */
	enum listing_form form;
	const char *columns; /* as given to -o */
	bool all;
	bool human;
	const char *buses; /* filters; NULL: every one */
	const char *memdevs;
	const char *regions;
	const char *hosts;
	const char *providers;
};

/* The options, to be a child of a command's own; its input is a struct listing_options. */
extern const struct argp listing_argp;

/** listing_matches() - is @name, or @name without @prefix, in the list @filter? */
bool listing_matches(const char *filter, const char *prefix, const char *name);

/** listing_matches_bus() - is the bus that @port lies under wanted? */
bool listing_matches_bus(const struct listing_options *options, const struct snapshot_port *port);

/** listing_matches_host() - are the host and its driver, which may be @provider, wanted? */
bool listing_matches_host(const struct listing_options *options, const struct snapshot_host *host,
			  const char *provider);

/** listing_matches_memdev() - does the memdev pass every filter? */
bool listing_matches_memdev(const struct listing_options *options,
			    const struct snapshot_memdev *memdev);

/** listing_matches_region() - does the region pass every filter? */
bool listing_matches_region(const struct listing_options *options,
			    const struct snapshot_region *region);

/** listing_is_filtered() - is any filter given? */
bool listing_is_filtered(const struct listing_options *options);

/** listing_take_snapshot() - read the machine, saying on stderr what went wrong; 0 or -errno */
int listing_take_snapshot(const struct listing_options *options, struct snapshot *snapshot);

/** listing_check_name() - end the program with wrong usage unless @name is @prefix and a number */
void listing_check_name(const char *name, const char *prefix, const struct argp_state *state);

/** listing_table() - a table of the chosen columns, or NULL, having said which does not exist */
struct table *listing_table(const struct listing_options *options,
			    const struct table_column *columns, const char *standard);

/** listing_end() - the exit status of a listing whose printing returned @rc, which is said */
int listing_end(const struct listing_options *options, int status, int rc);

#endif
