#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What attach-memdev would do, from a journal or without one, on recorded machines; and how list-attach shows the
# journal. test/vm/detach tests on the real kernel what attach-memdev does.
# shellcheck source=test/replay/machine.sh
. "$SOURCE/test/replay/machine.sh"

export CXL_STATE_DIR=$machine_top/state
mkdir -p "$CXL_STATE_DIR"
attach() { run on_machine "$CXL" attach-memdev "$@"; }
answer() { jq -c "$1" <<<"$out"; }
steps() { answer 'map(.steps | map([.action, .device // .driver // .bus]))'; }

# entry NAME FILTER: write an entry of the journal, changed by the filter of jq
entry() {
	jq -n --arg boot "$(cat /proc/sys/kernel/random/boot_id)" '{boot_id: $boot, time_us: 1, method: "port",
		hosts: [{host: "0000:11:00.0", bus: "pci", driver: "cxl_lab_accel", memdev: "mem5",
			regions: [{region: "region0", resource: 15300820992, size: 268435456, locked: 1}]}],
		undo: [{action: "bind", bus: "cxl", driver: "cxl_port", device: "port1"},
			{action: "bind", bus: "pci", driver: "cxl_lab_accel", device: "0000:11:00.0"}]}
		| '"$2" >"$CXL_STATE_DIR/$1.json"
}

machine pci-unbound
attach --dry-run
is "nothing has been detached" "$status$out$err" "0[]cxl attach-memdev: nothing has been detached"
attach --dry-run --all
is "--all: detached hosts, too" "$status$(steps)" '0[[["load","cxl_lab_accel"],["bind","0000:11:00.0"]]]'
keep attach-memdev
attach --dry-run 0000:11:00.0
is "a host by name" "$status$(steps)" '0[[["load","cxl_lab_accel"],["bind","0000:11:00.0"]]]'
attach --dry-run 0000:99:00.0
is "an unknown host" "$status$err" "1cxl attach-memdev: 0000:99:00.0: neither in the journal, nor a detached host whose provider is known (detached: 0000:11:00.0)"

entry 0000:11:00.0 .
for name in '' mem5 5 0000:11:00.0; do
	attach --dry-run $name
	is "from the journal: '$name'" "$status$(steps)" '0[[["bind","port1"],["bind","0000:11:00.0"]]]'
	keep attach-memdev
done
attach --dry-run --timeline
is "a plan has no timeline" "$status$out$(head -n 1 <<<"$err")" "2cxl attach-memdev: --dry-run excludes --timeline"
attach --dry-run mem5 0000:11:00.0
is "named twice, once" "$(steps)" '[[["bind","port1"],["bind","0000:11:00.0"]]]'
run on_machine "$CXL" list-attach
is "list-attach: how it was detached, and the command that reattaches it" "$(answer 'map([.attach, .host, .detached_by.method, .detached_by.reattach_command])')" \
	'[["detached","0000:11:00.0","port","cxl attach-memdev 0000:11:00.0"]]'
keep list-attach
machine pci-vfio
entry 0000:11:00.0 '.hand_to = "vfio-pci" | .method = "host"'
run on_machine "$CXL" list-attach
is "list-attach: a host that was handed over" "$(answer 'map([.attach, .host, .driver, .provider, .detached_by.hand_to])')" \
	'[["detached","0000:11:00.0","vfio-pci","cxl_lab_accel","vfio-pci"]]'
keep list-attach
run on_machine "$CXL" list-attach --table
like "list-attach: in a table" "$out" 'detached cxl_lab_accel 0000:11:00.0'
run on_machine "$CXL" list-attach --provider sfc
is "list-attach: filtered" "$out" "[]"

