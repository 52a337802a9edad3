#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Detach and reattach ROUNDS times (default 20) by each method, after which nothing is left behind. For this, the guest is
# started with slab_debug=U,kmalloc-*, which takes time at each allocation: so this test has a boot of its own.
# shellcheck source=test/vm/detach.sh
. "$SOURCE/test/vm/detach.sh"

whole=$(state)
mkdir /tmp/detach
rounds=${ROUNDS:-20}

# A leak would show here: addresses, mappings of them, numbers of devices, and memory that functions of CXL and of the
# provider have allocated
mount -t debugfs debugfs /sys/kernel/debug 2>/dev/null
ok "the kernel tells who allocated what" test -n "$(compgen -G '/sys/kernel/debug/slab/kmalloc-*/alloc_traces')"
# allocated: print a line for each function, with the number of its allocations
allocated() {
	awk '/^ *[0-9]+ .*\[cxl_/ {objects[$2] += $1} END {for (name in objects) print name, objects[name]}' \
		/sys/kernel/debug/slab/*/alloc_traces | sort
}
ok "... and functions of CXL have" test -n "$(allocated)"
leaves() {
	echo 1 >/sys/bus/cxl/flush
	sleep 1 # for memory that is freed once no reader can see it any more (RCU)
	# cxl_test's own registry of decoders grows with every endpoint: Documentation/kernel-behavior.md
	allocated | grep -v '^cxld_registry_new+'
	grep -c . /proc/iomem
	grep -c 'phys=' /proc/vmallocinfo
	printf '%s\n' /sys/bus/cxl/devices/* | sed 's/[0-9].*//' | sort | uniq -c
	printf '%s\n' /sys/bus/cxl/devices/region*
}
for method in "${methods[@]}"; do
	before=$(leaves) statuses=''
	for round in $(seq "$rounds"); do
		"$CXL" detach-memdev -f --via "$method" "$(mem)" >"/tmp/detach/$round" 2>/dev/null || statuses+=" down:$?"
		reattach
		[ "$status" -eq 0 ] || statuses+=" back:$status"
	done
	is "$method: $rounds rounds" "$statuses" ""
	is "$method: $rounds rounds leave nothing behind" "$(leaves)" "$before"
	is "$method: after them, everything is as it was" "$(state)" "$whole"
	echo "# $method: milliseconds, round by round: $(cd /tmp/detach && jq '.steps[0].took_us / 1000 | round' $(seq "$rounds") | xargs)"
done
check_dmesg
