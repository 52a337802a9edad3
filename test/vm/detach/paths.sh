#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Each path down and back: the plan says beforehand what then happens, every clause of the contract holds,
# and afterwards everything is as it was. Then as many rounds of each as ROUNDS says (20),
# after which nothing is left behind.
# shellcheck source=test/vm/detach.sh
. "$SOURCE/test/vm/detach.sh"

paths=(memdev host endpoint port bus module)
[[ $host != 0000:* ]] || paths+=(pci-remove)
whole=$(state)
mkdir /tmp/detach
rounds=${ROUNDS:-20}

for path in "${paths[@]}"; do
	memdev=$(mem)
	run "$CXL" detach-memdev --dry-run -f --via "$path" "$memdev"
	is "$path: the plan is not refused" "$status" 0
	planned=$(jq -cS .changes <<<"$out")
	printf '%s' "$out" >"/tmp/detach/plan-$path"
	is "$path: the plan changes nothing" "$(state)" "$whole"
	run "$CXL" detach-memdev -f --via "$path" "$memdev"
	printf '%s' "$out" >"/tmp/detach/report-$path"
	is "$path: every promise is kept" "$status$(broken)" "0[]"
	is "$path: what was planned has happened, and nothing else" "$(jq -cS .changes <<<"$out")" "$planned"
	is "$path: the exposure is told" "$(jq -r '.exposure | has("us") and (.how == "excluded") == (.us == 0)' <<<"$out")" true
	is "$path: the region goes before its memdev" "$(jq -r --arg memdev "$memdev" \
		'[.timeline[] | select(.action == "remove") | .device] | index("region0") < index($memdev)' <<<"$out")" true
	run "$CXL" list-attach
	is "$path: list-attach tells the way back" \
		"$(answer 'map(select(.host == "'"$host"'") | [.attach, .detached_by.method])')" "[[\"detached\",\"$path\"]]"
	bring_back
	printf '%s' "$out" >"/tmp/detach/back-$path"
	is "$path: back" "$status$(answer 'map(.passed)')" "0[true]"
	is "$path: everything is as it was" "$(state)" "$whole"
	is "$path: the journal is empty" "$(compgen -G '/run/cxl/*.json')" ""
done
ok "the plans are valid" "$SOURCE/test/validate" "$SOURCE/Documentation/schema/detach-memdev-plan.schema.json" /tmp/detach/plan-*
ok "the reports are valid" "$SOURCE/test/validate" "$SOURCE/Documentation/schema/detach-memdev.schema.json" /tmp/detach/report-*
ok "the reports of the return are valid" "$SOURCE/test/validate" "$SOURCE/Documentation/schema/attach-memdev.schema.json" /tmp/detach/back-*

# What a leak would show in: addresses, mappings of them, numbers of devices, and memory that functions of
# CXL and of the provider have allocated (for which the guest is started with slab_debug=U)
mount -t debugfs debugfs /sys/kernel/debug 2>/dev/null
ok "the kernel tells who allocated what" compgen -G '/sys/kernel/debug/slab/kmalloc-*/alloc_traces'
# allocated: lines of a function and how much there is of what it allocated
allocated() {
	awk '/^ *[0-9]+ .*\[cxl_/ {objects[$2] += $1} END {for (name in objects) print name, objects[name]}' \
		/sys/kernel/debug/slab/*/alloc_traces | sort
}
leaves() {
	echo 1 >/sys/bus/cxl/flush
	sleep 1 # for what is freed once nobody can look at it any more (RCU)
	# cxl_test's own register of decoders grows with every endpoint: Documentation/kernel-behavior.md
	allocated | grep -v '^cxld_registry_new+'
	grep -c . /proc/iomem
	grep -c 'phys=' /proc/vmallocinfo
	printf '%s\n' /sys/bus/cxl/devices/* | sed 's/[0-9].*//' | sort | uniq -c
	printf '%s\n' /sys/bus/cxl/devices/region*
}
for path in "${paths[@]}"; do
	before=$(leaves) statuses=''
	for round in $(seq "$rounds"); do
		"$CXL" detach-memdev -f --via "$path" "$(mem)" >"/tmp/detach/$round" 2>/dev/null || statuses+=" down:$?"
		bring_back
		[ "$status" -eq 0 ] || statuses+=" back:$status"
	done
	is "$path: $rounds rounds" "$statuses" ""
	is "$path: $rounds rounds leave nothing behind" "$(leaves)" "$before"
	is "$path: after them, everything is as it was" "$(state)" "$whole"
	echo "# $path: milliseconds, round by round: $(cd /tmp/detach && jq '.steps[0].took_us / 1000 | round' $(seq "$rounds") | xargs)"
done
check_dmesg
