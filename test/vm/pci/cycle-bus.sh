#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Two accelerators on two bridges, each detached by its port. One attach-memdev --cycle-bus reattaches them, with all
# other devices on the bus, also after a kill at any step.
# shellcheck source=test/vm/guest.sh
. "$SOURCE/test/vm/guest.sh"

# state: print all accelerators, without the numbers that may change
state() {
	"$CXL" list-attach | jq -c 'map(del(.memdev, .id, .endpoint, .port, .bus, .detached_by) |
		.regions |= map(del(.region))) | sort_by(.host)'
}
mapfile -t hosts < <("$CXL" list-attach | jq -r '.[].host')
is "there are two accelerators" "${#hosts[@]}" 2
whole=$(state)

# detach_both: detach each by the port above it
detach_both() {
	local host memdev
	for host in "${hosts[@]}"; do
		memdev=$("$CXL" list-attach --host "$host" | jq -r '.[0].memdev')
		run "$CXL" detach-memdev -f --via port "$memdev"
		is "$1: $host is detached by its port" "$status" 0
	done
	is "$1: both are in the journal" "$(jq -r '.hosts[].host' /run/cxl/*.json | sort | xargs)" "$(printf '%s\n' "${hosts[@]}" | sort | xargs)"
}
# reattached WHAT: everything is as it was
reattached() {
	is "$1: everything is as it was" "$(state)" "$whole"
	is "$1: the journal is empty" "$(compgen -G '/run/cxl/*.json')" ""
}

detach_both "both entries"
run "$CXL" attach-memdev --cycle-bus -f
is "both entries: reattached" "$status$(answer 'map(.passed)')" "0[true]"
is "both entries: the bus is cycled once" "$(answer '[.[].steps[] | select(.action == "unbind")] | length')" 1
valid "the report is valid" attach-memdev
reattached "both entries"

# One accelerator is attached, and is detached with the bus: as long as it is detached, the journal has it.
for point in step-0 step-1 step-2 returned; do
	run "$CXL" detach-memdev -f --via port "$("$CXL" list-attach --host "${hosts[0]}" | jq -r '.[0].memdev')"
	is "killed at $point: one is detached" "$status" 0
	CXL_TEST_KILL_AT=$point run "$CXL" attach-memdev --cycle-bus -f
	is "killed at $point" "$status" 137
	echo 1 >/sys/bus/cxl/flush
	run "$CXL" attach-memdev
	[ "$status" -eq 0 ] || run "$CXL" attach-memdev --cycle-bus -f
	is "killed at $point: reattached from the journal" "$status" 0
	reattached "killed at $point"
done

# A handover was killed when only the driver_override had been changed. The host is then detached with the bus, and gets
# no second entry.
modprobe vfio enable_unsafe_noiommu_mode=1
modprobe vfio-pci
override=/sys/bus/pci/devices/${hosts[0]}/driver_override
had=$(<"$override")
for point in step-0 step-1 returned; do
	CXL_TEST_KILL_AT=step-0 run "$CXL" detach-memdev --to vfio-pci "$("$CXL" list-attach --host "${hosts[0]}" | jq -r '.[0].memdev')"
	is "half a handover, killed at $point: attached, with another driver_override" \
		"$status$("$CXL" list-attach --host "${hosts[0]}" | jq -r '.[0].attach')$(<"$override")" 137attachedvfio-pci
	CXL_TEST_KILL_AT=$point run "$CXL" attach-memdev --cycle-bus -f
	is "half a handover, killed at $point" "$status" 137
	echo 1 >/sys/bus/cxl/flush
	is "half a handover, killed at $point: each host is in one entry" "$(jq -r '.hosts[].host' /run/cxl/*.json | sort | uniq -d)" ""
	run "$CXL" attach-memdev --all
	[ "$status" -eq 0 ] || run "$CXL" attach-memdev --cycle-bus -f
	is "half a handover, killed at $point: reattached" "$status$(<"$override")" "0$had"
	reattached "half a handover, killed at $point"
done

# No other memdev is attached on the bus, and the bus is in no entry of its own.
for point in step-0 step-1 step-2; do
	detach_both "none else, killed at $point"
	CXL_TEST_KILL_AT=$point run "$CXL" attach-memdev --cycle-bus -f
	is "none else, killed at $point" "$status" 137
	echo 1 >/sys/bus/cxl/flush
	run "$CXL" attach-memdev
	[ "$status" -eq 0 ] || run "$CXL" attach-memdev --cycle-bus -f
	is "none else, killed at $point: reattached from the journal" "$status" 0
	reattached "none else, killed at $point"
done
check_dmesg
