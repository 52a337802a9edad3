#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A provider that was loaded by hand, with parameters: detach-memdev unloads it, and it comes back with the same
# parameters. If its file is not where modprobe looks, detach-memdev does not unload it.
# shellcheck source=test/vm/detach.sh
. "$SOURCE/test/vm/detach.sh"

whole=$(state)
file=$(modinfo -n cxl_lab_accel)
cp "$file" /tmp/cxl_lab_accel.ko
devices=$(cat /sys/module/cxl_lab_accel/parameters/devices)
is "each parameter has a type, and can be given back" "$(modinfo -F parmtype cxl_lab_accel | cut -d: -f1 | sort)" \
	"$(find /sys/module/cxl_lab_accel/parameters -type f -printf '%f\n' | sort)"
parameters() { (cd /sys/module/cxl_lab_accel/parameters && grep . ./*); }

rmmod cxl_lab_accel
echo 1 >/sys/bus/cxl/flush
insmod /tmp/cxl_lab_accel.ko "devices=$devices" remove_sleep_ms=7 keep_reference=0
is "loaded by hand: everything is as it was" "$(state)" "$whole"
with=$(parameters)
like "loaded by hand: with a parameter" "$with" "remove_sleep_ms:7"
run "$CXL" detach-memdev --via module "$(mem)"
is "unloaded: every check passed" "$status$(failed)" "0[]"
ok "unloaded: it is gone" [ ! -e /sys/module/cxl_lab_accel ]
reattach
is "loaded again" "$status$(state)" "0$whole"
is "loaded again: with the same parameters" "$(parameters)" "$with"
run "$CXL" detach-memdev --via module --reattach "$(mem)"
is "both at once" "$status$(answer .reattach.passed)" 0true
is "both at once: with the same parameters" "$(parameters)" "$with"

mount -t tmpfs none "${file%/*}"
run "$CXL" detach-memdev --via module "$(mem)"
is "its file is elsewhere: refused" "$status$out" 3
like "its file is elsewhere: says so" "$err" "module cxl_lab_accel cannot be loaded again [(]not in /lib/modules/$(uname -r)[)]"
umount "${file%/*}"
is "its file is elsewhere: nothing has changed" "$(state)$(compgen -G '/run/cxl/*.json')" "$whole"

rmmod cxl_lab_accel
modprobe cxl_lab_accel "devices=$devices"
is "in the end, everything is as it was" "$(state)" "$whole"
check_dmesg
