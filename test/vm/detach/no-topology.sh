#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Another process has unbound the CXL bus, and the journal does not have it: the reason why the host cannot be attached.
# shellcheck source=test/vm/detach.sh
. "$SOURCE/test/vm/detach.sh"

whole=$(state)
root=$(echo /sys/bus/cxl/devices/root*)
bus=$(readlink -f "$root/uport")
driver=$(readlink -f "$bus/driver")
unbind_settled "${bus##*/}" "$driver"
run "$CXL" list-attach --host "$host"
is "list-attach: detached, and why an attach would fail" "$(answer 'map([.attach, .reason])')" '[["detached","no-topology"]]'
valid "list-attach is valid" list-attach
run "$CXL" attach-memdev "$host"
is "attach-memdev: fails" "$status" 1
like "attach-memdev: why" "$err" "no CXL topology above $host"
echo "${bus##*/}" >"$driver/bind"
echo 1 >/sys/bus/cxl/flush
run "$CXL" attach-memdev "$host"
is "with the bus, it is attached again" "$status$(state)" "0$whole"

# --cycle-bus for a host that is in no entry of the journal: the host is in an entry while there is no bus.
unbind_settled "$host" "/sys/bus/$(basename "$(readlink -f "/sys/bus/"*"/devices/$host/subsystem")")/drivers/$provider"
for point in step-0 step-1 returned; do
	killed $point attach-memdev --cycle-bus -f "$host"
	reattached "--cycle-bus, killed at $point"
	unbind_settled "$host" "/sys/bus/$(basename "$(readlink -f "/sys/bus/"*"/devices/$host/subsystem")")/drivers/$provider"
done
run "$CXL" attach-memdev --cycle-bus -f "$host"
is "--cycle-bus of a host that nobody detached" "$status$(state)$(compgen -G '/run/cxl/*.json')" "0$whole"
check_dmesg
