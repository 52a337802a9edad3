#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The accelerator is unplugged: its slot's power is turned off, and QEMU takes the device away. Alone in
# its boot, since the kernel's own report on pciehp's locks (Documentation/kernel-behaviour.md) turns
# the lock checker off.
# shellcheck source=test/vm/guest.sh
. "$SOURCE/test/vm/guest.sh"

run "$CXL" list-attach
host=$(answer '.[0].host' | tr -d '"')
is "attached" "$(answer 'map(.attach)')" '["attached"]'
slot=$(grep -l "^${host%.*}$" /sys/bus/pci/slots/*/address)
echo 0 >"${slot%/address}/power"
for _ in $(seq 50); do
	[ -e "/sys/bus/pci/devices/$host" ] || break
	sleep 0.2
done
ok "the device is gone" [ ! -e "/sys/bus/pci/devices/$host" ]
run "$CXL" list-attach
is "no memdev is attached, and no host is left" "$out" '[]'
is "no region is in the address space" "$(grep -c region0 /proc/iomem)" 0
is "no network interface is left" "$(ls /sys/class/net)" lo
ok "the provider's module can go" modprobe -r cxl_lab_accel

said=$(dmesg | sed "1,/$kernel_mark/d")
if grep -q 'irq/[0-9]*-pciehp/[0-9]* is trying to acquire lock' <<<"$said"; then
	is "the kernel reports pciehp's own locks" \
		"$(grep -A 8 'circular locking dependency' <<<"$said" | grep -oE 'ctrl->reset_lock|pci_rescan_remove_lock' | xargs)" \
		"ctrl->reset_lock pci_rescan_remove_lock"
	said=$(grep -v 'possible circular locking' <<<"$said")
fi
is "the kernel has not complained otherwise" "$(grep -E -f "$SOURCE/contrib/lab.d/splats" <<<"$said")" ""
finish
