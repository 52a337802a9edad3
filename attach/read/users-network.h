/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_READ_USERS_NETWORK_H
#define ATTACH_READ_USERS_NETWORK_H

struct user_search;

/**
 * users_read_network() - find network interfaces of the hosts that are up, have an address or a
 * default route
 */
void users_read_network(struct user_search *search);

#endif
