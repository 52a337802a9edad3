#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Machines that the lab does not have, made from recorded machines: vendors' kernels, built-in CXL, providers of two
# modules, devices without decoders. Each answer is true, or "unknown". First, on every machine: no answer about a memdev
# depends on one or two signals.
# shellcheck source=test/replay/machine.sh
. "$SOURCE/test/replay/machine.sh"

attaching=(cxl_mock_accel cxl_lab_accel sfc vfio-pci)
# signals WHAT: check the signals of the machine
signals() {
	run "$SIGNALS" "$machine" "${attaching[@]}"
	is "$1: with any one or two signals taken away, the truth or unknown" "$status$err" 0
	seen=$((seen + $(grep -c . <<<"$out")))
}
answer() { jq -c "$1" <<<"$out"; }
seen=0
for name in $(machines); do
	[ "$name" != hostile ] || continue # the truth about its drivers is not known
	machine "$name"
	signals "$name"
done
ok "every memdev was looked at" [ "$seen" -gt 40 ]

# list OPTION...: list the machine; said WHAT FILTER EXPECTED: a part of the listing
list() { run on_machine "${reader[@]}" "$CXL" list-attach -v "$@"; keep list-attach; }
said() { is "$1" "$status$(answer "$2")" "0$3"; }
states='map([.memdev // .host, .attach, .provider])'
# remake_modules: make the indexes again, after modules have changed
remake_modules() { depmod --basedir "$machine" "$(cd "$machine/lib/modules" && echo *)" 2>/dev/null; }
module() { find "$machine/lib/modules" -name "$1.ko"; }
# rename_symbol OLD NEW: in every module and in the kernel; both names have the same length
rename_symbol() {
	find "$machine/lib/modules" -name '*.ko' -exec sed -i "s/$1/$2/g" {} +
	sed -i "s/$1/$2/g" "$machine/proc/kallsyms"
	remake_modules
}

# On a vendor's kernel, the attach call has an unknown name, or attach is an argument of the call that registers a
# memdev. The regions of that kernel do not show that they are locked.
machine pci-accelerator
rename_symbol devm_cxl_probe_mem devm_xpu_probe_mem
list
said "attach has another name" "$states" '[["mem0","attached","cxl_lab_accel"]]'
like "attach has another name: said" "$err" 'no attach call that is known'
signals "attach has another name"
rm "$devices"/region*/locked
list
said "attach has another name, and no lock shows" "$states" '[["mem0","attached","cxl_lab_accel"]]'
signals "attach has another name, and no lock shows"
run on_machine "$CXL" destroy-region -f region0
like "attach has another name, and no lock shows: the region is not given away" "$err" 'region0 .*: refused: it belongs to cxl_lab_accel'
machine pci-accelerator
rename_symbol devm_cxl_probe_mem devm_cxl_add_memde
rename_symbol devm_cxl_add_memde devm_cxl_add_memdev
rm "$devices"/region*/locked
list
said "attach is an argument" "$states" '[["mem0","attached","cxl_lab_accel"]]'
machine pci-unbound
rename_symbol devm_cxl_probe_mem devm_xpu_probe_mem
list
said "attach has another name: of a detached host, nothing is known" "$states" '[]'

# The memory of a region is a NUMA node of its own. Memory blocks or a dax device show the node.
machine pci-accelerator
nodes='[.[0].regions[0].target_node, .[0].numa_node]'
list mem0
said "memory that nobody uses: no node shows" '.[0].regions[0] | has("target_node")' false
start=$(cat "$devices/region0/resource") size=$(cat "$devices/region0/size")
blocks=$machine/sys/devices/system/memory
mkdir -p "$blocks"
echo 8000000 >"$blocks/block_size_bytes"
last=$blocks/memory$(((start + size) / 0x8000000 - 1))
mkdir -p "$last/node3"
list mem0
said "driver-managed system RAM: the node of its last block" "$nodes" '[3,null]'
first=$blocks/memory$((start / 0x8000000))
mkdir -p "$first/node2" "$first/nodeless"
list mem0
said "driver-managed system RAM: the node of its first block" "$nodes" '[2,null]'
is "as a column" "$(on_machine "$CXL" list-attach mem0 --table -o REGION,NODE | awk 'NR == 2 {print $2}')" 2
is "list-locked has it, too" "$(on_machine "$CXL" list-locked region0 | jq '.[0].target_node')" 2
for size in '' 0 x ffffffffffffffffff; do
	echo "$size" >"$blocks/block_size_bytes"
	list mem0
	is "blocks of size '$size': no node" "$status$(answer '.[0].regions[0] | has("target_node")')" 0false
