# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Tests of fleet/ without a guest, in a Debian root that has Prometheus, Ansible and systemd. The checkout's
# packages are installed and purged in that root.

# fleet_tests NAME...: run the scripts of these names in test/fleet; prints TAP
fleet_tests() {
	local tools=$userland fleet
	setup_untested_packages
	setup_userland fleet
	fleet=$userland userland=$tools
	"$LAB_DIR/in-root" "$fleet" --overlay --ro "$LAB_SRC" /src --ro "$packages" /usr/local -- \
		env SOURCE=/src /src/test/fleet/installed "$@"
}
