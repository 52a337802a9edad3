#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# list-attach with one accelerator, on either machine, compared with cxl-cli and sysfs; also while the provider goes and
# comes back.
# shellcheck source=test/vm/guest.sh
. "$SOURCE/test/vm/guest.sh"

list_attach() {
	run "$CXL" list-attach -v "$@"
	answers=$((answers + 1))
	printf '%s' "$out" >"/tmp/answer-$answers"
}
answers=0

list_attach
is "done" "$status" 0
is "nothing on stderr" "$err" ""
is "one memdev is attached" "$(answer 'map([.memdev, .attach])')" '[["mem0","attached"]]'

# The oracle: cxl-cli for what it knows, and links in sysfs for the rest
memdevs=$(/usr/bin/cxl list -M)
regions=$(/usr/bin/cxl list -R)
host=$(basename "$(readlink -f /sys/bus/cxl/devices/mem0/..)")
subsystem=$(basename "$(readlink -f /sys/bus/cxl/devices/mem0/../subsystem)")
driver=$(readlink -f "/sys/bus/$subsystem/devices/$host/driver")
is "host, as cxl list -M" "$(answer '.[0].host')" "$(jq -c '.[0].host' <<<"$memdevs")"
is "host, as sysfs" "$(answer '.[0].host')" "\"$host\""
is "subsystem, as sysfs" "$(answer '.[0].subsystem')" "\"$subsystem\""
is "provider, as sysfs" "$(answer '.[0].provider')" \
	"\"$(basename "$driver")\""
is "module, as sysfs" "$(answer '.[0].module')" "\"$(basename "$(readlink "$driver/module")")\""
is "module is loaded" "$(grep -c "^$(answer '.[0].module' | tr -d '"') " /proc/modules)" 1
is "endpoint, as cxl list -E" "$(answer '.[0].endpoint')" \
	"$(/usr/bin/cxl list -E | jq -c '.[0].endpoint')"
# cxl-cli shows whether a region is locked since 85.
for key in region resource size decode_state $(jq -r '.[0] | keys[] | select(. == "locked")' <<<"$regions"); do
	is "region's $key, as cxl list -R" "$(answer ".[0].regions[0].$key")" \
		"$(jq -c ".[0].$key" <<<"$regions")"
done
is "region's state, as sysfs" "$(answer '.[0].regions[0].state')" \
	"\"$([ -e /sys/bus/cxl/drivers/cxl_region/region0 ] && echo enabled || echo disabled)\""
is "address, as /proc/iomem" \
	"$(answer '.[0].regions[0] | [.resource, .resource + .size - 1]')" \
	"$(sed -n 's/^ *\([0-9a-f]*\)-\([0-9a-f]*\) : region0$/0x\1 0x\2/p' /proc/iomem |
		{ read -r start end; echo "[$((start)),$((end))]"; })"
for file in $(answer '.[0].evidence[].file' | tr -d '"'); do
	case $file in
	*.ko) seen=$(nm "$file" | grep -o 'U devm_cxl_probe_mem' | cut -c 3-) ;;
	*/holders/*) seen=$([ -e "$file" ] && echo present) ;;
	*/region0) seen=$([ -e "$file/driver" ] && ! compgen -G "$file/*_region0" >/dev/null &&
		echo "no dax or pmem region") ;;
	*) seen=$(cat "$file" 2>/dev/null || echo absent) ;;
	esac
	is "evidence: ${file##*/} is as shown" "$seen" \
		"$(answer ".[0].evidence[] | select(.file == \"$file\").value" | tr -d '"')"
done
kinds=5
[ ! -e "/sys/bus/cxl/devices/$(jq -r .[0].memdev <<<"$out")/attached" ] || kinds=6 # a kernel that says it
is "every kind of evidence is there, and all of it agrees" \
	"$(answer '.[0].evidence | map(select(.indicates != "neither").indicates) | [length, unique]')" "[$kinds,[\"attached\"]]"
same_as_truth "attached: as the kernel itself says"
if [ "$subsystem" = platform ]; then
	expected='["cxl_type2_accel.0","cxl_mock_accel","cxl_mock_accel","endpoint3","region0",1031060586496,536870912,true]'
