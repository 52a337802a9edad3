#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Two accelerators are removed from the PCI bus, in either order, by one command or by two, and the reattach is killed at
# each point. Each accelerator gets its own driver again, and drivers_autoprobe is as the administrator has it. A rescan
# alone would give the accelerators to cxl_pci.
# shellcheck source=test/vm/guest.sh
. "$SOURCE/test/vm/guest.sh"

autoprobe=/sys/bus/pci/drivers_autoprobe
mapfile -t hosts < <("$CXL" list-attach | jq -r '.[].host')
is "there are two accelerators" "${#hosts[@]}" 2

state() {
	"$CXL" list-attach | jq -c 'map(del(.memdev, .id, .endpoint, .port, .bus, .detached_by) |
		.regions |= map(del(.region))) | sort_by(.host)'
}
# settings: print what a rescan could change
settings() {
	cat $autoprobe
	for host in "${hosts[@]}"; do cat "/sys/bus/pci/devices/$host/driver_override"; done
}
mem() { "$CXL" list-attach --host "$1" | jq -r '.[0].memdev'; }
# removed WHAT HOST...: one command removes these hosts
removed() {
	local memdevs=()
	for host in "${@:2}"; do memdevs+=("$(mem "$host")"); done
	run "$CXL" detach-memdev -f --via pci-remove "${memdevs[@]}"
	is "$1: removed" "$status" 0
}
# back WHAT NAME...: these are reattached
back() {
	run "$CXL" attach-memdev "${@:2}"
	is "$1: reattached" "$status" 0
}
as_it_was() {
	is "$1: everything is as it was" "$(state)" "$whole"
	is "$1: the settings, too" "$(settings)" "$set"
	is "$1: nothing is written down any more" "$(ls /run/cxl/*.json /run/cxl/settings/* 2>/dev/null)" ""
}

for on in 1 0; do
	echo $on >$autoprobe
	whole=$(state) set=$(settings)
	orders=("${hosts[1]} ${hosts[0]}" "${hosts[0]} ${hosts[1]}")
	points=(step-0 step-2 step-4)
	[ $on -eq 1 ] || orders=("${orders[0]}") points=(step-1)
	for order in "${orders[@]}"; do
		read -ra each <<<"$order"
		what="autoprobe $on, $order"
		removed "$what" "${each[@]}"
		back "$what"
		as_it_was "$what"
		removed "$what, one after the other" "${each[0]}"
		removed "$what, one after the other" "${each[1]}"
		back "$what, one after the other"
		as_it_was "$what, one after the other"
		removed "$what, by name" "${each[0]}"
		removed "$what, by name" "${each[1]}"
		back "$what, by name" "${each[1]}"
		is "$what, by name: one is back" "$(mem "${each[1]}" | grep -c '^mem')" 1
		back "$what, by name" "${each[0]}"
		as_it_was "$what, by name"
	done
	for point in "${points[@]}"; do
		what="autoprobe $on, killed at $point"
		removed "$what" "${hosts[1]}" "${hosts[0]}"
		CXL_TEST_KILL_AT=$point run "$CXL" attach-memdev
		is "$what" "$status" 137
		echo 1 >/sys/bus/cxl/flush
		back "$what"
		as_it_was "$what"
	done
done
echo 1 >$autoprobe
check_dmesg