# Devices that were removed in several detaches: a rescan finds all of them, and no device gets a wrong driver.
machine pci-removed
removed() { entry "$1" '.method = "pci-remove" | .hosts[0].host = "'"$1"'" | .hosts[0].memdev = "'"$2"'" |
	.undo = [{action: "rescan", bus: "pci"}, '"$3"'{action: "bind", bus: "pci", driver: "cxl_lab_accel", device: "'"$1"'"}]'; }
removed 0000:11:00.0 mem5 ''
removed 0000:21:00.0 mem6 '{action: "override", bus: "pci", driver: "cxl_lab_accel", device: "0000:21:00.0"},'
off='{"action":"autoprobe","bus":"pci","on":false,"file":"/sys/bus/pci/drivers_autoprobe"}'
attach --dry-run mem5
is "removed: beside another one, which has an override" "$status$(steps)" \
	'0[[["autoprobe","pci"],["rescan","pci"],["override","0000:21:00.0"],["autoprobe","pci"],["bind","0000:11:00.0"]]]'
is "removed: autoprobe is a step of the bus" "$(answer '.[0].steps[0]')" "$off"
is "removed: off before the rescan, and on after it" "$(answer '.[0].steps | map(select(.action == "autoprobe").on)')" '[false,true]'
keep attach-memdev
echo 0 >"$machine/sys/bus/pci/drivers_autoprobe"
attach --dry-run mem6
is "removed: the administrator has autoprobe off" "$status$(steps)" \
	'0[[["rescan","pci"],["override","0000:21:00.0"],["bind","0000:21:00.0"]]]'
removed 0000:21:00.0 mem6 '{action: "override", bus: "pci", driver: "cxl_lab_accel", device: "0000:21:00.0"},'
entry="$CXL_STATE_DIR/0000:21:00.0.json"
jq -c '.hosts[0].driver_override = "cxl_lab_accel"' "$entry" >"$entry.new" && mv "$entry.new" "$entry"
attach --dry-run mem6
is "removed: its override is written once it is there again" "$status$(steps)" \
	'0[[["rescan","pci"],["override","0000:21:00.0"],["bind","0000:21:00.0"]]]'
rm "$CXL_STATE_DIR"/*.json
machine pci-unbound
entry 0000:11:00.0 '.method = "module" | .undo[0] = {action: "load", driver: "cxl_lab_accel", options: "a=1 b=\"2 3\""}'
attach --dry-run
is "a module: with its parameters" "$status$(answer '.[0].steps[0].options')" '0"a=1 b=\"2 3\""'
keep attach-memdev
entry 0000:11:00.0 '.method = "module" | .undo[0] = {action: "load", driver: "cxl_lab_accel", options: "a=1\n"}'
attach --dry-run
is "a module: not with another line" "$status$out" "1[]"
rm "$CXL_STATE_DIR"/*.json

# The name of a detached memdev is free, and the next memdev may have got it.
machine pci-removed
removed 0000:11:00.0 mem5 ''
removed 0000:21:00.0 mem5 ''
for name in mem5 5; do
	attach --dry-run $name
	is "the name of two, $name: neither is taken" "$status$out$err" \
		"1[]cxl attach-memdev: $name: was the name of several: name the host, 0000:11:00.0 or 0000:21:00.0"
done
attach --dry-run 0000:21:00.0
is "the name of two: by its host" "$status$(answer '.[0].steps[-1].device')" '0"0000:21:00.0"'
rm "$CXL_STATE_DIR"/*.json

# A device that another process removed and found again lacks its driver_override.
machine pci-unbound
: >"$machine/sys/bus/pci/devices/0000:11:00.0/driver_override"
for override in cxl_lab_accel vfio-pci; do
	entry 0000:11:00.0 ".hosts[0].driver_override = \"$override\""
	attach --dry-run
	expected='["bind","port1"],'
	[ $override = vfio-pci ] || expected='["override","0000:11:00.0"],["bind","port1"],'
	is "an override that is lost: $override" "$status$(steps)" "0[[${expected}[\"bind\",\"0000:11:00.0\"]]]"
done
echo cxl_lab_accel >"$machine/sys/bus/pci/devices/0000:11:00.0/driver_override"
attach --dry-run
is "an override that is still there" "$status$(steps)" '0[[["bind","port1"],["bind","0000:11:00.0"]]]'
rm "$CXL_STATE_DIR"/*.json

# A file that is not a valid entry is ignored, with a message, and the command fails. The same applies to an entry whose
# steps would write elsewhere.
machine pci-unbound
for change in '.undo[0].device = "../../x"' '.undo[0].bus = ".."' '.undo[0].action = "format"' '.undo = []' '.hosts = 7' \
	'.hosts[0].host = null' '.hosts[0].driver_override = "a/b"' 'del(.method)' '.undo[1].driver = "a/b"' '[]' '"text"' 'del(.boot_id)' '.boot_id = "another"' \
	'.method = "pci-remov"' '.hosts[0].host = "../x"' '.hosts[0].regions = 7' '.hosts[0].regions[0].size = "x"' \
	'.undo[1].driver = 7' '.undo[1].driver = "a\u0000b"' '.hand_to = {}' '.undo[0] = {action: "autoprobe", bus: "pci"}'; do
	entry 0000:11:00.0 "$change"
	attach --dry-run
	is "not an entry: $change" "$status$out" "1[]"
	is "not an entry: $change: says so, once" "$err" \
		"cxl attach-memdev: $CXL_STATE_DIR/0000:11:00.0.json: ignored: not an entry of the journal"
	ok "not an entry: $change: is still there" test -e "$CXL_STATE_DIR/0000:11:00.0.json"
done
for text in '' '{' 'garbage' '{"a":'; do
	printf '%s' "$text" >"$CXL_STATE_DIR/0000:11:00.0.json"
	attach --dry-run
	is "garbage '$text'" "$status$out" "1[]"
done
head -c 100000 /dev/urandom >"$CXL_STATE_DIR/0000:11:00.0.json"
attach --dry-run
is "random bytes" "$status$out" "1[]"
# Neither a dry run nor a cleanup removes an entry that cannot be read, even if its host does not exist.
entry 0000:99:00.0 '.hosts[0].host = "0000:99:00.0" | .method = "pci-remov"'
attach
ok "not an entry: never cleaned" test -e "$CXL_STATE_DIR/0000:99:00.0.json"
rm "$CXL_STATE_DIR/0000:99:00.0.json"

# A command that may write removes stale entries. Here it cannot read the kernel log, and stops after that.
entry 0000:11:00.0 '.boot_id = "00000000-0000-4000-8000-000000000000"'
attach --dry-run
is "another boot: does not count" "$status$out" "0[]"
ok "another boot: a dry run cleans nothing" test -e "$CXL_STATE_DIR/0000:11:00.0.json"
attach
is "another boot: cleaned" "$(compgen -G "$CXL_STATE_DIR/*.json")" ""
entry 0000:99:00.0 '.hosts[0].host = "0000:99:00.0"'
attach
is "a device that is gone: cleaned" "$(compgen -G "$CXL_STATE_DIR/*.json")" ""
entry 0000:99:00.0 '.hosts[0].host = "0000:99:00.0" | .method = "pci-remove"'
attach
is "unless it was this program that removed it" "$status$(basename "$(compgen -G "$CXL_STATE_DIR/*.json")")" "50000:99:00.0.json"
rm "$CXL_STATE_DIR"/*.json
machine pci-shared
entry 0000:11:00.0 .
attach
is "what was reattached by somebody else: cleaned" "$status$(compgen -G "$CXL_STATE_DIR/*.json")" 0
attach mem0
is "attached already" "$status$out$err" "0[]cxl attach-memdev: mem0: already attached"
run on_machine setpriv --reuid 1000 --clear-groups "$CXL" attach-memdev
is "not root" "$status$err" "5cxl attach-memdev: needs root; --dry-run does not"
for wrong in '--all mem0' '--timeout 0' '--frobnicate'; do
	read -ra words <<<"$wrong"
	attach "${words[@]}"
	is "wrong usage: '$wrong'" "$status$out" 2
done

# A later detach has unloaded the module that an earlier detach needs.
machine accelerator-unloaded
no_module() { entry "$1" '.time_us = '"$2"' | .hosts[0] += {host: "'"$1"'", bus: "platform", driver: "cxl_mock_accel"} |
	.undo = ['"$3"'{action: "bind", bus: "platform", driver: "cxl_mock_accel", device: "'"$1"'"}]'; }
rm -f "$CXL_STATE_DIR"/*.json
no_module cxl_type2_accel.0 1 ''
no_module cxl_type2_accel.9 2 '{action: "load", driver: "cxl_mock_accel"},'
attach --dry-run
is "what was detached last is reattached first" "$status$(steps)" \
	'0[[["load","cxl_mock_accel"],["bind","cxl_type2_accel.9"]],[["load","cxl_mock_accel"],["bind","cxl_type2_accel.0"]]]'
rm -f "$CXL_STATE_DIR/cxl_type2_accel.9.json"
attach --dry-run
is "a module that was unloaded since is loaded" "$status$(steps)" '0[[["load","cxl_mock_accel"],["bind","cxl_type2_accel.0"]]]'

# A disabled port has lost its downstream ports, and there is no journal any more.
machine accelerator-unbound
rm -f "$CXL_STATE_DIR"/*.json
rm -rf "$devices"/port1/{driver,dport*}
attach --dry-run --all
is "a host below a port that is disabled: the port is bound first" "$status$(steps)" \
	'0[[["bind","port1"],["load","cxl_mock_accel"],["bind","cxl_type2_accel.0"]]]'

# --cycle-bus if the bus itself was detached: binding the bus recreates its ports.
machine accelerator-no-bus
rm -f "$CXL_STATE_DIR"/*.json
no_bus() { entry "$1" '.method = "'"$2"'" | .hosts[0] += {host: "cxl_type2_accel.0", bus: "platform", driver: "cxl_mock_accel"} |
	.undo = ['"$3"'{action: "bind", bus: "platform", driver: "cxl_mock_accel", device: "cxl_type2_accel.0"}]'; }
attach --dry-run --cycle-bus
is "no bus, and nothing to do" "$status$out" "0[]"
no_bus cxl_type2_accel.0 memdev ''
attach --dry-run --cycle-bus
is "no bus, and no entry that binds it: cannot" "$status$err" "5cxl attach-memdev: cannot cycle the bus: no bus is known whose device has a driver"
no_bus later bus '{action: "bind", bus: "platform", driver: "cxl_acpi", device: "cxl_acpi.0"},'
attach --dry-run --cycle-bus
is "the bus itself was detached: it is bound first, and not unbound before" "$status$(steps)" \
	'0[[["bind","cxl_acpi.0"],["bind","cxl_type2_accel.0"]]]'
rm -f "$CXL_STATE_DIR"/*.json

# --cycle-bus with two entries: the bus is cycled once, for both.
machine pci-two-bridges
rm -f "$CXL_STATE_DIR"/*.json
number=0
for host in $(on_machine "$CXL" list-attach | jq -r '.[].host'); do
	entry "$host" ".hosts[0].host = \"$host\" | .hosts[0].memdev = \"mem$((number + 50))\" |
		.undo = [{action: \"bind\", bus: \"cxl\", driver: \"cxl_port\", device: \"port$((number += 1))\"},
			{action: \"bind\", bus: \"pci\", driver: \"cxl_lab_accel\", device: \"$host\"}]"
done
attach --dry-run --cycle-bus -f
is "two entries: one report" "$status$(answer length)" "01"
is "two entries: the bus is cycled once, then both are reattached" \
	"$(answer '.[0].steps | [map(select(.action == "unbind")) | length] + (map(select(.driver == "cxl_port") | .device) | sort)')" '[1,"port1","port2"]'
attach --dry-run --cycle-bus
is "two entries: refused once" "$status$(grep -c 'refused without -f' <<<"$err")" 31
rm "$machine"/sys/bus/platform/drivers/cxl_acpi/bind
attach --dry-run --cycle-bus
like "a bus that cannot be bound again: says so" "$err" "cannot bind [^ ]+ to cxl_acpi afterwards [(]no /sys/bus/platform/drivers/cxl_acpi/bind[)]"

# Which bus --cycle-bus cycles: the bus of the host's port, or of the port in the journal, or the only bus
rm -f "$CXL_STATE_DIR"/*.json
cycle='["unbind","ACPI0017:00"],["bind","ACPI0017:00"]'
for detached in pci-unbound pci-failed; do
	machine $detached
	attach --dry-run --cycle-bus --all
	is "$detached, not in the journal: the bus is cycled first" "$status$(steps)" \
		"0[[$cycle,[\"load\",\"cxl_lab_accel\"],[\"bind\",\"0000:11:00.0\"]]]"
	keep attach-memdev
done
machine pci-unbound
entry 0000:11:00.0 '.undo |= .[1:]'
attach --dry-run --cycle-bus
is "the journal has no port: the only bus is cycled" "$status$(steps)" "0[[$cycle,[\"bind\",\"0000:11:00.0\"]]]"
for unknown in two-buses no-cxl; do
	machine $unknown
	attach --dry-run --cycle-bus -f
	is "the journal has no port, $unknown: cannot" "$status$out$err" \
		"5[]cxl attach-memdev: cannot cycle the bus: no bus is known whose device has a driver"
done
rm "$CXL_STATE_DIR"/*.json
machine pci-two-bridges
for name in mem0 0 0000:31:00.0; do
	attach --dry-run $name
	is "attached already: $name" "$status$out$err" "0[]cxl attach-memdev: $name: already attached"
done

ok "every answer is valid" all_valid attach-memdev
ok "every listing is valid" all_valid list-attach
finish
