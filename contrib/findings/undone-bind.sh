#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A bind right after an unbind is undone by the work that the unbind leaves behind.
#
# Guest: --timeout 600
host=cxl_type2_accel.0
cd /sys/bus/platform/drivers/cxl_mock_accel || exit

# Both processors are busy, so that this work runs late.
for _ in 1 2; do
	while :; do :; done &
done
for _ in {1..100}; do
	echo $host >unbind
	echo $host >bind
	echo 1 >/sys/bus/cxl/flush
	if [ -e $host ]; then
		echo "not shown"
	else
		echo shown
		echo $host >bind
	fi
done
kill %1 %2
