#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What cxl-cli does to an attach-owned region without the guard, and with the guard in the same state. Version 85 refuses
# to destroy a locked region. Version 81 does not know the lock, and does half of the operation.
# shellcheck source=test/vm/guest.sh
. "$SOURCE/test/vm/guest.sh"

names=$("$CXL" list-attach)
name=$(jq -r '.[0].regions[0].region' <<<"$names")
host=$(jq -r '.[0].host' <<<"$names")
region=/sys/bus/cxl/devices/$name
driver=$(readlink -f "/sys/bus/cxl/devices/$(jq -r '.[0].memdev' <<<"$names")/../driver")
word=$driver/$host/word # only with the provider on PCI: the first bytes of its memory, through its own mapping
[ ! -e "$word" ] || echo 0x11223344 >"$word"
# left: print what remains of the region, and whether the provider is bound
left() {
	echo "commit $(<"$region/commit"), $([ -e "$region/driver" ] && echo enabled || echo disabled)," \
		"$([ -e "$driver/$host" ] && echo bound), in iomem $(grep -c ": $name\$" /proc/iomem)"
}
whole=$(left)
is "the region is there, and the provider" "$whole" "commit 1, enabled, bound, in iomem 1"

for force in '' -f; do
	run "$CXL" destroy-region $force "$name"
	is "ours${force:+, $force}: refused, and nothing has changed" "$status $(left)" "3 $whole"
done
run /usr/bin/cxl destroy-region "$name"
is "cxl-cli without -f: fails, and nothing has changed" "$status $(left)" "1 $whole"
run /usr/bin/cxl destroy-region -f "$name"
case $(/usr/bin/cxl version) in
85*)
	like "cxl-cli 85 with -f: refuses" "$status $err" "1 .*$name: cannot destroy a locked region"
	is "cxl-cli 85 with -f: nothing has changed" "$(left)" "$whole"
	;;
81*)
	like "cxl-cli 81 with -f: fails when the kernel refuses" "$status $err" '1 .*failed to reset decode: Operation not permitted'
	is "cxl-cli 81 with -f: has taken the region's driver away" "$(left)" "commit 1, disabled, bound, in iomem 1"
	run "$CXL" list-attach
	is "list-attach: attached, disabled" "$(answer 'map([.attach, .regions[].state])')" '[["attached","disabled"]]'
	[ ! -e "$word" ] || is "the provider can read its memory" "$(<"$word")" 0x11223344
	run "$CXL" enable-region "$name"
	is "enable-region restores it" "$status $(left)" "0 $whole"
	;;
*) is "what this version of cxl-cli does is known" "$(/usr/bin/cxl version)" "81 or 85" ;;
esac
check_dmesg
