#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The methods port and bus also detach an expander that has its own region, below the same port. The plan says what
# happens to it, and that happens.
# shellcheck source=test/vm/detach.sh
. "$SOURCE/test/vm/detach.sh"

expander=$("$CXL" list-attach --all | jq -r '.[] | select(.attach == "none").memdev')
for method in port bus; do
	run "$CXL" create-region -t ram -m "$expander" -d decoder0.0
	region=$(jq -r .region <<<"$out")
	ok "$method: $expander has $region" test -e "/sys/bus/cxl/devices/$region/driver"
	run "$CXL" detach-memdev --dry-run -f --via $method "$(mem)"
	like "$method: the plan has it" "$(answer '.changes | map(select(.device == "'"$region"'").change)')" 'unbound|removed'
	planned=$(jq -cS .changes <<<"$out")
	run "$CXL" detach-memdev -f --via $method "$(mem)"
	is "$method: every check passed" "$status$(failed)" "0[]"
	is "$method: what was planned has happened, and nothing else" "$(jq -cS .changes <<<"$out")" "$planned"
	reattach
	is "$method: reattached" "$status" 0
	ok "$method: and so is the expander" test -e "/sys/bus/cxl/devices/$expander/driver"
	[ ! -e "/sys/bus/cxl/devices/$region" ] || [ "$region" = region0 ] || /usr/bin/cxl destroy-region -f "$region" >/dev/null 2>&1
done
check_dmesg
