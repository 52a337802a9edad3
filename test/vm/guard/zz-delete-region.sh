#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What the guard is there for: where the window is shared, the kernel deletes the region under its driver
# when it is asked to in so many words, and cxl-cli without the guard may get as far. Last in its boot.
# shellcheck source=test/vm/guest.sh
. "$SOURCE/test/vm/guest.sh"

[ -e /sys/bus/cxl/devices/decoder0.0/delete_region ] || skip_all "this window is not shared: there is no delete_region"
host=$(basename "$(readlink -f /sys/bus/cxl/devices/mem0/..)")
driver=$(readlink -f /sys/bus/cxl/devices/mem0/../driver)
mappings() { grep -c 'lab_accel_probe' /proc/vmallocinfo; }
before=$(mappings)

echo region0 >/sys/bus/cxl/devices/decoder0.0/delete_region
is "a raw write: the region is gone" "$(compgen -G '/sys/bus/cxl/devices/region0')$(grep -c region0 /proc/iomem)" 0
ok "its driver is still bound" [ -e "$driver/$host" ]
is "and still has the range mapped" "$(mappings)" "$before"
run "$CXL" list-attach
is "list-attach: attached, without a region" "$(answer 'map([.attach, .host, .regions])')" "[[\"attached\",\"$host\",[]]]"
same_as_truth "as the kernel itself says"
unbind_settled "$host" "$driver"
echo "$host" >"$driver/bind"
run "$CXL" list-attach
is "unbound and bound again, the region is back" "$(answer 'map([.attach, .regions[0].region])')" '[["attached","region0"]]'
check_dmesg
