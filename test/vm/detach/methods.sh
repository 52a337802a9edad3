#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Detach and reattach by each method: everything happens as planned, every check passes, and afterwards everything is as
# before. Then ROUNDS times (default 20) by each method, after which nothing is left behind.
# shellcheck source=test/vm/detach.sh
. "$SOURCE/test/vm/detach.sh"

methods=(memdev host endpoint port bus module)
[[ $host != 0000:* ]] || methods+=(pci-remove)
whole=$(state)
mkdir /tmp/detach
rounds=${ROUNDS:-20}

for method in "${methods[@]}"; do
	memdev=$(mem)
	run "$CXL" detach-memdev --dry-run -f --via "$method" "$memdev"
	is "$method: the plan is not refused" "$status" 0
	planned=$(jq -cS .changes <<<"$out")
	printf '%s' "$out" >"/tmp/detach/plan-$method"
	is "$method: the plan changes nothing" "$(state)" "$whole"
	run "$CXL" detach-memdev -f --via "$method" "$memdev"
	printf '%s' "$out" >"/tmp/detach/report-$method"
	is "$method: every check passed" "$status$(failed)" "0[]"
	is "$method: what was planned has happened, and nothing else" "$(jq -cS .changes <<<"$out")" "$planned"
	is "$method: the exposure is reported" "$(jq -r '.exposure | has("us") and (.how == "excluded") == (.us == 0)' <<<"$out")" true
	is "$method: the region goes before its memdev" "$(jq -r --arg memdev "$memdev" \
		'[.timeline[] | select(.action == "remove") | .device] | index("region0") < index($memdev)' <<<"$out")" true
	run "$CXL" list-attach
	is "$method: list-attach shows the method" \
		"$(answer 'map(select(.host == "'"$host"'") | [.attach, .detached_by.method])')" "[[\"detached\",\"$method\"]]"
	reattach
	printf '%s' "$out" >"/tmp/detach/back-$method"
	is "$method: reattached" "$status$(answer 'map(.passed)')" "0[true]"
	is "$method: everything is as it was" "$(state)" "$whole"
	is "$method: the journal is empty" "$(compgen -G '/run/cxl/*.json')" ""
done
valid "the plans are valid" detach-memdev-plan /tmp/detach/plan-*
valid "the reports are valid" detach-memdev /tmp/detach/report-*
valid "the reports of the reattach are valid" attach-memdev /tmp/detach/back-*

# A leak would show here: addresses, mappings of them, numbers of devices, and memory that functions of CXL and of the
# provider have allocated (for this, the guest is started with slab_debug=U)
mount -t debugfs debugfs /sys/kernel/debug 2>/dev/null
ok "the kernel tells who allocated what" compgen -G '/sys/kernel/debug/slab/kmalloc-*/alloc_traces'
# allocated: print a line for each function, with the number of its allocations
allocated() {
	awk '/^ *[0-9]+ .*\[cxl_/ {objects[$2] += $1} END {for (name in objects) print name, objects[name]}' \
		/sys/kernel/debug/slab/*/alloc_traces | sort
}
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
