# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Tests of fleet/ without a guest: in a Debian root that has Prometheus, Ansible and systemd, with what this checkout
# installs in /usr/local.

# fleet_tests NAME...: the scripts of these names in test/fleet, in TAP
fleet_tests() {
	local tools=$userland fleet name rc=0 built
	build_cxl "$userland" ''
	built=$(build_directory "$userland")/$(build_name '').install/usr/local
	setup_userland fleet
	fleet=$userland userland=$tools
	for name; do
		build_run_with "$fleet" --ro "$built" /usr/local -- env SOURCE=/src CXL=/usr/local/bin/cxl \
			"/src/test/fleet/$name.sh" || rc=1
	done
	return "$rc"
}
