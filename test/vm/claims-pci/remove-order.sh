#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Documentation/claims.md, C1: what remains of region and provider while the provider's remove() runs. remove() is made
# to sleep. If the host is unbound, the region exists until remove() has returned. If the memdev is unbound, the region
# is gone before remove() begins, and the provider still has it mapped.
# shellcheck source=test/vm/guest.sh
. "$SOURCE/test/vm/guest.sh"

parameter=/sys/module/cxl_lab_accel/parameters/remove_sleep_ms
host=$(basename "$(readlink -f /sys/bus/cxl/devices/mem0/..)")
driver=$(readlink -f /sys/bus/cxl/devices/mem0/../driver)
memdev() { basename "$driver/$host"/mem[0-9]*; }
# Prints what remains of the region and of its provider. The driver's link in sysfs shows nothing: it goes before
# remove() is called.
look() {
	echo "region $(grep -c ' : region0$' /proc/iomem), mapping $(grep -c lab_accel_probe /proc/vmallocinfo)," \
		"interface $(find "/sys/bus/pci/devices/$host/net" -mindepth 1 -maxdepth 1 2>/dev/null | wc -l)"
}
# sleeping: is a process of the kernel or of ours in remove()?
sleeping() { grep -qs lab_accel_remove /proc/[0-9]*/stack; }
# look_while_sleeping: print what remains after remove() has begun, and before it has ended
look_while_sleeping() {
	local i seen
	for ((i = 0; i < 100; i++)); do
		! sleeping || break
		sleep 0.1
	done
	seen=$(look)
	if sleeping; then echo "$seen"; else echo "not seen within remove()"; fi
}

is "before" "$(look)" "region 1, mapping 1, interface 1"

echo 60000 >$parameter
echo "$host" >"$driver/unbind" &
is "host: while remove() runs, the region is there" "$(look_while_sleeping)" "region 1, mapping 1, interface 1"
echo 0 >$parameter
wait $!
echo 1 >/sys/bus/cxl/flush
is "host: afterwards nothing is" "$(look)" "region 0, mapping 0, interface 0"
echo "$host" >"$driver/bind"

echo 60000 >$parameter
memdev >/sys/bus/cxl/drivers/cxl_mem/unbind &
is "memdev: while remove() runs, the region is gone, and mapped still" "$(look_while_sleeping)" \
	"region 0, mapping 1, interface 1"
echo 0 >$parameter
wait $!
echo 1 >/sys/bus/cxl/flush
is "memdev: afterwards nothing is" "$(look)" "region 0, mapping 0, interface 0"
echo "$host" >"$driver/bind"

echo 2000 >$parameter
run "$CXL" detach-memdev -f --reattach "$(memdev)"
is "memdev: every check passed" "$status" 0
ok "memdev: the exposure is as long as remove() takes" test "$(jq .exposure.us <<<"$out")" -ge 2000000
run "$CXL" detach-memdev -f --reattach --via host "$(memdev)"
is "host: every check passed, and there is no exposure" "$status$(answer .exposure)" '0{"us":0,"how":"excluded"}'
echo 0 >$parameter
is "everything is as it was" "$(look)" "region 1, mapping 1, interface 1"
check_dmesg
