#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Two devices were removed one after the other. attach-memdev reattaches them, and gives up while the kernel is still at
# work for one of them. The process that is left behind restores the settings, and nothing relies on them meanwhile. At
# whatever moment that happens, drivers bind by themselves again, and nothing is lost.
# shellcheck source=test/vm/guest.sh
. "$SOURCE/test/vm/guest.sh"

autoprobe=/sys/bus/pci/drivers_autoprobe
state() { "$CXL" list-attach --all | jq -c 'map([.host, .attach, .provider, .regions[].resource]) | sort'; }
whole=$(state)
mapfile -t hosts < <("$CXL" list-attach | jq -r '.[].host' | sort)
memdev() { "$CXL" list-attach | jq -r --arg host "$1" '.[] | select(.host == $host).memdev'; }
is "two are attached" "${#hosts[@]}" 2

off='' lost='' wrong='' seen=0
for milliseconds in 001 002 004 006 009 013 018 025 035 050 070 100; do
	for host in "${hosts[@]}"; do
		"$CXL" detach-memdev -f --via pci-remove "$(memdev "$host")" >/dev/null 2>&1
	done
	run "$CXL" attach-memdev --timeout "0.$milliseconds"
	if [[ $err == *"has not returned"* ]]; then
		seen=$((seen + 1))
		# Either the first was given up and the second is not tried, or the first is attached.
		[[ $err == *": not tried: process "* ]] || [ "$(answer '.[0].passed')" = true ] || wrong+=" $milliseconds"
	fi
	# The process that was left behind holds the lock.
	flock /run/cxl/step true
	[ "$(cat $autoprobe)" = 1 ] || off+=" $milliseconds"
	run "$CXL" attach-memdev
	[ "$(state)" = "$whole" ] || lost+=" $milliseconds ($status)"
	[ -z "$(compgen -G '/run/cxl/*.json')" ] || lost+=" $milliseconds (journal)"
done
echo "# given up: $seen times"
is "once it has given up, nothing else is tried" "$wrong" ""
is "drivers bind by themselves again" "$off" ""
is "both were reattached each time" "$lost" ""
check_dmesg
