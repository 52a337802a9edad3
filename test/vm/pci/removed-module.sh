#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# One device is removed, and then the provider's module is unloaded. The module has parameters for both devices, and does
# not load without either of them. attach-memdev finds the device first, and everything is as before.
# shellcheck source=test/vm/guest.sh
. "$SOURCE/test/vm/guest.sh"

state() { "$CXL" list-attach --all | jq -c 'map([.host, .attach, .provider, .regions[].resource]) | sort'; }
parameters() { grep -r . /sys/module/cxl_lab_accel/parameters | sort; }
whole="$(state)$(parameters)"
mapfile -t memdevs < <("$CXL" list-attach | jq -r 'sort_by(.host)[].memdev')
hosts=$("$CXL" list-attach | jq -r '.[].host' | sort | paste -sd,)
is "the module was told of both" "$(cat /sys/module/cxl_lab_accel/parameters/devices)" "$hosts"

run "$CXL" detach-memdev -f --via pci-remove "${memdevs[1]}"
is "one is removed" "$status" 0
run "$CXL" detach-memdev -f --via module "${memdevs[0]}"
is "the module is unloaded" "$status$(ls -d /sys/module/cxl_lab_accel 2>/dev/null)" 0
run "$CXL" attach-memdev
is "both are reattached" "$status" 0
is "as before, the module's parameters, too" "$(state)$(parameters)" "$whole"
is "the journal is empty" "$(compgen -G '/run/cxl/*.json')" ""
is "drivers bind by themselves" "$(cat /sys/bus/pci/drivers_autoprobe)" 1
check_dmesg