done
machine pci-shared
dax=$devices/region1/dax_region1/dax1.0
mkdir -p "$dax"
for node in 1 -1 x ''; do
	echo "$node" >"$dax/target_node"
	list mem1
	said "a dax device of node '$node'" '.[0].regions[0].target_node' "$([ "$node" = 1 ] && echo 1 || echo null)"
done

# The surroundings of a host on PCI: other functions, an IOMMU group, and methods that reset it under its driver.
machine pci-accelerator
host=$(on_machine "$CXL" list-attach | jq -r '.[0].host')
pci=$machine/sys/bus/pci/devices
list -vv
said "-vv: alone in its slot" '.[0].pci | del(.memory_enabled)' \
	'{"functions":[],"iommu_devices":[],"reset_methods":"cxl_bus","reset":true,"cxl_reset":false}'
run on_machine "${reader[@]}" "$CXL" list-attach
said "without it, nothing of that" '.[0] | has("pci")' false
mkdir -p "$machine/sys/kernel/iommu_groups/7/devices" "$pci/${host%.*}."{1,10} "$pci/0000:99:00.1" "$machine/sys/bus/pci/drivers/efx"
ln -s ../../drivers/efx "$pci/${host%.*}.1/driver"
for name in "$host" 0000:88:00.0 0000:9:00.0; do
	mkdir "$machine/sys/kernel/iommu_groups/7/devices/$name"
done
ln -sfn "$(realpath --relative-to "$(readlink -f "$pci/$host")" "$machine/sys/kernel/iommu_groups/7")" "$pci/$host/iommu_group"
echo 'flr cxl_bus' >"$pci/$host/reset_method"
: >"$pci/$host/reset"
: >"$pci/$host/cxl_reset"
list -v
said "-v: functions" '.[0].pci.functions' "[{\"host\":\"${host%.*}.1\",\"driver\":\"efx\"},{\"host\":\"${host%.*}.10\"}]"
said "-v: IOMMU group" '.[0].pci | [.iommu_group, .iommu_devices]' '["7",[{"host":"0000:9:00.0"},{"host":"0000:88:00.0"}]]'
said "-v: resets" '.[0].pci | [.reset_methods, .reset, .cxl_reset]' '["flr cxl_bus",true,true]'
# A configuration space with a CXL device DVSEC at 100h: capable; control 0, then Mem_Enable
for control in 0 4; do
	head -c 4096 /dev/zero >"$pci/$host/config"
	printf '\x23\0\1\0\x98\x1e\0\0\0\0\4\0%b' "\\$control" | dd of="$pci/$host/config" bs=1 seek=256 conv=notrunc 2>/dev/null
	list -v
	said "-v: memory enable, control $control" '.[0].pci.memory_enabled' "$([ $control = 4 ] && echo true || echo false)"
