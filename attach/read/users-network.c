// SPDX-License-Identifier: LGPL-2.1-only
#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attach/model/snapshot.h"
#include "attach/read/user-search.h"
#include "attach/read/users-network.h"
#include "util/cleanup.h"
#include "util/unread.h"

static const char *find_interface(const struct user_search *search, const char *name)
{
	const struct snapshot *snapshot = search->snapshot;

	for (size_t i = 0; i < snapshot->nr_memdevs; i++) {
		const struct snapshot_host *host = &snapshot->memdevs[i].host;

		for (size_t j = 0; j < host->nr_dependents; j++) {
			if (strcmp(host->dependents[j].subsystem, "net") == 0 &&
			    strcmp(host->dependents[j].name, name) == 0)
				return host->dependents[j].name;
		}
	}
	return NULL;
}

/* The list has an interface once without an IP address (AF_PACKET), and once with each address. */
static void read_interface(struct user_search *search, const struct ifaddrs *address)
{
	const char *device = find_interface(search, address->ifa_name);
	int family = address->ifa_addr ? address->ifa_addr->sa_family : AF_UNSPEC;
	char text[NI_MAXHOST];

	if (!device)
		return;
	if (family != AF_INET && family != AF_INET6) {
		if (address->ifa_flags & IFF_UP)
			user_search_add(search, device, "up", NULL, 0);
		return;
	}
	if (getnameinfo(address->ifa_addr,
			family == AF_INET ? sizeof(struct sockaddr_in)
					  : sizeof(struct sockaddr_in6),
			text, sizeof(text), NULL, 0, NI_NUMERICHOST) == 0)
		user_search_add(search, device, "address", text, 0);
}

/* The addresses of a machine in a directory are in no file. */
static void read_interfaces(struct user_search *search)
{
	struct ifaddrs *addresses = NULL;

	if (search->snapshot->root.elsewhere || getifaddrs(&addresses) < 0)
		return;
	for (const struct ifaddrs *at = addresses; at; at = at->ifa_next)
		read_interface(search, at);
	freeifaddrs(addresses);
}

/* Parse a default route and its interface: the kernel has a format for each address family. */
static bool is_default_ipv4(const char *line, char *name)
{
	int matched = 0;

	return sscanf(line, "%15s 00000000 %*s %*s %*s %*s %*s 00000000 %n", name, &matched) == 1 &&
	       matched > 0;
}

static bool is_default_ipv6(const char *line, char *name)
{
	return sscanf(line, "00000000000000000000000000000000 00 %*s %*s %*s %*s %*s %*s %*s %15s",
		      name) == 1;
}

static void read_routes(struct user_search *search, const char *path, const char *family,
			bool (*is_default)(const char *line, char *name))
{
	FILE *routes = root_fopen(search->snapshot->root, path);
	_cleanup_free_ char *line = NULL;
	size_t size = 0;

	while (routes && getline(&line, &size, routes) >= 0) {
		char name[IF_NAMESIZE] = "";
		const char *device = is_default(line, name) ? find_interface(search, name) : NULL;

		if (device)
			user_search_add(search, device, "default-route", family, 0);
	}
	if (routes) {
		unread_end(routes);
		fclose(routes);
	}
}

void users_read_network(struct user_search *search)
{
	if (!user_search_has_dependent(search, "net"))
		return;
	read_interfaces(search);
	read_routes(search, "/proc/net/route", "IPv4", is_default_ipv4);
	read_routes(search, "/proc/net/ipv6_route", "IPv6", is_default_ipv6);
}
