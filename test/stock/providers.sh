#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Which modules of Debian's own kernel can own CXL memory? The modules are in /mnt/lib/modules.
# shellcheck source=test/replay/machine.sh
. "$SOURCE/test/replay/machine.sh"

machine no-cxl
release=$(cd /mnt/lib/modules && echo *)
cp -a "/mnt/lib/modules/$release" "$machine/lib/modules/"
echo "$release" >"$machine/proc/sys/kernel/osrelease"

run on_machine timeout 60 "$CXL" list-attach --providers
is "done" "$status" 0
like "sfc is one of them" "$(jq -c 'map(.module)' <<<"$out")" '"sfc"'
is "what is known about it" "$(jq -c 'map(select(.module == "sfc"))[0]' <<<"$out")" \
	"{\"format_version\":1,\"module\":\"sfc\",\"version\":\"$release\",\"file\":\"/lib/modules/$release/kernel/drivers/net/ethernet/sfc/sfc.ko.xz\",\"loaded\":false,\"hosts\":[]}"
keep list-attach-providers

# The oracle: what every module that uses cxl_mem imports, according to nm
expected=$(grep '/cxl_mem\.ko' "$machine/lib/modules/$release/modules.dep" | cut -d: -f1 | while read -r file; do
	xz -dc "$machine/lib/modules/$release/$file" >"$machine_top/module"
	! nm -u "$machine_top/module" | grep -qw devm_cxl_probe_mem || basename "$file" .ko.xz
done | sort | jq -Rnc '[inputs]')
is "all of them, as nm sees it" "$(jq -c 'map(.module)' <<<"$out")" "$expected"
run on_machine timeout 60 "$CXL" list-attach --providers --table
like "a table" "$out" "sfc +$release +no"
ok "the answer is valid" all_valid list-attach-providers

# A listing opens the files of modules only where a device needs an answer. Here an unrelated driver is bound, and
# no device is of a provider that is not loaded.
machine accelerator
rm -rf "$machine/lib/modules"/*
cp -a "/mnt/lib/modules/$release" "$machine/lib/modules/"
echo "$release" >"$machine/proc/sys/kernel/osrelease"
device=$(find "$machine/sys/bus/platform/devices" -name 'cxl_root_port.*' | head -n 1)
mkdir -p "$machine/sys/bus/platform/drivers/button" "$machine/sys/module/button"
ln -s "$(realpath --relative-to="$(realpath "$device")" "$machine/sys/bus/platform/drivers/button")" "$device/driver"
ln -s ../../../../module/button "$machine/sys/bus/platform/drivers/button/module"
run on_machine strace -f -qq -e trace=openat -e signal=none -o "$machine_top/calls" "$CXL" list-attach --all
is "a listing with Debian's modules: done" "$status$err" 0
is "it opens the file of no module of other drivers" "$(grep -oE '[^/"]+\.ko[.a-z]*' "$machine_top/calls" | sort -u | xargs)" ""
finish
