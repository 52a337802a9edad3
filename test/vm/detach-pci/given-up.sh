#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# attach-memdev reattaches a removed device, and gives up while the kernel is still scanning the bus. At whatever moment
# that happens, the device gets no driver that it did not have. Once the scan is over, drivers bind by themselves again.
# Without these precautions, cxl_pci would take any CXL memory device.
# shellcheck source=test/vm/detach.sh
. "$SOURCE/test/vm/detach.sh"

whole=$(state)
device=/sys/bus/pci/devices/$host
autoprobe=/sys/bus/pci/drivers_autoprobe
is "cxl_pci is there to take it" "$([ -d /sys/bus/pci/drivers/cxl_pci ] && cat $autoprobe)" 1

# The scan takes longer than the command waits, so that the command gives up at each moment of the scan.
taken='' off='' lost='' seen=0
for milliseconds in 001 002 003 004 005 006 008 010 012 015 018 021 025 030 035 040 050 060; do
	"$CXL" detach-memdev -f --via pci-remove "$(mem)" >/dev/null 2>&1
	run "$CXL" attach-memdev --timeout "0.$milliseconds"
	[[ $err != *rescan*"the kernel has not returned"* ]] || seen=$((seen + 1))
	# The process that was left behind holds the lock.
	flock /run/cxl/step true
	[ ! -e "$device/driver" ] || [ "$(basename "$(readlink "$device/driver")")" = "$provider" ] || taken+=" $milliseconds"
	[ "$(cat $autoprobe)" = 1 ] || off+=" $milliseconds"
	reattach
	[ "$status$(state)" = "0$whole" ] || lost+=" $milliseconds"
done
echo "# given up during the scan: $seen times"
is "cxl_pci never got the device" "$taken" ""
is "drivers bind by themselves again" "$off" ""
is "it was reattached each time" "$lost" ""
check_dmesg
