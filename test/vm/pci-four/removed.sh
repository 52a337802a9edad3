#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Several devices were detached together, and another process removes the first of them. attach-memdev reattaches the
# others, and says which device is missing.
# shellcheck source=test/vm/guest.sh
. "$SOURCE/test/vm/guest.sh"

bus=/sys/bus/pci
state() { "$CXL" list-attach --all | jq -c 'map([.host, .attach, .provider, .regions[].resource]) | sort'; }
whole=$(state)
mapfile -t memdevs < <("$CXL" list-attach | jq -r 'sort_by(.host)[:2][].memdev')
mapfile -t hosts < <("$CXL" list-attach | jq -r 'sort_by(.host)[:3][].host')
provider=$("$CXL" list-attach | jq -r '.[0].provider')

# found_again: a rescan finds the first device while no driver binds by itself; no driver but its own may have it
found_again() {
	echo 0 >$bus/drivers_autoprobe
	echo 1 >$bus/rescan
	echo "$provider" >"$bus/devices/${hosts[0]}/driver_override"
	echo 1 >$bus/drivers_autoprobe
}

run "$CXL" detach-memdev --via host "${memdevs[@]}"
is "two are detached" "$status$(answer '[.checks[] | select(.result != "passed")]')" "0[]"
is "in one entry" "$(jq -c '[.hosts[].host]' /run/cxl/*.json)" "$(jq -nc '$ARGS.positional' --args "${hosts[@]:0:2}")"
echo 1 >"$bus/devices/${hosts[0]}/remove"

run "$CXL" attach-memdev
is "the first was removed since: failed" "$status" 1
like "the first was removed since: which, is said" "$err" "cxl attach-memdev: ${hosts[0]}: has been removed since it was detached"
is "the other is reattached" "$(answer '[.[] | [.passed, [.hosts[].host]]]')" "[[true,[\"${hosts[1]}\"]]]"
is "the journal is empty" "$(compgen -G '/run/cxl/*.json')" ""
run "$CXL" attach-memdev
is "said once" "$status$err" "0cxl attach-memdev: nothing has been detached"

found_again
run "$CXL" attach-memdev "${hosts[0]}"
is "found again: attached by its name" "$status$(state)" "0$whole"

# Another command runs before attach-memdev: the entry is named after its first host, and gets another name.
mapfile -t memdevs < <("$CXL" list-attach | jq -r 'sort_by(.host)[:3][].memdev')
run "$CXL" detach-memdev --via host "${memdevs[@]:0:2}"
echo 1 >"$bus/devices/${hosts[0]}/remove"
run "$CXL" detach-memdev --via host "${memdevs[2]}"
is "another is detached" "$status" 0
like "another is detached: which was removed, is said" "$err" "cxl detach-memdev: ${hosts[0]}: has been removed since it was detached"
is "another is detached: the entries" "$(cd /run/cxl && echo *.json)" "${hosts[1]}.json ${hosts[2]}.json"
run "$CXL" attach-memdev
is "both are reattached" "$status$(answer '[.[].passed]')" "0[true,true]"
found_again
run "$CXL" attach-memdev "${hosts[0]}"
is "in the end, everything is as it was" "$status$(state)" "0$whole"
check_dmesg
