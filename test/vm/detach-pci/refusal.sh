#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Without -f, detach-memdev refuses to detach what is in use, and what was not named. The machine has an expander in the
# same window and below the same port as the accelerator.
# shellcheck source=test/vm/detach.sh
. "$SOURCE/test/vm/detach.sh"

whole=$(state)
memdev=$(mem)
interface=$(basename "/sys/bus/pci/devices/$host/net/"*)
expander=$("$CXL" list-attach --all | jq -r '.[] | select(.attach == "none").memdev')
excess() { jq -c '.excess | map(.kind) | unique' <<<"$out"; }
refused() {
	run "$CXL" detach-memdev "${@:2}" "$memdev"
	is "$1: refused" "$status$out" 3
	is "$1: nothing has changed" "$(state)$(compgen -G '/run/cxl/*.json')" "$whole"
}

run "$CXL" detach-memdev --dry-run "$memdev"
is "an interface that is down is not in use" "$status$(excess)" "0[]"
ip link set "$interface" up
ip address add 192.0.2.7/24 dev "$interface"
ip route add default via 192.0.2.1
run "$CXL" detach-memdev --dry-run "$memdev"
is "an interface in use: the plan has it" "$status$(excess)" '3["address","default-route","up"]'
refused "an interface in use"
like "an interface in use: how" "$err" "address $interface 192.0.2.7"
for method in host endpoint module pci-remove; do refused "an interface in use, by $method" --via $method; done
ip link set "$interface" down
ip address flush dev "$interface"

exec 7<"/dev/cxl/$memdev"
refused "a file that is open"
like "a file that is open: by whom" "$err" "open $memdev bash \(process $$\)"
exec 7<&-

refused "an expander below the port" --via port
like "an expander below the port: by name" "$err" "memdev $expander"
run "$CXL" create-region -t ram -m "$expander" -d decoder0.0
region=$(jq -r .region <<<"$out")
whole=$(state)
refused "an expander's region below the bus" --via bus
like "an expander's region below the bus: by name" "$err" "region $region"

# The expander's memory is system RAM. Without udev, the test loads the modules for new devices by hand.
modprobe -a dax_cxl kmem
for blocks in /sys/devices/system/memory/memory*/state; do
	[ "$(<"$blocks")" = online ] || echo online_movable >"$blocks"
done
for method in port bus; do
	refused "system RAM, $method" --via $method
	refused "system RAM, $method, even with -f" -f --via $method
	like "system RAM, $method: says which option it needs" "$err" "refused without --lose-system-ram"
done
run "$CXL" detach-memdev --dry-run --via port -f "$memdev"
is "system RAM: the plan is refused with -f" "$status$(answer .verdict)" '3"refused"'
run "$CXL" detach-memdev --dry-run --via port -f --lose-system-ram "$memdev"
is "system RAM: and forced with the option for it" "$status$(answer .verdict)" '0"forced"'
run "$CXL" detach-memdev --via host "$memdev"
is "what does not touch it is done" "$status$(failed)" "0[]"
reattach
is "and reattached" "$status$(state)" "0$whole"
check_dmesg
