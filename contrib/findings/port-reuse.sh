#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A port that was disabled and enabled again cannot be used: no memdev below it gets an endpoint.
#
# Guest: --machine pci
host=0000:11:00.0
provider=/sys/bus/pci/drivers/cxl_lab_accel
flush() { echo 1 >/sys/bus/cxl/flush; }

for round in {1..5}; do
	/usr/bin/cxl disable-port -f port1 >&2
	flush
	/usr/bin/cxl enable-port port1 >&2
	if echo $host >$provider/bind; then echo "not shown"; else echo shown; fi
	# A bind of the bus recreates the port, whatever the kernel remembers of it.
	[ ! -e $provider/$host ] || echo $host >$provider/unbind
	flush
	for what in unbind bind; do
		echo ACPI0017:00 >/sys/bus/platform/drivers/cxl_acpi/$what
		flush
	done
	echo $host >$provider/bind || { echo "round $round: the port is not back"; exit 1; }
done
