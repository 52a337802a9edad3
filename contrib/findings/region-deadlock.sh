#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A process that reads a region, and one that assembles it, wait for each other.
#
# Guest: --timeout 300
cxl exercise-autoremove --script --race memdev,list --interleaving loops --trials 3 >/tmp/script
bash /tmp/script >&2 &
while kill -0 $! 2>/dev/null; do
	# Once the two wait, so does every other reader; a signal interrupts it.
	status=0
	timeout 20 sh -c 'cat /sys/bus/cxl/devices/region*/resource' >/dev/null 2>&1 || status=$?
	[ $status -ne 124 ] || { echo shown; exit; }
	sleep 0.5
done
echo "not shown"
