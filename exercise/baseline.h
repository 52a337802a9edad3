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
 * The machine before the first trial, which every trial must restore, and the latest observation,
 * which is compared with it.
 */
struct baseline {
	char *host;	       /* the memdev's host; the name of the memdev itself may change */
	struct snapshot first; /* the baseline */
	struct snapshot last;  /* the latest observation; the next one reads only what can change */
	struct sysfs_files files;     /* kept open for the next observation */
	struct iomem_again addresses; /* at the latest observation of them */
	struct attach_answers answers;
	struct surroundings surroundings;
	struct iomem iomem;
	struct expected_host *hosts; /* the expectation for each provider */
	size_t nr_hosts;
	uint64_t nr_alone; /* the trials of an actor alone until now */
	bool whole;	   /* observations read everything: see baseline_begin_trial() */
	bool all_counted;  /* the machine was one on which they need not */
};

/**
 * baseline_open() - observe the machine, as the baseline
 * @host: the host of the memdev that will be detached
 *
 * Return: 0; -ENODEV if that host has no memdev; or another negative errno. After an error there is
 * nothing to close.
 */
int baseline_open(struct baseline *baseline, const char *host);
void baseline_close(struct baseline *baseline);

/**
 * baseline_renew() - observe the machine again, as the new baseline
 *
 * Return: as baseline_open(). After an error the baseline is unchanged.
 */
int baseline_renew(struct baseline *baseline);

/** baseline_memdev() - return the memdev to detach, as it was in the baseline */
const struct snapshot_memdev *baseline_memdev(const struct baseline *baseline);

/**
 * baseline_begin_trial() - decide how much the observations of the next trial read
 * @alone: one actor detaches and reattaches, and is judged after both
 * @last: no trial may follow
 *
 * The kernel needs a large part of a trial's time to print every attribute. What it tells by other
 * means is therefore only read in the first trial of an actor alone, in every 16th one, in the
 * last, and in all trials of several actors. This concerns what snapshot_take_again() takes for
 * granted, and the kernel's mappings. A decoder or mapping that is wrong stays so, and a later
 * observation finds it.
 */
void baseline_begin_trial(struct baseline *baseline, bool alone, bool last);

/** baseline_whole() - let all observations read everything, until the next trial */
void baseline_whole(struct baseline *baseline);

/** enum addresses - whether an observation includes the owners of physical addresses */
enum addresses { WITHOUT_ADDRESSES, WITH_ADDRESSES };

/**
 * baseline_observe() - observe the machine now, as the latest observation
 *
 * With the addresses, a whole observation has the kernel's mappings in baseline.addresses, too.
 *
 * Return: 0 or a negative errno.
 */
int baseline_observe(struct baseline *baseline, enum addresses addresses);

/**
 * baseline_driver_now() - return the driver of a host at the latest observation
 *
 * Return: its name, a new string that the caller frees; NULL if the host has no driver.
 */
char *baseline_driver_now(const struct baseline *baseline, const struct snapshot_host *host);

/**
 * baseline_is_restored() - test whether the latest observation equals the baseline, with its names
 */
bool baseline_is_restored(const struct baseline *baseline);

/**
 * baseline_is_equivalent() - as baseline_is_restored(), but the numbers in names may differ
 * @observed: the kernel's events and log since the trial began
 * @checks: filled with the results of the comparison; released with checks_release()
 */
bool baseline_is_equivalent(const struct baseline *baseline, const struct observed *observed,
			    struct checks *checks);

#endif
