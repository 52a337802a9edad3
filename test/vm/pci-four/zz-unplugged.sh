#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Two devices were removed together, and the first is then unplugged: no rescan finds it again. Each attach-memdev
# reattaches the other device, and says which one is missing. The test comes last, because it takes a device away.
# shellcheck source=test/vm/guest.sh
. "$SOURCE/test/vm/guest.sh"

autoprobe=/sys/bus/pci/drivers_autoprobe
mapfile -t memdevs < <("$CXL" list-attach | jq -r 'sort_by(.host)[:2][].memdev')
mapfile -t hosts < <("$CXL" list-attach | jq -r 'sort_by(.host)[:2][].host')
state() { "$CXL" list-attach --all | jq -c 'map([.host, .attach, .provider, .regions[].resource]) | sort[1:]'; }
whole=$(state)

run "$CXL" detach-memdev --via pci-remove "${memdevs[@]}"
is "two are removed" "$status$(answer '[.checks[] | select(.result != "passed")]')" "0[]"
unplug "${hosts[0]}"
for time in "first time" again; do
	run "$CXL" attach-memdev
	is "$time: failed" "$status" 1
	like "$time: which one is missing, is said" "$err" "cxl attach-memdev: provider-bound: ${hosts[0]} is not there"
	is "$time: all others are attached" "$(state)" "$whole"
	is "$time: the missing one stays in the journal" "$(jq -r '.hosts[0].host' /run/cxl/*.json)" "${hosts[0]}"
	is "$time: autoprobe is as it was" "$(cat $autoprobe)" 1
done
check_dmesg_unplugged
