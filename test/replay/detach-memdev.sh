#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What detach-memdev plans and refuses, on recorded machines. test/vm/detach tests on the real kernel what it does.
# shellcheck source=test/replay/machine.sh
. "$SOURCE/test/replay/machine.sh"

export CXL_STATE_DIR=$machine_top/state
# Without the network of this machine: its interfaces have the same names as recorded interfaces.
detach() { run on_machine unshare -n "$CXL" detach-memdev "$@"; }
plan() { detach --dry-run "$@"; }
answer() { jq -c "$1" <<<"$out"; }

machine pci-shared
plan mem0
is "the memdev is unbound from cxl_mem" "$status$(answer .steps)" \
	'0[{"action":"unbind","bus":"cxl","driver":"cxl_mem","device":"mem0","file":"/sys/bus/cxl/drivers/cxl_mem/unbind"}]'
is "what is lost" "$(answer '.detaches | [(.memdevs[] | [.memdev, .host, .provider, .endpoint, .dependents[0].name]), .others, [.regions[] | .region, .removed]]')" \
	'[["mem0","0000:11:00.0","cxl_lab_accel","endpoint2","eth0"],[],["region0",true]]'
is "what becomes of the devices" "$(answer '.changes | map(.device + " " + .change)')" \
	'["decoder2.0 removed","decoder2.1 removed","decoder2.2 removed","decoder2.3 removed","endpoint2 removed","mem0 removed","region0 removed"]'
is "what stays committed" "$(answer .stays)" '["decoder1.0"]'
is "how it is undone" "$(answer '.undo | map([.action, .device, .driver])')" '[["bind","0000:11:00.0","cxl_lab_accel"]]'
keep detach-memdev-plan
plan 0
is "by number" "$(answer .memdevs)" '["mem0"]'
plan mem0 0 mem0
is "named three times, planned once" "$status$(answer '[.memdevs, (.steps | length)]')" '0[["mem0"],1]'
plan --to cxl_lab_accel mem0
is "a handover to the driver that it has" "$status$out$err" "5cxl detach-memdev: mem0: its host already has that driver"
plan --timeline mem0
is "a plan has no timeline" "$status$(head -n 1 <<<"$err")" "2cxl detach-memdev: --dry-run excludes --timeline and --html"
plan -u mem0
is "for people" "$(answer '.detaches.regions[0].resource')" '"0x390000000"'
keep detach-memdev-plan

for method in memdev host endpoint module pci-remove; do
	plan --via "$method" mem0
	is "$method: only what was named" "$status$(answer '[.method, .verdict, (.excess | length)]')" "0[\"$method\",\"allowed\",0]"
	keep detach-memdev-plan
done
for method in port bus; do
	plan --via "$method" mem0
	is "$method: refused, the expander would be lost" "$status$(answer '[.verdict, (.excess | map(.name))]')" \
		'3["refused",["mem1","region1"]]'
	keep detach-memdev-plan
	plan -f --via "$method" mem0
	is "$method -f: not refused" "$status$(answer .verdict)" '0"forced"'
done
is "bus: everything that is lost" "$(answer '.detaches | [.others, (.regions | map(.removed))]')" '[["mem1"],[true,true]]'
plan --to vfio-pci mem0
is "handed over: steps" "$(answer '.steps | map([.action, .driver])')" '[["override","vfio-pci"],["unbind","cxl_lab_accel"],["bind","vfio-pci"]]'
is "handed over: undo, with its own override" "$(answer '.undo | map([.action, .driver])')" \
	'[["unbind","vfio-pci"],["override","cxl_lab_accel"],["bind","cxl_lab_accel"]]'
keep detach-memdev-plan
plan --tree mem0
like "as a tree" "$out" '─mem0 +unbind mem0 from cxl_mem'
like "as a tree: what is lost" "$out" '─region0 +removed, 256 MiB at 0x390000000'

# In use: /dev/null stands for the file in /dev/cxl
# shellcheck disable=SC2016 # expanded by the inner shell
run on_machine unshare -n bash -c 'exec 8</dev/null; "$CXL" detach-memdev --dry-run mem0 | jq -c "[.verdict, .excess]"'
is "what others have open does not count" "$out" '["allowed",[]]'
echo 1:3 >"$devices/mem0/dev"
# shellcheck disable=SC2016 # expanded by the inner shell
run on_machine unshare -n bash -c 'exec 8</dev/null; "$CXL" detach-memdev mem0 --dry-run | jq -c "[.verdict, (.excess | map(select(.what == \"bash\") | [.kind, .name]) | unique)]"'
is "a file of it that a process has open does" "$out" '["refused",[["open","mem0"]]]'

