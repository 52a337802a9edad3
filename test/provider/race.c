// SPDX-License-Identifier: GPL-2.0-only
#include <linux/atomic.h>
#include <linux/delay.h>
#include <linux/device.h>
#include <linux/jhash.h>
#include <linux/notifier.h>
#include <linux/printk.h>
#include <linux/string.h>

#include "cxl.h"
#include "race.h"

#define LEAST_US 50
#define MOST_US 1000

static const char *const places[NR_RACE_PLACES] = {
	[RACE_PROBE_BEGIN] = "at the beginning of probe",
	[RACE_PROBE_END] = "at the end of probe",
	[RACE_REMOVE_BEGIN] = "at the beginning of remove",
	[RACE_REMOVE_END] = "at the end of remove",
};

/* The beginnings of the names of CXL devices that have drivers */
static const char *const kinds[] = {"mem", "endpoint", "port", "region"};

static struct {
	bool planted;
	enum race_place place;
	const char *kind;
	unsigned int us;
} race;

static atomic_t unbound; /* how often a device of that kind has lost its driver */

static int on_bus(struct notifier_block *block, unsigned long action, void *data)
{
	struct device *dev = data;

	if (action == BUS_NOTIFY_UNBOUND_DRIVER && strstarts(dev_name(dev), race.kind))
		atomic_inc(&unbound);
	return NOTIFY_OK;
}

static struct notifier_block listener = {.notifier_call = on_bus};

int race_plant(u32 seed)
{
	int rc;

	if (race.planted)
		bus_unregister_notifier(&cxl_bus_type, &listener);
	race.planted = false;
	if (!seed)
		return 0;
	race.place = jhash_2words(seed, 0, 0) % NR_RACE_PLACES;
	race.kind = kinds[jhash_2words(seed, 1, 0) % ARRAY_SIZE(kinds)];
	race.us = LEAST_US + jhash_2words(seed, 2, 0) % (MOST_US - LEAST_US);
	rc = bus_register_notifier(&cxl_bus_type, &listener);
	if (rc)
		return rc;
	race.planted = true;
	pr_info("a race is planted: %s, with a %s that loses its driver, for %u us\n",
		places[race.place], race.kind, race.us);
	return 0;
}

void race_at(enum race_place place)
{
	int before;

	if (!race.planted || place != race.place)
		return;
	before = atomic_read(&unbound);
	usleep_range(race.us, race.us + 1);
	WARN(atomic_read(&unbound) != before, "a %s has lost its driver %s\n", race.kind,
	     places[place]);
}
