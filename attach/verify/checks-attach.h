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
 * When a provider is bound again, its region is as before, because a locked region leaves its
 * decoders committed. Pure: compares the observations with the expectations.
 */

/**
 * checks_of_attach() - make every check of a reattach; released with checks_release()
 * @after: NULL if nothing was observed afterwards, as when a step has not returned
 */
void checks_of_attach(const struct expected_host *hosts, size_t nr_hosts,
		      const struct snapshot *after, const struct observed *observed,
		      struct checks *checks);

/**
 * hosts_are_reattached() - test whether no check of a reattach fails, except that of the log
 * @now: NULL if nothing was observed: the hosts then count as not reattached
 */
bool hosts_are_reattached(const struct expected_host *hosts, size_t nr_hosts,
			  const struct snapshot *now);

/**
 * checks_at_rest() - check what must hold after any operation, once the kernel is at rest
 * @hosts: with their present drivers
 * @after: the present machine; the drivers in it are not used
 *
 * Either everything that a provider registered exists, or nothing of it is left.
 */
void checks_at_rest(const struct expected_host *hosts, size_t nr_hosts,
		    const struct observation *after, struct checks *checks);

#endif
