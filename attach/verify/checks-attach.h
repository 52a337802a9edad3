/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_VERIFY_CHECKS_ATTACH_H
#define ATTACH_VERIFY_CHECKS_ATTACH_H

#include <stdbool.h>
#include <stddef.h>

#include "attach/model/expected.h"
#include "attach/model/observed.h"
#include "attach/verify/checks.h"

struct snapshot;

/*
 * When a provider is bound again, its region is as it was, since a locked region leaves its
 * decoders committed. Pure: compares what is observed with what is expected.
 */

/**
 * checks_of_attach() - every check of a reattach; released with checks_release()
 * @after: NULL if nothing was observed afterwards, as when a step has not returned
 */
void checks_of_attach(const struct expected_host *hosts, size_t nr_hosts,
		      const struct snapshot *after, const struct observed *observed,
		      struct checks *checks);

/**
 * hosts_are_reattached() - does no check of a reattach fail, apart from that of the log?
 * @now: NULL if nothing was observed: then they are not
 */
bool hosts_are_reattached(const struct expected_host *hosts, size_t nr_hosts,
			  const struct snapshot *now);

/**
 * checks_at_rest() - what is true whatever was done, once nothing is going on any more
 * @hosts: with the drivers that they have now
 * @after: the machine as it is now; the drivers in it are not used
 *
 * A provider has all that it registered, or nothing is left of it.
 */
void checks_at_rest(const struct expected_host *hosts, size_t nr_hosts,
		    const struct observation *after, struct checks *checks);

#endif
