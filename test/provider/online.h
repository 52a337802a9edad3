/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CXL_LAB_ONLINE_H
#define CXL_LAB_ONLINE_H

struct device;
struct range;

/*
 * lab_online() - give a range to the kernel as system RAM, without a dax device
 *
 * The kernel's parameter memhp_default_state determines whether its blocks are online at once.
 * Return: 0 or a negative errno.
 */
int lab_online(struct device *dev, const struct range *range);

/* lab_offline() - take the range back; if it is in use, it stays, with a warning */
void lab_offline(const struct range *range);

#endif