# The command proves the undo before it changes anything.
reload() { answer '.undo | map(select(.action == "load") | [.driver, .options])'; }
excess() { answer '[.verdict, (.excess | map([.kind, .name, .what]))]'; }
machine pci-shared
plan --via module mem0
is "a module: loaded again with the parameters that it has" "$status$(reload)" \
	'0[["cxl_lab_accel","devices=0000:11:00.0 keep_mapping=N keep_reference=N refuse=N remove_sleep_ms=0 remove_warn=N"]]'
keep detach-memdev-plan
parameters=$machine/sys/module/cxl_lab_accel/parameters
rm "$parameters"/{keep_mapping,keep_reference,remove_warn,refuse}
echo 'two words' >"$parameters/devices"
echo 17 >"$parameters/remove_sleep_ms"
plan --via module mem0
is "a module: a parameter with a space" "$status$(reload)" \
	'0[["cxl_lab_accel","devices=\"two words\" remove_sleep_ms=17"]]'
echo custom >"$parameters/other"
plan --via module mem0
is "a module: a parameter of an unknown type" "$status$(excess)" \
	'3["refused",[["undo","cxl_lab_accel","module cxl_lab_accel cannot be loaded again (its parameter other has no standard type)"]]]'
plan --via module -f mem0
is "a module: a parameter of an unknown type, forced: the others" "$status$(reload)" \
	'0[["cxl_lab_accel","devices=\"two words\" remove_sleep_ms=17"]]'
echo >"$parameters/other"
plan --via module mem0
is "a module: a parameter of an unknown type that was never set" "$status$(reload)" \
	'0[["cxl_lab_accel","devices=\"two words\" remove_sleep_ms=17"]]'
rm "$parameters/other"
mkdir "$parameters/other"
plan --via module mem0
is "a module: a parameter that cannot be read" "$status$(excess)" \
	'3["refused",[["undo","cxl_lab_accel","module cxl_lab_accel cannot be loaded again (its parameter other cannot be read)"]]]'
rmdir "$parameters/other"
for unset in '' '(null)'; do
	echo "$unset" >"$parameters/devices"
	plan --via module mem0
	is "a module: a parameter that was never set: '$unset'" "$status$(reload)" '0[["cxl_lab_accel","remove_sleep_ms=17"]]'
done
echo 'a"b' >"$parameters/devices"
plan --via module mem0
is "a module: a parameter that modprobe cannot be given" "$status$(excess)" \
	'3["refused",[["undo","cxl_lab_accel","module cxl_lab_accel cannot be loaded again (its parameter devices cannot be given back)"]]]'
printf '%3000s\n' '' | tr ' ' x >"$parameters/devices"
plan --via module mem0
is "a module: parameters that are too long" "$status$(answer .excess[0].what)" \
	'3"module cxl_lab_accel cannot be loaded again (its parameters are too long)"'
# A parameter can have a page, and a page can have 65536 bytes.
printf '%5000s\n' '' | tr ' ' x >"$parameters/devices"
plan --via module mem0
is "a module: a parameter that is too long to be read" "$status$(answer .excess[0].what)" \
	'3"module cxl_lab_accel cannot be loaded again (its parameter devices is too long)"'
