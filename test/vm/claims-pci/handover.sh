#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Documentation/claims.md, C7: the host is handed to vfio-pci and taken back, ROUNDS times (default 5). This is done by
# our commands and by the writes of a script, with and without a wait for the work that an unbind leaves behind.
# shellcheck source=test/vm/guest.sh
. "$SOURCE/test/vm/guest.sh"

rounds=${ROUNDS:-5}
host=$(basename "$(readlink -f /sys/bus/cxl/devices/mem0/..)")
provider=$(readlink -f /sys/bus/cxl/devices/mem0/../driver)
device=/sys/bus/pci/devices/$host
state() { "$CXL" list-attach | jq -c 'map([.attach, .host, .provider, .regions[].resource])'; }
whole=$(state)
memdev() { basename "$device"/mem[0-9]*; }
driver() { basename "$(readlink -f "$device/driver" || echo none)"; }
flush() { echo 1 >/sys/bus/cxl/flush; }

modprobe vfio enable_unsafe_noiommu_mode=1
modprobe vfio-pci
handed=0 back=0
for ((round = 0; round < rounds; round++)); do
	run "$CXL" detach-memdev -f --to vfio-pci "$(memdev)"
	[ "$status $(driver)" != "0 vfio-pci" ] || handed=$((handed + 1))
	is "round $round: the report" "$(jq -c '[.passed, .exposure.how]' <<<"$out")" '[true,"excluded"]'
	run "$CXL" attach-memdev
	[ "$status$(state)" != "0$whole" ] || back=$((back + 1))
done
is "our commands: handed over, each time" "$handed" "$rounds"
is "our commands: taken back, each time" "$back" "$rounds"
is "the override is as it was" "$(cat "$device/driver_override")" "$(basename "$provider")"

# hand_over WAIT...: do the writes of a script; $lost counts how often the host had no driver at the end
hand_over() {
	lost=0
	for ((round = 0; round < rounds; round++)); do
		echo vfio-pci >"$device/driver_override"
		echo "$host" >"$device/driver/unbind"
		"$@"
		echo "$host" >/sys/bus/pci/drivers_probe
		flush
		[ "$(driver)" = vfio-pci ] || lost=$((lost + 1))
		[ ! -e "$device/driver" ] || echo "$host" >"$device/driver/unbind"
		basename "$provider" >"$device/driver_override"
		flush
		echo "$host" >"$provider/bind"
	done
}
hand_over flush
is "a script that flushes: none is lost" "$lost" 0
hand_over true
echo "# a script that does not flush: $lost of $rounds handovers ended without a driver"
is "everything is as it was" "$(state)" "$whole"
check_dmesg
