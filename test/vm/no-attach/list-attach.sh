#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A kernel without attach, whose regions have no attribute for their lock.
# shellcheck source=test/vm/guest.sh
. "$SOURCE/test/vm/guest.sh"

remark='this kernel has no attach call that is known (devm_cxl_probe_mem()): only the devices show whether a memdev has a provider'
is "this kernel has none" "$(grep -c devm_cxl_probe_mem /proc/kallsyms)" 0
run /usr/bin/cxl list -M
memdevs=$(answer 'map(.memdev) | sort')
ok "there are memdevs" [ "$(answer length)" -gt 1 ]
run "$CXL" list-attach
is "none is attached" "$out$status" '[]0'
is "standard error says why" "$err" "cxl list-attach: $remark"
run "$CXL" list-attach -v --all
is "all of them, and none attached" "$(answer 'map(.memdev) | sort')$(answer 'map(.attach) | unique')" "${memdevs}[\"none\"]"
is "the evidence says why" "$(answer 'map(.evidence[0].signal) | unique')" '["no-attach-support"]'
run "$CXL" list-attach --providers
is "no provider is installed" "$out" '[]'
same_as_truth "without a region: as the kernel itself says"

decoder=$(/usr/bin/cxl list -D -d root | jq -r 'map(select(.volatile_capable and .nr_targets == 1))[0].decoder')
run /usr/bin/cxl create-region -t ram -d "$decoder" -w 1 -s 256M
is "cxl-cli made a region under $decoder" "$status" 0
region=$(jq -r .region <<<"$out")
same_as_truth "with a region: as the kernel itself says"
run "$CXL" list-locked --all "$region"
is "its decoders show that it is not locked" "$(answer 'map([.locked, .told_by, .reason])')" '[[false,"decoders","none"]]'
like "and standard error says that" "$err" 'regions do not say whether they are locked \(before v7\.1\)'
run "$CXL" destroy-region -f "$region"
is "destroyed through our cxl" "$status" 0
as_cxl_cli list -MRDTE
check_dmesg
