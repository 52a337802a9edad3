/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CXL_LAB_RACE_H
#define CXL_LAB_RACE_H

#include <linux/types.h>

/*
 * A bug for those who look for races: the driver does not expect that a CXL device loses its driver
 * at the same time. The parameter "race" is a seed. It decides at which place of the driver, for
 * which kind of CXL device, and for how long. The kernel prints a warning when the race happens.
 */

enum race_place {
	RACE_PROBE_BEGIN,
	RACE_PROBE_END,
	RACE_REMOVE_BEGIN,
	RACE_REMOVE_END,
	NR_RACE_PLACES,
};

/** race_plant() - forget the race that was planted before, and plant another one; 0: none */
int race_plant(u32 seed);

/** race_at() - the driver is at this place */
void race_at(enum race_place place);

#endif
