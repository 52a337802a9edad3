#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A device that is removed while it is read is in the snapshot as it was, or not at all. It never counts as a device
# without the attributes that were already gone. test/damage/vanish.c removes each device at each point of the read.
# shellcheck source=test/replay/machine.sh
. "$SOURCE/test/replay/machine.sh"

unpacked=()
for name in accelerator accelerator-unbound expanders-regions pci-shared pci-two-bridges pci-unbound pci-failed pci-6.12; do
	machine_unpack "$name" "$machine_top/unpacked/$name"
	unpacked+=("$machine_top/unpacked/$name")
done
# Nothing is known of built-in drivers: only the devices count.
machine_unpack expanders-regions "$machine_top/unpacked/built-in"
find "$machine_top/unpacked/built-in/sys" -name module -type l -path '*/drivers/*' -delete
unpacked+=("$machine_top/unpacked/built-in")
run "$VANISH_MACHINE" "${unpacked[@]}"
while read -r failed what; do
	case $failed in
	[01]) report "$failed" "$what" ;;
	*) echo "# $what" ;;
	esac
done <<<"$out"
is "the program ends, with a line for each machine" "$((status > 1))$err$tap_count" "0${#unpacked[@]}"
finish
