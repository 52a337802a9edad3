#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The guard on the real kernel, on either machine: an operation that it refuses does not happen. An operation that it
# allows is done by cxl-cli and the kernel as without the guard.
# shellcheck source=test/vm/guest.sh
. "$SOURCE/test/vm/guest.sh"

host=$(basename "$(readlink -f /sys/bus/cxl/devices/mem0/..)")
driver=$(readlink -f /sys/bus/cxl/devices/mem0/../driver)
provider=$(basename "$driver")
endpoint=$("$CXL" list-attach | jq -r '.[0].endpoint')
owned() { jq -c 'map([.attach, .host, (.regions[] | .state, .resource)])' <<<"$("$CXL" list-attach)"; }
whole=$(owned)

# refused COMMAND...: exit 3, and nothing has changed
refused() {
	run "$CXL" "$@"
	is "$*: refused" "$status" 3
	like "$*: by name" "$err" "$provider on $host"
	is "$*: nothing has changed" "$(owned)" "$whole"
}

for spelling in region0 0 all region0,region7; do
	refused destroy-region "$spelling"
	refused destroy-region -f "$spelling"
	refused destroy-region "$spelling" --force -b root0
done
refused destroy-region region0 -d decoder0.0
refused disable-memdev mem0
refused disable-memdev all -b 0
refused disable-port port1
refused disable-port -e "$endpoint"
refused disable-bus root0
refused free-dpa mem0
refused free-dpa -t ram mem0
for command in 'destroy-region -f all' 'disable-memdev -f mem0' 'disable-port -f port1' 'disable-bus -f root0'; do
	read -ra words <<<"$command"
	run "$CXL" "${words[@]}" --dry-run
	is "$command --dry-run: nothing has changed" "$(owned)" "$whole"
	printf '%s' "$out" >"/tmp/verdict-${words[0]}"
done
valid "the verdicts are valid" guard /tmp/verdict-*

run "$CXL" disable-region region0
is "disable-region: done" "$status$(cat /sys/bus/cxl/devices/region0/commit)" 01
like "disable-region: reports that it stays mapped" "$err" "region0: it stays mapped and in use by $provider"
is "disable-region: the region's driver is gone" "$("$CXL" list-attach | jq -c 'map(.regions[].state)')" '["disabled"]'
run "$CXL" enable-region region0
is "enable-region: as before" "$(owned)" "$whole"

# rebind WHAT: bind the host if it is unbound, once the kernel has done the work that the unbind queued
rebind() {
	echo 1 >/sys/bus/cxl/flush
	[ -e "$driver/$host" ] || echo "$host" >"$driver/bind"
	is "$1: bound again, as before" "$(owned)" "$whole"
}

acpi=$(basename "$(readlink -f /sys/bus/cxl/devices/root0/..)")
cycle_bus() {
	unbind_settled "$acpi" /sys/bus/platform/drivers/cxl_acpi
	echo "$acpi" >/sys/bus/platform/drivers/cxl_acpi/bind
}

run "$CXL" disable-memdev -f "$("$CXL" list-attach | jq -r '.[0].memdev')"
is "disable-memdev -f: done" "$status" 0
like "disable-memdev -f: with a warning" "$err" ": this unbinds or removes
  $provider on $host"
echo 1 >/sys/bus/cxl/flush
is "disable-memdev -f: the region and the provider are gone" \
	"$(compgen -G '/sys/bus/cxl/devices/region0')$(compgen -G "$driver/$host")" ""
rebind "disable-memdev -f"

run "$CXL" disable-port -f port1
is "disable-port -f: done" "$status" 0
echo 1 >/sys/bus/cxl/flush
is "disable-port -f: the provider is gone" "$(compgen -G "$driver/$host")" ""
run "$CXL" enable-port port1
# A port of real decoders cannot be used after it is enabled again, until the bus is unbound and bound again
# (Documentation/findings/port-reuse.md). A port of the mock can.
if ! echo "$host" 2>/dev/null >"$driver/bind"; then
	like "disable-port -f: why the host cannot be bound" "$(dmesg | tail -n 5)" \
		'port1: decoder1\.0: Committed out of order.*'"$host: error -6: cannot attach"
	cycle_bus
fi
rebind "disable-port -f"

run "$CXL" disable-bus -f root0
is "disable-bus -f: done" "$status" 0
echo 1 >/sys/bus/cxl/flush
is "disable-bus -f: the provider is gone" "$(compgen -G "$driver/$host")" ""
echo "$acpi" >/sys/bus/platform/drivers/cxl_acpi/bind
rebind "disable-bus -f"

# An expander in the same window
expander=$("$CXL" list-attach --all | jq -r 'map(select(.attach == "none" and .regions == []))[0].memdev // empty')
if [ -n "$expander" ]; then
	run "$CXL" create-region -t ram -d decoder0.0 -m "$expander"
	region=$(jq -r .region <<<"$out")
	ok "an expander has $region" [ -e "/sys/bus/cxl/devices/$region" ]
	modprobe -r dax_cxl kmem 2>/dev/null
	whole=$(owned)
	run "$CXL" destroy-region -f "$("$CXL" list-attach | jq -r '.[0].regions[0].region')" "$region"
	is "a list: refused, and the other one done" "$status$(compgen -G "/sys/bus/cxl/devices/$region")" 3
	is "a list: the attach is as it was" "$(owned)" "$whole"
	run "$CXL" disable-memdev "$expander"
	is "an expander can be disabled" "$status" 0
	run "$CXL" enable-memdev "$expander"
	is "and enabled" "$status" 0
fi
as_cxl_cli destroy-region region9
as_cxl_cli disable-memdev mem99
as_cxl_cli disable-port -h
check_dmesg