machine pci-shared
file=$(find "$machine/lib/modules" -name 'cxl_lab_accel.ko*')
mv "$file" "$machine_top/elsewhere"
why="module cxl_lab_accel cannot be loaded again (not in /lib/modules/$(<"$machine/proc/sys/kernel/osrelease"))"
plan --via module mem0
is "a module that was loaded from elsewhere: refused" "$status$(excess)" "3[\"refused\",[[\"undo\",\"cxl_lab_accel\",\"$why\"]]]"
keep detach-memdev-plan
plan --via module -f mem0
is "a module that was loaded from elsewhere: with -f" "$status$(answer .verdict)" '0"forced"'
plan --via module -f --tree mem0
like "a module that was loaded from elsewhere: in the tree" "$out" "cxl_lab_accel +module cxl_lab_accel cannot be loaded again"
detach --via module mem0
is "a module that was loaded from elsewhere: nothing is done" "$status$out$(compgen -G "$CXL_STATE_DIR/*.json")" 3
is "a module that was loaded from elsewhere: says so" "$err" \
	"cxl detach-memdev: refused without -f: the following would also be lost, is in use, or cannot be undone:"$'\n'"  $why"
plan --via host mem0
is "a module that was loaded from elsewhere does not matter to other methods" "$status$(excess)" '0["allowed",[]]'
machine pci-shared
rm "$machine/sys/bus/pci/drivers/cxl_lab_accel/bind"
for method in memdev host endpoint module pci-remove; do
	plan --via $method mem0
	is "$method: a driver that no device can be bound to by hand: refused" "$status$(answer '.excess | map(.what)')" \
		'3["cannot bind 0000:11:00.0 to cxl_lab_accel afterwards (no /sys/bus/pci/drivers/cxl_lab_accel/bind)"]'
done
machine pci-shared
rm "$machine/sys/bus/pci/rescan"
plan --via pci-remove mem0
is "pci-remove, and no rescan: refused" "$status$(answer '.excess | map([.name, .what])')" \
	'3[["pci","cannot rescan the bus pci afterwards (no /sys/bus/pci/rescan)"]]'

# A module that is in use cannot be unloaded. Other methods do not need that.
machine pci-shared
module=$machine/sys/module/cxl_lab_accel
ln -s ../../other "$module/holders/other"
echo 3 >"$module/refcnt"
plan --via module mem0
is "a module that is in use: refused" "$status$(answer '[.verdict, (.excess | map([.kind, .name, .what]))]')" \
	'3["refused",[["module","cxl_lab_accel","other"],["reference","cxl_lab_accel","2"]]]'
keep detach-memdev-plan
plan --via module --tree mem0
like "a module that is in use: in the tree" "$out" 'cxl_lab_accel +module other'
plan --via host mem0
is "a module that is in use: the host can be unbound" "$status$(answer '[.verdict, .excess]')" '0["allowed",[]]'
rm "$module/holders/other"
echo -1 >"$module/refcnt"
plan --via module mem0
is "a module without users" "$status$(answer .excess)" '0[]'

# The driver was bound by a driver_override that has been cleared: the driver does not match the device without it.
machine pci-shared
echo pci:v00008086d00000001sv0000sd0000bc05sc02i10 >"$machine/sys/bus/pci/devices/0000:11:00.0/modalias"
echo '(null)' >"$machine/sys/bus/pci/devices/0000:11:00.0/driver_override"
undo() { answer '.undo | map([.action, .driver] | map(. // "-") | join(" "))'; }
for method in memdev host endpoint; do
	plan --via $method mem0
	is "$method: without a driver_override that it needs to be bound again" "$status$(undo)" \
		'0["override cxl_lab_accel","bind cxl_lab_accel","override -"]'
done
keep detach-memdev-plan
plan --via pci-remove mem0
is "pci-remove: the same, before any driver can bind it" "$status$(undo)" \
	'0["autoprobe -","rescan -","override cxl_lab_accel","autoprobe -","bind cxl_lab_accel","override -"]'
plan --to vfio-pci mem0
is "a handover: the same" "$(undo)" \
	'["unbind vfio-pci","override cxl_lab_accel","bind cxl_lab_accel","override -"]'
echo cxl_lab_accel >"$machine/sys/bus/pci/devices/0000:11:00.0/driver_override"
plan mem0
is "with the driver_override: it stays" "$status$(undo)" '0["bind cxl_lab_accel"]'
echo vfio-pci >"$machine/sys/bus/pci/devices/0000:11:00.0/driver_override"
plan --via host mem0
is "with the driver_override of another driver: it makes way" "$status$(undo)" \
	'0["override cxl_lab_accel","bind cxl_lab_accel","override vfio-pci"]'

machine pci-two-bridges
plan --via module mem0
is "a module drives others, too" "$status$(answer '[.excess[].kind] | unique')" '3["memdev","region"]'
plan --via module mem0 "$("$SOURCE/test/replay/tree" --help >/dev/null 2>&1; on_machine "$CXL" list-attach | jq -r 'map(select(.attach == "attached").memdev)[1]')"
is "unless they are named as well" "$status$(answer '[.verdict, (.steps | length)]')" '0["allowed",1]'

machine accelerator
plan --via pci-remove mem0
is "a host that is not a PCI device: cannot" "$status$out" 5
is "and says why" "$err" "cxl detach-memdev: mem0: its host is not a PCI device"

# Memdevs that cannot be detached
machine pci-shared
plan mem1
is "a memdev that no driver attached: no" "$status" 1
is "and what to use instead" "$err" "cxl detach-memdev: mem1: not attached by a driver (use 'cxl disable-memdev mem1')"
plan mem9
is "a memdev that is not there" "$status$err" "1cxl detach-memdev: mem9: no such memdev (attached: mem0)"
for wrong in '' 'region0' '../mem0' 'mem' 'mem0 mem 1' '--via nowhere mem0' '--timeout soon mem0' '--timeout -1 mem0' \
	'--to a/b mem0' '--to vfio-pci --via bus mem0' '--tree mem0' '--dry-run --timeline mem0' '--dry-run --html x mem0' '0000:11:00.0' '--watch-only 1 --reattach mem0' '--frobnicate mem0'; do
	read -ra words <<<"$wrong"
	detach "${words[@]}"
	is "wrong usage: '$wrong'" "$status$out" 2
done
detach
is "no memdev: says so" "${err%%$'\n'*}" "cxl detach-memdev: missing MEMDEV argument"
detach x
is "not a memdev: says so" "${err%%$'\n'*}" "cxl detach-memdev: invalid memdev name 'x' (expected mem0 or 0)"
detach --via nowhere mem0
is "no such method: says so" "${err%%$'\n'*}" \
	"cxl detach-memdev: invalid method 'nowhere' (expected memdev, host, endpoint, port, bus, module or pci-remove)"
machine no-cxl
plan mem0
is "no CXL at all" "$status" 1
machine pci-deleted
plan mem0
is "a memdev whose region was deleted can be detached" "$status$(answer .detaches.regions)" '0[]'

# What the command needs to act
machine pci-shared
run on_machine setpriv --reuid 1000 --clear-groups "$CXL" detach-memdev mem0
is "not root" "$status$err" "5cxl detach-memdev: needs root; --dry-run does not"
run on_machine unshare -n setpriv --reuid 1000 --clear-groups "$CXL" detach-memdev --dry-run mem0
is "not root: a plan" "$status" 0
detach mem0
is "read-only sysfs, or a driver without unbind: cannot" "$status" 5
like "and says which file" "$err" "cannot write /sys/bus/cxl/drivers/cxl_mem/unbind: (Read-only file system|No such file or directory)"
is "and leaves no entry behind" "$(compgen -G "$CXL_STATE_DIR/*.json")" ""
CXL_STATE_DIR=/proc/nowhere detach mem0
is "no journal: nothing is done" "$status" 1
like "no journal: and says so" "$err" "cannot use the journal in /proc/nowhere: No such file or directory"
mkdir -p "$machine/sys/bus/cxl/drivers/cxl_mem"
: >"$machine/sys/bus/cxl/drivers/cxl_mem/unbind"
machine_sys=bind detach mem0
is "no kernel log: cannot" "$status" 5
like "no kernel log: and says so" "$err" "cannot read the kernel log, without which nothing can be verified"
is "no kernel log: nothing was written" "$(cat "$machine/sys/bus/cxl/drivers/cxl_mem/unbind")$(compgen -G "$CXL_STATE_DIR/*.json")" ""

# An entry of an earlier command is not replaced by an entry with the present state.
host=0000:11:00.0
half() { # STEP...: an entry with this undo
	jq -n --arg boot "$(cat /proc/sys/kernel/random/boot_id)" "{boot_id: \$boot, time_us: 1, method: \"host\",
		hosts: [{host: \"$host\", bus: \"pci\", driver: \"cxl_lab_accel\", memdev: \"mem0\", regions: []}],
		undo: [$(IFS=,; echo "$*")]}" >"$CXL_STATE_DIR/$host.json"
}
bind="{action: \"bind\", bus: \"pci\", driver: \"cxl_lab_accel\", device: \"$host\"}"
half "{action: \"override\", bus: \"pci\", driver: \"sfc\", device: \"$host\"}" "$bind"
machine_sys=bind detach mem0
is "an entry that is not undone: nothing is done" "$status$out$err" \
	"1cxl detach-memdev: $host: detached, and not completely reattached (run 'cxl attach-memdev $host' first)"
half "$bind"
machine_sys=bind detach mem0
is "an entry that is undone is in nothing's way" "$status$(compgen -G "$CXL_STATE_DIR/*.json")" 5
detach -f --via port mem0
is "-f: what is also lost" "$status$err" "5cxl detach-memdev: also lost, in use, or not to be undone:
  memdev mem1
  region region1
cxl detach-memdev: cannot write /sys/bus/cxl/drivers/cxl_port/unbind: Read-only file system"

# One command at a time
(flock 8 && echo 4711 >&8 && machine_sys=bind detach mem0 && echo "$status $err" >"$machine_top/second") 8<>"$CXL_STATE_DIR/lock"
is "the second says which process is at work" "$(cat "$machine_top/second")" \
	"1 cxl detach-memdev: process 4711 is detaching or reattaching a memdev"

ok "every plan is valid" all_valid detach-memdev-plan
# If the region cannot be read now, its later state cannot be compared with it.
machine pci-accelerator
for unknown in resource size locked; do
	kept=$(cat "$devices/region0/$unknown")
	echo garbage >"$devices/region0/$unknown"
	detach --dry-run mem0
	is "$unknown cannot be read: refused" "$status$(jq -c '[.excess[] | select(.kind == "undo") | .what]' <<<"$out")" \
		"3[\"cannot tell afterwards whether region0 is back (its $unknown cannot be read)\"]"
	detach -f --dry-run mem0
	is "$unknown cannot be read: with -f, it goes" "$status$(jq -r .verdict <<<"$out")" "0forced"
	echo "$kept" >"$devices/region0/$unknown"
done
detach --dry-run mem0
is "all of it can be read" "$status$(jq -r .verdict <<<"$out")" "0allowed"
finish
