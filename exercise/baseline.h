/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef EXERCISE_BASELINE_H
#define EXERCISE_BASELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "attach/model/expected.h"
#include "attach/model/snapshot.h"
#include "attach/reason/evidence.h"
#include "exercise/surroundings.h"
#include "util/iomem.h"
#include "util/sysfs-files.h"

struct checks;
struct observed;

/*
 * The machine before the first trial, which every trial is to restore, and the latest observation,
 * which is compared with it.
 */
struct baseline {
	char *host;		  /* of the memdev; the memdev's own name may change */
	struct snapshot first;	  /* the baseline */
	struct snapshot last;	  /* the latest observation; the next one reads what can change */
	struct sysfs_files files; /* kept open for the next observation */
	struct attach_answers answers;
	struct surroundings surroundings;
	struct iomem iomem;
	struct expected_host *hosts; /* what is expected of each provider */
	size_t nr_hosts;
	uint64_t nr_observations; /* of the addresses */
};

/**
 * baseline_open() - observe the machine, as the baseline
 * @host: of the memdev that is to be detached
 *
 * Return: 0; -ENODEV if that host has no memdev; or another negative errno. Where it is not 0,
 * there is nothing to close.
 */
int baseline_open(struct baseline *baseline, const char *host);
void baseline_close(struct baseline *baseline);

/**
 * baseline_renew() - observe the machine anew, as the baseline
 *
 * Return: 0; or as baseline_open(), and the baseline is what it was.
 */
int baseline_renew(struct baseline *baseline);

/** baseline_memdev() - the memdev that is detached, as it was in the baseline */
const struct snapshot_memdev *baseline_memdev(const struct baseline *baseline);

/**
 * baseline_observe() - observe the machine now, as the latest observation
 * @iomem: filled with the addresses, and every so often with their mappings; the caller releases
 *         it. NULL: the addresses are not read.
 *
 * Return: 0 or a negative errno.
 */
int baseline_observe(struct baseline *baseline, struct iomem *iomem);

/**
 * baseline_driver_now() - the driver of a host at the latest observation
 *
 * Return: its name, a new string that the caller frees; or NULL if it has none.
 */
char *baseline_driver_now(const struct baseline *baseline, const struct snapshot_host *host);

/** baseline_is_restored() - is the latest observation as the baseline, with the same names? */
bool baseline_is_restored(const struct baseline *baseline);

/**
 * baseline_is_equivalent() - as baseline_is_restored(), with whatever numbers in the names
 * @observed: the kernel's events and log since the trial began
 * @checks: filled with what was compared; released with checks_release()
 */
bool baseline_is_equivalent(const struct baseline *baseline, const struct observed *observed,
			    struct checks *checks);

#endif