done
head -c 64 /dev/zero >"$pci/$host/config"
list -v
said "-v: memory enable, not root" '.[0].pci | has("memory_enabled")' false
run on_machine "$CXL" detach-memdev --dry-run --tree mem0
like "the plan: a function that stays" "$out" "${host%.*}.1 +function of the same device, driver efx, stays"
like "the plan: a device of the group that stays" "$out" '0000:9:00.0 +in the same IOMMU group, no driver, stays'
run on_machine "$CXL" detach-memdev --dry-run mem0
is "the plan has it as JSON" "$(answer '.detaches.memdevs[0].pci.iommu_group')" '"7"'
keep detach-memdev-plan
for options in '-v --table' '-v --providers' '-v --tree'; do
	# shellcheck disable=SC2086 # several
	run on_machine "$CXL" list-attach $options
	is "list-attach $options: wrong usage" "$status" 2
done

# CXL is built into the kernel: it has no module, and no index shows what depends on it.
# build_in: build these modules of the machine in
build_in() {
	local path
	rm -rf "$machine"/sys/module/cxl_{acpi,core,mem,pci,pmem,port} "$machine"/lib/modules/*/kernel/drivers/cxl
	for path in core/cxl_core cxl_{acpi,mem,pci,pmem,port}; do
		echo "kernel/drivers/cxl/$path.ko"
	done >"$(echo "$machine"/lib/modules/*)/modules.builtin"
	sed -i 's/\t\[cxl_.*//' "$machine/proc/kallsyms"
	remake_modules
}
machine pci-accelerator
build_in
list
said "CXL is built in: attached" "$states" '[["mem0","attached","cxl_lab_accel"]]'
signals "CXL is built in"
run on_machine "$CXL" list-attach --providers
is "CXL is built in: the providers" "$status$(answer 'map([.module, .loaded, (.hosts | map(.memdev))])')" '0[["cxl_lab_accel",true,["mem0"]]]'
machine pci-unbound
build_in
list
said "CXL is built in: detached, by its driver_override" "$states" '[["0000:11:00.0","detached","cxl_lab_accel"]]'
run on_machine "$CXL" attach-memdev --dry-run 0000:11:00.0
is "CXL is built in: can be attached" "$status$(answer '.[0].steps | map(.action)')" '0["load","bind"]'
: >"$machine/sys/bus/pci/devices/0000:11:00.0/driver_override"
{
	objcopy -O binary --only-section=.modinfo "$(module cxl_lab_accel)" /dev/stdout
	printf 'alias=pci:v00008086d00000D93sv*sd*bc*sc*i*\0'
} >"$machine_top/modinfo"
objcopy --update-section .modinfo="$machine_top/modinfo" "$(module cxl_lab_accel)"
remake_modules
list
said "CXL is built in: detached, by its modalias" "$states" '[["0000:11:00.0","detached","cxl_lab_accel"]]'
machine pci-6.12
build_in
list --all
said "CXL is built in, and nothing is attached" 'map(.attach)' '["none","none"]'

# The modules are for another architecture. The ELF file has only a number for its machine (183: arm64).
machine pci-accelerator
find "$machine/lib/modules" -name '*.ko' | while read -r file; do
	printf '\267\0' | dd of="$file" bs=1 seek=18 conv=notrunc status=none
done
remake_modules
list
said "modules of arm64" 'map([.attach, .provider, .module, .imports_attach])' '[["attached","cxl_lab_accel","cxl_lab_accel",true]]'
run on_machine "$CXL" list-attach --providers
said "modules of arm64: providers" 'map(.module)' '["cxl_lab_accel"]'

# The bound driver is vfio-pci. It uses another module, which imports the attach call.
machine pci-accelerator
cd "$machine" || exit
rename_all cxl_lab_accel vfio_cxl
mkdir -p sys/module/vfio_pci
mv sys/bus/pci/drivers/vfio_cxl sys/bus/pci/drivers/vfio-pci
host=$(readlink -f "$devices/mem0/..")
ln -sfn "$(readlink "$host/driver" | sed 's/vfio_cxl/vfio-pci/')" "$host/driver"
ln -sfn ../../../../module/vfio_pci sys/bus/pci/drivers/vfio-pci/module
cd / || exit
printf '.section .modinfo,"a"\n.asciz "vermagic=7.3.0 SMP"\n.text\ncall vfio_cxl_register\n' | as -o "$(module vfio-pci)"
printf 'vfio_cxl_register\0' >"$machine_top/exported"
objcopy --add-section __ksymtab_strings="$machine_top/exported" "$(module vfio_cxl)"
remake_modules
list
said "a provider of two modules" "$states" '[["mem0","attached","vfio-pci"]]'
is "a provider of two modules: which one imports the call" "$(answer '.[0] | [.module, .imports_attach, .importer]')" '["vfio_pci",false,"vfio_cxl"]'
is "a provider of two modules: the evidence" \
	"$(answer '.[0].evidence | map(select(.signal | startswith("module-")) | [.signal, .value, .indicates])')" \
	'[["module-uses-importer","vfio_cxl","attached"]]'
