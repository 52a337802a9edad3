#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# cxl list-locked on recorded machines, as recorded and altered by hand.
# shellcheck source=test/replay/machine.sh
. "$SOURCE/test/replay/machine.sh"

list_locked() {
	run on_machine timeout 20 "$CXL" list-locked "$@"
	[ "$status" -eq 2 ] || [[ " $* " =~ \ (--table|--tree|-o|--format|--raw|-n)\  ]] || keep list-locked
}
query() { jq -c "$1" <<<"$out"; }

machine accelerator
list_locked
is "accelerator: the whole answer" "$(query '.[]')" \
	'{"format_version":1,"region":"region0","resource":1031060586496,"size":536870912,"mode":"ram","interleave_ways":1,"state":"enabled","driver":"cxl_region","decode_state":"commit","bus":"root0","root_decoder":"decoder0.0","locked":true,"told_by":"region","reason":"attach","owners":[{"memdev":"mem0","host":"cxl_type2_accel.0","provider":"cxl_mock_accel","module":"cxl_mock_accel"}],"locked_decoders":[],"on_commit":"refused","on_delete":"impossible"}'
is "accelerator: done, nothing on stderr" "$status$err" 0
list_locked --human region0
is "human: texts" "$(query '.[0] | [.resource, .size]')" '["0xf010000000","512.00 MiB (536.87 MB)"]'
list_locked 0
is "by number" "$(query 'map(.region)')" '["region0"]'
list_locked region0 region9
is "one of two exists" "$(query 'map(.region)')$status" '["region0"]1'
is "one of two exists: which not" "$err" "cxl list-locked: there is no region 'region9' (there is: region0)"
for name in ../region0 region '' mem0 region0x; do
	list_locked -- "$name"
	is "invalid region name '$name': wrong usage" "$status$out" 2
	is "invalid region name '$name': said" "$(head -n 1 <<<"$err")" \
		"cxl list-locked: invalid region name '$name' (expected region0 or 0)"
done
list_locked --table
is "a table" "$out" \
	$'REGION  REASON MEMDEV PROVIDER       HOST              SIZE ON-DELETE\nregion0 attach mem0   cxl_mock_accel cxl_type2_accel.0 512M impossible'
list_locked -o REGION,LOCKED
is "a table: locked" "$out" $'REGION  LOCKED\nregion0 yes'
list_locked --tree -o NAME,REASON
is "a tree" "$(grep -o '[a-z]\+[0-9].*' <<<"$out" | sed 's/ *$//')" $'region0 attach\nmem0'
list_locked --host cxl_type2_accel.0
is "filtered by host" "$(query length)" 1
list_locked -m mem1
is "filtered out" "$out$err" '[]cxl list-locked: nothing matches (there is, with --all: region0 (mem0, host cxl_type2_accel.0, driver cxl_mock_accel, bus root0))'
run "$CXL" list-locked --help
like "--help has an example" "$out" 'cxl list-locked --table region0'
help=$out
run "$CXL" list-locked -h
is "-h is --help" "$status$err$out" "0$help"
# shellcheck disable=SC2016 # expanded by the inner shell
run on_machine sh -c '"$1" list-locked >/dev/full' sh "$CXL"
is "a full disk: failed" "$status" 1

# Altered by hand: what firmware can do, and what older kernels do not show
machine accelerator
echo 1 >"$devices/decoder1.0/locked"
list_locked
is "both reasons" "$(query '.[] | [.reason, .locked_decoders]')" \
	'["both",[{"decoder":"decoder1.0","port":"port1"}]]'
rm "$devices/region0/locked"
list_locked
is "a kernel before v7.1: read from the decoders" "$(query '.[] | [.locked, .told_by]')" '[true,"decoders"]'
is "a kernel before v7.1: said" "$err" \
	"cxl list-locked: regions do not say whether they are locked (before v7.1): told by their decoders"
machine accelerator
touch "$devices/decoder0.0/delete_region"
list_locked
is "a shared window: the kernel deletes it" "$(query '.[].on_delete')" '"deleted"'

machine pci-shared
list_locked
is "shared window, as recorded: the accelerator's region alone" \
	"$(query 'map([.owners[].memdev, .reason, .on_delete])')" '[["mem0","attach","deleted"]]'
list_locked --all
is "shared window: also the expander's" "$(query 'map(.reason) | sort')" '["attach","none"]'
expander=$(query 'map(select(.reason == "none").region)[0]' | tr -d '"')
is "an unlocked region can be committed and deleted" \
	"$(query 'map(select(.reason == "none"))[0] | [.on_commit, .on_delete, .owners]')" '["reset","deleted",[]]'
list_locked "$expander"
is "an unlocked region by name" "$(query 'map(.locked)')" '[false]'
list_locked -o LOCKED "$expander"
is "a table: not locked" "$out" $'LOCKED\nno'
for port in "$devices"/decoder*; do
	[ "$(cat "$port/region" 2>/dev/null)" != "$expander" ] || echo 1 >"$port/locked"
done
echo 1 >"$devices/$expander/locked"
list_locked "$expander"
is "locked by firmware" "$(query '.[] | [.reason, .owners, (.locked_decoders | length > 1), .on_commit]')" \
	'["firmware",[],true,"refused"]'
for decoder in "$devices"/decoder*; do
	echo 0 >"$decoder/locked"
done
list_locked "$expander"
is "locked, and nothing shows why" "$(query '.[].reason')" '"unknown"'
rm -r "${devices:?}/$expander/"*
list_locked --all
is "a region without any attribute: an answer" "$(query 'map(.region) | length')$status" 20

machine no-cxl
list_locked
is "no CXL: empty" "$out$status" '[]0'
is "no CXL: said" "$err" "cxl list-locked: this system has no CXL bus"

ok "every answer is valid" all_valid list-locked
finish
