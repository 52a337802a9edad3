#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The unbind that virtualization does: the host goes to vfio-pci, and comes back. Killed after every step of
# either way, too.
# shellcheck source=test/vm/detach.sh
. "$SOURCE/test/vm/detach.sh"

whole=$(state)
driver() { basename "$(readlink "/sys/bus/pci/devices/$host/driver")"; }
override=$(cat "/sys/bus/pci/devices/$host/driver_override")

run "$CXL" detach-memdev --to vfio-pci "$(mem)"
is "a driver that is not there: cannot" "$status" 5
is "and nothing has changed" "$(state)" "$whole"
# There is no IOMMU here, which VFIO wants to be told.
modprobe vfio enable_unsafe_noiommu_mode=1
modprobe vfio-pci
run "$CXL" detach-memdev --to vfio-pci "$(mem)"
is "handed over: every promise is kept" "$status$(broken)" "0[]"
is "handed over: the other driver has it" "$(driver)" vfio-pci
run "$CXL" list-attach
is "list-attach: detached, and to whom" "$(answer 'map([.attach, .driver, .provider, .detached_by.hand_to])')" \
	"[[\"detached\",\"vfio-pci\",\"$provider\",\"vfio-pci\"]]"
bring_back
is "taken back" "$status$(state)" "0$whole"
is "taken back: with the override that it had" "$(cat "/sys/bus/pci/devices/$host/driver_override")" "$override"
for round in $(seq 10); do
	run "$CXL" detach-memdev --to vfio-pci --reattach "$(mem)"
	is "round $round: there and back" "$status$(answer .reattach.kept)" "0true"
done
is "everything is as it was" "$(state)" "$whole"

killed step-0 detach-memdev --to vfio-pci "$(mem)"
run "$CXL" detach-memdev "$(mem)"
is "half way there: not taken down again" "$status" 1
like "half way there: what to do" "$err" "$host was being taken down and is not all back: run 'cxl attach-memdev $host' first"
bring_back
is "half way there: back" "$status$(state)" "0$whole"
is "half way there: the override is as it was" "$(cat "/sys/bus/pci/devices/$host/driver_override")" "$override"
for point in step-0 step-1 step-2; do
	killed $point detach-memdev --to vfio-pci "$(mem)"
	as_before "killed on the way there, $point"
done
for point in step-0 step-1 step-2 returned back; do
	"$CXL" detach-memdev --to vfio-pci "$(mem)" >/dev/null
	killed $point attach-memdev "$host"
	as_before "killed on the way back, $point"
done
is "the override is as it was" "$(cat "/sys/bus/pci/devices/$host/driver_override")" "$override"
check_dmesg
