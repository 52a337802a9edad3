#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# If a window also serves expanders, user space can delete a locked region under the driver that owns it.
#
# Guest: --machine pci
host=0000:11:00.0
provider=/sys/bus/pci/drivers/cxl_lab_accel

for round in {1..5}; do
	region=$(basename /sys/bus/cxl/devices/region*)
	echo "$region" >/sys/bus/cxl/devices/decoder0.0/delete_region
	if [ ! -e "/sys/bus/cxl/devices/$region" ] && [ -e $provider/$host ]; then echo shown; else echo "not shown"; fi
	for what in unbind bind; do
		echo $host >$provider/$what
		echo 1 >/sys/bus/cxl/flush
	done
	[ -e $provider/$host ] || { echo "round $round: the host is not back"; exit 1; }
done
