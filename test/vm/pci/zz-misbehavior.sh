#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The parameters that make the provider misbehave. Last in its boot, because the effects stay.
# shellcheck source=test/vm/guest.sh
. "$SOURCE/test/vm/guest.sh"

parameters=/sys/module/cxl_lab_accel/parameters
driver=/sys/bus/pci/drivers/cxl_lab_accel
host=$(cd $driver && echo 0000:*)
host=${host%% *}
unbind() { unbind_settled "$host" $driver; }
bind() { echo "$host" >$driver/bind; }
mappings() { grep -c 'lab_accel_probe' /proc/vmallocinfo; }
attached() { "$CXL" list-attach | jq -r --arg host "$host" 'map(select(.host == $host and .attach == "attached")) | length'; }

for parameter in refuse remove_warn keep_reference keep_mapping; do
	is "$parameter is off by default" "$(cat $parameters/$parameter)" N
done
is "remove_sleep_ms is off by default" "$(cat $parameters/remove_sleep_ms)" 0

echo 3000 >$parameters/remove_sleep_ms
start=$(date +%s%N)
unbind
ok "remove_sleep_ms: unbind takes that long" [ $((($(date +%s%N) - start) / 1000000)) -ge 3000 ]
echo 0 >$parameters/remove_sleep_ms
echo 1 >$parameters/refuse
ok "refuse: bind fails" eval '! bind 2>/dev/null'
is "refuse: not attached" "$(attached)" 0
same_as_truth "refuse: as the kernel itself says"
echo 0 >$parameters/refuse
bind
is "refuse is off again: attached" "$(attached)" 1

before=$(mappings)
unbind
is "without keep_mapping one mapping goes" "$(mappings)" $((before - 1))
bind
echo 1 >$parameters/keep_mapping
unbind
is "keep_mapping: it stays" "$(mappings)" "$before"
echo 0 >$parameters/keep_mapping
echo 1 >$parameters/keep_reference
bind
echo 0 >$parameters/keep_reference
unbind
is "keep_reference: the memdev is gone from sysfs" "$(attached)" 0
bind
is "keep_reference: attached again" "$(attached)" 1

said=$(dmesg | sed "1,/$kernel_mark/d" | "$SOURCE/contrib/lab.d/splats")
is "no kernel report so far" "$said" ""
echo 1 >$parameters/remove_warn
unbind
ok "remove_warn: a warning is in the kernel log" eval 'dmesg | grep -q "WARNING: .*lab_accel_remove"'
echo 0 >$parameters/remove_warn
bind
is "after the warning: attached" "$(attached)" 1
finish
