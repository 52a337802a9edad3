#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# An expander with a region of its own, below the same port, is taken along by port and bus: what the plan
# says of it happens, too.
# shellcheck source=test/vm/detach.sh
. "$SOURCE/test/vm/detach.sh"

expander=$("$CXL" list-attach --all | jq -r '.[] | select(.attach == "none").memdev')
for path in port bus; do
	run "$CXL" create-region -t ram -m "$expander" -d decoder0.0
	region=$(jq -r .region <<<"$out")
	ok "$path: $expander has $region" test -e "/sys/bus/cxl/devices/$region/driver"
	run "$CXL" detach-memdev --dry-run -f --via $path "$(mem)"
	like "$path: the plan has it" "$(answer '.changes | map(select(.device == "'"$region"'").change)')" 'unbound|removed'
	planned=$(jq -cS .changes <<<"$out")
	run "$CXL" detach-memdev -f --via $path "$(mem)"
	is "$path: every promise is kept" "$status$(broken)" "0[]"
	is "$path: what was planned has happened, and nothing else" "$(jq -cS .changes <<<"$out")" "$planned"
	bring_back
	is "$path: back" "$status" 0
	ok "$path: the expander, too" test -e "/sys/bus/cxl/devices/$expander/driver"
	[ ! -e "/sys/bus/cxl/devices/$region" ] || [ "$region" = region0 ] || /usr/bin/cxl destroy-region -f "$region" >/dev/null 2>&1
done
check_dmesg
