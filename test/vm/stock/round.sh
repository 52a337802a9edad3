#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A kernel with all or a part of CXL built in, such as Debian's own. The provider is found and shown. Its region is not
# given away. Every method detaches the memdev, and it is reattached.
# shellcheck source=test/vm/detach.sh
. "$SOURCE/test/vm/detach.sh"

echo "# kernel $(uname -r); of CXL, these are modules: $(lsmod | awk '/^cxl_/ && !/lab/ {print $1}' | sort | xargs)"
whole=$(state)
run "$CXL" list-attach
is "list-attach: attached, by whom, and which module" "$(answer 'map([.attach, .provider, .module, .imports_attach])')" \
	'[["attached","cxl_lab_accel","cxl_lab_accel",true]]'
is "nothing that it cannot read" "$err" ""
valid "list-attach is valid" list-attach
run "$CXL" list-attach --providers
is "the provider is found among all modules" "$(answer 'map(select(.module == "cxl_lab_accel") | [.loaded, (.hosts[] | .host)])')" \
	"[[true,\"$host\"]]"
run "$CXL" list-locked
is "list-locked: why" "$(answer 'map(.reason)')" '["attach"]'
same_as_truth "the kernel agrees"
run "$CXL" destroy-region -f "$("$CXL" list-attach | jq -r '.[0].regions[0].region')"
is "destroy-region: refused" "$status" 3
run "$CXL" detach-memdev --dry-run --tree "$(mem)"
is "the plan" "$status" 0

methods=(host memdev endpoint module pci-remove port bus)
for method in "${methods[@]}"; do
	run "$CXL" detach-memdev --via "$method" -f "$(mem)"
	is "$method: detached, every check passed" "$status$(failed)" "0[]"
	run "$CXL" list-attach
	is "$method: listed as detached, with how" "$(answer 'map([.attach, .provider, .detached_by.method])')" \
		"[[\"detached\",\"cxl_lab_accel\",\"$method\"]]"
	reattach
	is "$method: reattached" "$status" 0
	is "$method: everything is as it was" "$(state)" "$whole"
done
unbind_settled "$host" "/sys/bus/pci/drivers/$provider"
run "$CXL" list-attach
is "unbound by hand: detached" "$(answer 'map([.attach, .provider])')" '[["detached","cxl_lab_accel"]]'
run "$CXL" attach-memdev "$host"
is "unbound by hand: reattached by its name" "$status$(state)" "0$whole"
same_as_truth "the kernel agrees again"
check_dmesg