signals "a provider of two modules"

# A region with a child of an unknown kind means neither "no child" nor "a child that attached memory never has".
machine pci-accelerator
mkdir "$(readlink -f "$devices/region0")/xpu_region0"
: >"$(readlink -f "$devices/region0")/xpu_region0/uevent"
list
said "a child that is not known" "$states" '[["mem0","attached","cxl_lab_accel"]]'
is "a child that is not known: counts for neither side" \
	"$(answer '.[0].evidence | map(select(.signal | test("child")) | [.signal, .file, .indicates])')" \
	'[["region-with-other-child","/sys/bus/cxl/devices/region0/xpu_region0","neither"]]'
signals "a child that is not known"

# A kernel that itself says whether a memdev is attached: its answer decides.
machine pci-shared
echo 0 >"$devices/mem0/attached"
echo 1 >"$devices/mem1/attached"
list --all
said "the kernel says what is attached" 'map([.memdev, .attach])' '[["mem0","none"],["mem1","attached"]]'
is "the kernel says what is attached: where" "$(answer 'map(.evidence[0] | [.signal, .file, .value])')" \
	'[["memdev-not-attached","/sys/bus/cxl/devices/mem0/attached","0"],["memdev-attached","/sys/bus/cxl/devices/mem1/attached","1"]]'

# A device without decoders, directly below the root: the kernel emulates one, and marks it as locked.
machine firmware-locked
cd "$devices" || exit
region=$(grep -l 1 region*/locked | while read -r file; do
	! compgen -G "${file%/*}/dax_region*" >/dev/null || echo "${file%/*}"; done | head -n 1)
decoder=$(grep -lx "$region" decoder*/region | xargs -n 1 dirname | while read -r decoder; do
	[[ $(readlink -f "$decoder") != */endpoint* ]] || echo "$decoder"; done)
endpoint=$(readlink -f "$decoder/..")
root=$(readlink -f root0)
mv "$endpoint" "$root/"
for link in *; do
	target=$(readlink "$link")
	[[ $target != */"${endpoint##*/}"* ]] || ln -sfn "${target%%/root0/*}/root0/${endpoint##*/}${target##*"${endpoint##*/}"}" "$link"
done
for link in decoder*; do
	[[ $(readlink -f "$link") != "$root/${endpoint##*/}"/* || $link = "$decoder" ]] || { rm -r "$(readlink -f "$link")"; rm "$link"; }
done
for other in decoder*; do [ "$other" = "$decoder" ] || [ "$(cat "$other/locked")" = 0 ] || echo 0 >"$other/locked"; done
cd / || exit
run on_machine "${reader[@]}" "$CXL" list-locked
is "an emulated decoder" "$status$(answer "map(select(.region == \"$region\") | [.reason, (.locked_decoders | map(.decoder))])")" \
	"0[[\"emulated\",[\"$decoder\"]]]"
keep list-locked
run on_machine "$CXL" destroy-region -f "$region"
like "an emulated decoder: the region is not deleted" "$err" "$region .*: refused: the device has no decoders: the kernel emulates $decoder, which"

for schema in list-attach list-locked; do
	ok "the answers of $schema are valid" all_valid $schema
done
finish
