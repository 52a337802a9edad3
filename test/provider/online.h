/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CXL_LAB_ONLINE_H
#define CXL_LAB_ONLINE_H

struct device;
struct range;

/*
 * lab_online() - give a range to the kernel as system RAM; no dax device has to do with it
 *
 * Whether its blocks are online at once is the kernel's parameter memhp_default_state. Return: 0 or
 * a negative errno.
 */
int lab_online(struct device *dev, const struct range *range);

/* lab_offline() - take it back; if it is in use it stays, and a warning says so */
void lab_offline(const struct range *range);

#endif