else
	window=$(sed -n 's/^\([0-9a-f]*\)-.* : CXL Window 0$/0x\1/p' /proc/iomem)
	expected="[\"0000:11:00.0\",\"cxl_lab_accel\",\"cxl_lab_accel\",\"endpoint2\",\"region0\",$((window)),268435456,true]"
fi
is "the known numbers" "$(answer '.[0] | [.host, .provider, .module, .endpoint] + (.regions[0] | [.region, .resource, .size, .locked])')" \
	"$expected"
provider=$(answer '.[0].provider' | tr -d '"')
endpoint=$(answer '.[0].endpoint' | tr -d '"')
whole=$(answer 'map(del(.memdev, .id, .endpoint, .evidence))')
list_attach -u
is "human-readable, as cxl list -u" "$(answer '.[0].regions[0] | [.resource, .size]')" \
	"$(/usr/bin/cxl list -Ru | jq -c 'if type == "array" then .[0] else . end | [.resource, .size]')"
run setpriv --reuid 65534 --regid 65534 --clear-groups "$CXL" list-attach
is "not root: attached" "$(answer 'map(.attach)')" '["attached"]'

list_attach mem5
is "unknown memdev: failed" "$status" 1
is "unknown memdev: empty" "$out" '[]'

list_attach_as() {
	"$CXL" list-attach "$@" >/tmp/other
	status=$?
}
list_attach_as --tree
is "a tree from the bus to the region" "$(grep -oE '(root|port|endpoint|mem|region)[0-9]+' /tmp/other | xargs)" \
	"root0 port1 $endpoint mem0 region0"
list_attach_as -o MEMDEV,PROVIDER,REGION
is "a table" "$(sed 1d /tmp/other | xargs)" "mem0 $provider region0"
list_attach_as --providers
is "this provider is one that the kernel has" \
	"$(jq -c --arg module "$provider" 'map(select(.module == $module))[0] | [.loaded, (.hosts | map(.memdev))]' /tmp/other)" \
	'[true,["mem0"]]'
valid "the providers' answer is valid" list-attach-providers /tmp/other

echo region0 >/sys/bus/cxl/drivers/cxl_region/unbind
list_attach
is "region without its driver: attached, disabled" "$(answer '.[0] | [.attach, .regions[0].state]')" \
	'["attached","disabled"]'
same_as_truth "region without its driver: as the kernel itself says"
echo region0 >/sys/bus/cxl/drivers/cxl_region/bind
list_attach
is "region with its driver again" "$(answer '.[0].regions[0].state')" '"enabled"'

unbind_settled "$host" "$driver"
list_attach
is "provider unbound: detached, with the driver that can attach it" \
	"$(answer 'map([.attach, .host, .provider, .module, .port, .resource])')" \
	"[[\"detached\",\"$host\",\"$provider\",\"$provider\",\"port1\",$(jq '.[0].regions[0].resource' <<<"$whole")]]"
is "provider unbound: done" "$status" 0
same_as_truth "provider unbound: as the kernel itself says"
echo "$host" >"$driver/bind"
list_attach
is "provider bound again: attached, as before" "$(answer 'map(del(.memdev, .id, .endpoint, .evidence))')" "$whole"

modprobe -r "$provider"
echo 1 >/sys/bus/cxl/flush
list_attach
is "provider's module unloaded: detached" "$(answer 'map([.attach, .host, .provider])')" \
	"[[\"detached\",\"$host\",\"$provider\"]]"
same_as_truth "provider's module unloaded: as the kernel itself says"
modprobe "$provider"
list_attach
is "provider's module loaded: attached, as before" "$(answer 'map(del(.memdev, .id, .endpoint, .evidence))')" "$whole"

# While the devices come and go: each answer is complete, or standard error says what is missing
(
	for _ in 1 2 3 4 5; do
		unbind_settled "$host" "$driver"
		echo "$host" >"$driver/bind"
	done
) &
changes=$!
statuses=''
while kill -0 "$changes" 2>/dev/null; do
	list_attach
	statuses+="$status "
done
wait "$changes"
like "while it comes and goes: always done" "$statuses" '^(0 )+$'
list_attach
is "after that: attached" "$(answer 'map(.attach)')" '["attached"]'
valid "every answer is valid" list-attach /tmp/answer-*

check_dmesg
