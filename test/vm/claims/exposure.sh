#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Documentation/claims.md, C1, C2 and C4, on either machine: detach and reattach by each method in turn, ROUNDS times
# (default 5). How long is a region gone while its driver is bound? Is the driver unbound at all? Are there kernel
# reports? The test keeps the reports of the commands in RESULTS.
# shellcheck disable=SC2016 # jq's own variables
# shellcheck source=test/vm/guest.sh
. "$SOURCE/test/vm/guest.sh"

rounds=${ROUNDS:-5}
results=${RESULTS:-/tmp/claims}
mkdir -p "$results"
host=$(basename "$(readlink -f /sys/bus/cxl/devices/mem0/..)")
driver=$(readlink -f "/sys/bus/cxl/devices/mem0/../driver")
measured=(memdev endpoint port bus)
excluded=(host module)
# The port of a real host bridge cannot be reused (Documentation/findings/port-reuse.md).
[[ $host != 0000:* ]] || { excluded+=(pci-remove); measured=(memdev endpoint bus); }
read -ra methods <<<"${METHODS:-${measured[*]} ${excluded[*]}}"
# memdev: print its present name
memdev() { for memdev in "$driver/$host"/mem[0-9]*; do memdev=${memdev##*/}; done; }

for ((round = 0; round < rounds; round++)); do
	for method in "${methods[@]}"; do
		memdev
		"$CXL" detach-memdev -f --reattach --via "$method" "$memdev" >>"$results/$method.reports" 2>>"$results/$method.errors"
	done
done

# of METHOD FILTER: print what jq makes of the method's reports
of() { jq -sc "$2" "$results/$1.reports"; }
for method in "${methods[@]}"; do
	is "$method: $rounds rounds, in each, every check passed" \
		"$(of "$method" 'map(select(.passed and .reattach.passed)) | length')$(of "$method" 'map((.checks, .reattach.checks)[] | select(.result != "passed"))')" "${rounds}[]"
	is "$method: the driver goes, each time" \
		"$(of "$method" "map(select(any(.timeline[]; .action == \"unbind\" and .device == \"$host\"))) | length")" "$rounds"
	is "$method: the region goes before its endpoint and memdev, each time" \
		"$(of "$method" 'map((.timeline | map([.action, .device] | join(" "))) as $events | .plan.memdevs[0] as $memdev |
			($events | index("remove region0")) as $region | ($events | index("remove \($memdev)")) > $region and
			($events | map(startswith("remove endpoint")) | index(true)) > $region) | all')" true
	if [[ " ${excluded[*]} " == *" $method "* ]]; then
		is "$method: excluded" "$(of "$method" 'map([.exposure.us, .exposure.how]) | unique')" '[[0,"excluded"]]'
		continue
	fi
	is "$method: each time, the region is gone while its driver is still bound" \
		"$(of "$method" 'map(select(.exposure.how == "measured" and .exposure.us > 0)) | length')" "$rounds"
	of "$method" 'map(.exposure.us / 1000) | sort | . as $all | def at($part): $all[(($all | length) - 1) * $part | round];
		"'"# exposure, $method"', ms: min \(at(0)), quartiles \(at(0.25)) \(at(0.5)) \(at(0.75)), 90 % \(at(0.9)), max \(at(1)), of \($all | length)"' | jq -r .
	of "$method" '.[0].timeline | map("\(.action) \(.device) \(.us / 1000 | round)") | join(", ")' | jq -r . | sed "s/^/# order, $method (ms): /"
done

# The driver is unbound, and its module stays loaded. If a region only loses its own driver, nothing else is lost.
memdev
run "$CXL" detach-memdev "$memdev"
is "detached: the driver's module stays loaded" "$status$([ -e "$driver/$host" ] || echo " unbound") $([ -e "$driver/module" ] && echo loaded)" "0 unbound loaded"
run "$CXL" attach-memdev
is "and reattached" "$status" 0
echo region0 >/sys/bus/cxl/drivers/cxl_region/unbind
echo 1 >/sys/bus/cxl/flush
ok "a region that loses its own driver stays mapped, and its memdev's driver bound" \
	sh -c "grep -q region0 /proc/iomem && test -e '$driver/$host'"
echo region0 >/sys/bus/cxl/drivers/cxl_region/bind
check_dmesg
