#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Detach and reattach by each method: everything happens as planned, every check passes, and afterwards everything is as
# before. test/vm/leaks does it many times.
# shellcheck source=test/vm/detach.sh
. "$SOURCE/test/vm/detach.sh"

whole=$(state)
mkdir /tmp/detach

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
check_dmesg
