#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The host is handed to a driver that is itself an attach provider. That driver has the name and the methods of a VFIO
# driver, and another module attaches the memory on its behalf. The report says what becomes of the host. The other driver
# is known as the owner, and the handover is reversed completely.
# shellcheck source=test/vm/detach.sh
. "$SOURCE/test/vm/detach.sh"

to=cxl_lab_vfio_pci
device=/sys/bus/pci/devices/$host
whole=$(state)
override=$(cat "$device/driver_override")
region=$("$CXL" list-attach | jq -c '.[0].regions[0] | {resource, size}')
driver() { basename "$(readlink "$device/driver" || echo none)"; }
modprobe $to

run "$CXL" list-attach -vv
is "-vv: the device's CXL memory answers, and what can reset it" "$(answer '.[0].pci | [.memory_enabled, .reset, .reset_methods]')" \
	'[true,true,"cxl_bus"]'
valid "-vv is valid" list-attach
run "$CXL" detach-memdev --to $to "$(mem)"
is "handed over: every check passed" "$status$(failed)" "0[]"
is "handed over: the other driver has it" "$(driver)" $to
is "the checks are about both" "$(answer '[.checks[].check]')" \
	'["region-gone","endpoint-gone","memdev-gone","provider-unbound","addresses-released","decoders-released","nothing-else","handed-over","no-splat"]'
is "the report: who owns which region now" \
	"$(answer '.handover | map([.host, .driver, .result, (.regions[] | del(.region))])')" \
	"[[\"$host\",\"$to\",\"owned\",$(jq -c '. + {same_address: true}' <<<"$region")]]"
is "all steps are in the report" "$(answer '[.steps[].action]')" '["override","unbind","bind"]'
like "the message: who owns which region now" "$err" \
	"$host: handed over: $to now owns region[0-9]+ [(]256 MiB at 0x[0-9a-f]+, as before[)]"
valid "the report is valid" detach-memdev
run "$CXL" list-attach
is "list-attach: attached, by whom, through which module, and how it came there" \
	"$(answer 'map([.attach, .provider, .module, .importer, .imports_attach, .detached_by.hand_to])')" \
	"[[\"attached\",\"$to\",\"$to\",\"cxl_lab_vfio_cxl\",false,\"$to\"]]"
valid "list-attach is valid" list-attach
same_as_truth "the kernel agrees"
owned=$("$CXL" list-attach | jq -r '.[0].regions[0].region')
run "$CXL" destroy-region -f "$owned"
is "destroy-region: refused" "$status" 3
like "destroy-region: names the new owner" "$err" "$owned .*: refused: it belongs to $to on $host"
run "$CXL" detach-memdev "$(mem)"
is "detach-memdev of what the new owner has: taken back first" "$status" 1
like "detach-memdev of what the new owner has: how" "$err" "run 'cxl attach-memdev $host' first"
run "$CXL" list-attach --providers
is "both are providers" "$(answer '[.[] | select(.module | startswith("cxl_lab")) | .module]')" \
	'["cxl_lab_accel","cxl_lab_vfio_cxl"]'
reattach
is "taken back" "$status$(state)" "0$whole"
is "taken back: with the override that it had" "$(cat "$device/driver_override")" "$override"
same_as_truth "the kernel agrees again"

run "$CXL" detach-memdev --to $to --reattach --timeline "$(mem)"
is "there and back, drawn" "$status" 0
like "there and back, drawn: the owner in between" "$out" "handed over: $to now owns region"
is "there and back, drawn: everything is as it was" "$(state)" "$whole"
results=''
for _ in $(seq 10); do
	run "$CXL" detach-memdev --to $to --reattach "$(mem)"
	results+="$status $(answer '[.handover[].result, .reattach.passed]') "
done
is "ten times there and back" "$(xargs -n 2 <<<"$results" | sort | uniq -c | xargs)" "10 0 [owned,true]"

# The other driver refuses the host.
echo Y >/sys/module/$to/parameters/refuse
run "$CXL" detach-memdev --to $to "$(mem)"
echo N >/sys/module/$to/parameters/refuse
is "a driver that refuses: failed" "$status$(driver)" "1none"
is "a driver that refuses: the report says so" \
	"$(answer '[(.handover[].result), (.checks[] | select(.result != "passed") | .check)]')" '["no-driver","handed-over"]'
like "a driver that refuses: why" "$err" "cannot bind $host to $to: "
reattach
is "a driver that refuses: taken back" "$status$(state)" "0$whole"

# Killed at the points that only a handover has
for point in acted handed verified; do
	killed $point detach-memdev --to $to "$(mem)"
	reattached "killed at $point"
done
is "the override is as it was" "$(cat "$device/driver_override")" "$override"
modprobe -r $to
check_dmesg
