#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Each path down and back, on either machine: the plan says beforehand what then happens, every clause
# of the contract holds, and afterwards everything is as it was. Then twenty rounds of each.
# shellcheck source=test/vm/guest.sh
. "$SOURCE/test/vm/guest.sh"

host=$(basename "$(readlink -f /sys/bus/cxl/devices/mem0/..)")
paths=(memdev host endpoint port bus module)
[[ $host != 0000:* ]] || paths+=(pci-remove)
# All that there is, apart from what may have another number: memdevs, endpoints and regions
state() {
	"$CXL" list-attach --all | jq -c 'map(del(.memdev, .id, .endpoint, .evidence, .port, .bus) |
		.regions |= map(select(.lock_reason == "attach") | del(.region))) | sort_by(.host)'
}
# mem: the memdev's name, which may be another after each round
mem() { "$CXL" list-attach | jq -r --arg host "$host" '.[] | select(.host == $host).memdev'; }
broken() { jq -c '[.contract[] | select(.result != "held")]' <<<"$out"; }
whole=$(state)

for path in "${paths[@]}"; do
	run "$CXL" detach-memdev --dry-run -f --via "$path" "$(mem)"
	is "$path: the plan is not refused" "$status" 0
	printf '%s' "$out" >"/tmp/plan-$path"
	is "$path: the plan changes nothing" "$(state)" "$whole"
	run "$CXL" detach-memdev -f --via "$path" "$(mem)"
	printf '%s' "$out" >"/tmp/report-$path"
	is "$path: every promise is kept" "$status$(broken)" "0[]"
	is "$path: what was planned has happened, and nothing else" "$(jq -cS .changes <<<"$out")" "$(jq -cS .changes "/tmp/plan-$path")"
	is "$path: the exposure is told" "$(jq -r '.exposure | has("us") and (.how == "excluded") == (.us == 0)' <<<"$out")" true
	is "$path: the region goes before its memdev" \
		"$(jq -r '[.timeline[] | select(.action == "remove") | .device] | index("region0") < index("'"$(jq -r '.plan.memdevs[0]' <<<"$out")"'")' <<<"$out")" true
	run "$CXL" list-attach
	is "$path: list-attach tells the way back" "$(answer 'map(select(.host == "'"$host"'") | [.attach, .detached_by.path])')" "[[\"detached\",\"$path\"]]"
	run "$CXL" attach-memdev
	printf '%s' "$out" >"/tmp/back-$path"
	is "$path: back" "$status$(jq -c 'map(.kept)' <<<"$out")" "0[true]"
	is "$path: everything is as it was" "$(state)" "$whole"
	is "$path: the journal is empty" "$(compgen -G '/run/cxl/*.json')" ""
done
ok "the plans are valid" "$SOURCE/test/validate" "$SOURCE/Documentation/schema/detach-memdev-plan.schema.json" /tmp/plan-*
ok "the reports are valid" "$SOURCE/test/validate" "$SOURCE/Documentation/schema/detach-memdev.schema.json" /tmp/report-*
ok "the reports of the return are valid" "$SOURCE/test/validate" "$SOURCE/Documentation/schema/attach-memdev.schema.json" /tmp/back-*

# What a leak would show in: lines of /proc/iomem, numbers of regions, and memory of CXL's functions
leaves() { grep -c . /proc/iomem; ls /sys/bus/cxl/devices | sed 's/[0-9].*//' | sort | uniq -c; }
for path in "${paths[@]}"; do
	before=$(leaves) kept=0 times=()
	for _ in $(seq 20); do
		run "$CXL" detach-memdev -f --reattach --via "$path" "$(mem)"
		[ "$status" -ne 0 ] || kept=$((kept + 1))
		times+=("$(jq '.steps[0].took_us' <<<"$out")")
	done
	is "$path: twenty rounds" "$kept" 20
	is "$path: twenty rounds leave nothing behind" "$(leaves)" "$before"
	is "$path: everything is as it was" "$(state)" "$whole"
	echo "# $path: microseconds that the kernel took, round by round: ${times[*]}"
done
check_dmesg
