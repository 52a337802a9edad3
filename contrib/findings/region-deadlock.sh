#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A process that reads a region, and one that assembles it, wait for each other.
#
# Guest: --timeout 300
driver=/sys/bus/platform/drivers/cxl_mock_accel
host=$(basename $driver/cxl_type2*)

# round: unbind and bind without end
round() {
	while :; do
		echo "$host" >$driver/unbind
		echo "$host" >$driver/bind
		echo "$((++rounds))" >/tmp/rounds
	done
}
# look: read the address of each region without end
look() {
	while :; do
		for region in 0 1 2; do read -r _ </sys/bus/cxl/devices/region$region/resource; done
	done
}

# trial: print whether no round ends for eight seconds; then end the readers, which ends the deadlock
trial() {
	local before=none still=0 seconds rounds readers=()
	for _ in 1 2; do
		look 2>/dev/null &
		readers+=($!)
	done
	for ((seconds = 0; seconds < 20 && still < 8; seconds++)); do
		sleep 1
		rounds=$(cat /tmp/rounds)
		[ "$rounds" = "$before" ] && still=$((still + 1)) || still=0
		before=$rounds
	done
	if [ "$still" -eq 8 ] && grep -q kernfs_drain "/proc/$rounder/stack"; then echo shown; else echo "not shown"; fi
	for process in "$rounder" "${readers[@]}"; do cat "/proc/$process/stack"; done >&2
	kill -KILL "${readers[@]}"
}

round 2>/dev/null &
rounder=$!
for _ in 1 2 3 4 5; do trial; done
kill -KILL "$rounder"
