#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The provider goes and comes back twenty times, as a module and with its device. Each time everything is as before, and
# there is no kernel report.
# shellcheck source=test/vm/guest.sh
. "$SOURCE/test/vm/guest.sh"

state() { run "$CXL" list-attach; answer 'map(select(.memdev) | del(.memdev, .id, .endpoint)) | sort_by(.host)'; }
whole=$(state)
host=$(jq -r '.[0].host' <<<"$whole")
others=$(jq -c '.[1:]' <<<"$whole")

for round in $(seq 20); do
	modprobe -r cxl_lab_accel
	echo 1 >/sys/bus/cxl/flush
	is "round $round: unloaded" "$(state)" '[]'
	modprobe cxl_lab_accel
	is "round $round: loaded, as before" "$(state)" "$whole"
done

# While the device has no driver of its own, cxl_pci would take it.
echo 0 >/sys/bus/pci/drivers_autoprobe
for round in $(seq 20); do
	echo 1 >"/sys/bus/pci/devices/$host/remove"
	echo 1 >/sys/bus/cxl/flush
	is "round $round: device removed" "$(state)" "$others"
	echo 1 >/sys/bus/pci/rescan
	echo cxl_lab_accel >"/sys/bus/pci/devices/$host/driver_override"
	echo "$host" >/sys/bus/pci/drivers/cxl_lab_accel/bind
	is "round $round: device back, as before" "$(state)" "$whole"
done
echo 1 >/sys/bus/pci/drivers_autoprobe
check_dmesg
