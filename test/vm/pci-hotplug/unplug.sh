#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The accelerator is unplugged: its slot's power is turned off, and QEMU takes the device away. The test is alone in its
# boot, because the kernel's own report on pciehp's locks (Documentation/findings/pciehp-locks.md) turns lockdep off.
# shellcheck source=test/vm/guest.sh
. "$SOURCE/test/vm/guest.sh"

run "$CXL" list-attach
host=$(answer '.[0].host' | tr -d '"')
is "attached" "$(answer 'map(.attach)')" '["attached"]'
unplug "$host"
ok "the device is gone" [ ! -e "/sys/bus/pci/devices/$host" ]
run "$CXL" list-attach
is "no memdev is attached, and no host is left" "$out" '[]'
is "no region is in the address space" "$(grep -c region0 /proc/iomem)" 0
is "no network interface is left" "$(ls /sys/class/net)" lo
ok "the provider's module can go" modprobe -r cxl_lab_accel
check_dmesg_unplugged
