#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What stops writes to sysfs that bypass the guard: the udev rule of the manual page, its cost, and the alternatives. The
# machine has a shared window, because other windows have no delete_region.
# shellcheck source=test/vm/guest.sh
. "$SOURCE/test/vm/guest.sh"

decoder=/sys/bus/cxl/devices/decoder0.0
ok "the window is shared: there is a delete_region" test -e $decoder/delete_region
[ -x /usr/lib/systemd/systemd-udevd ] || skip_all "this userland has no udev"
host=$("$CXL" list-attach | jq -r '.[0].host')
driver=/sys/bus/pci/drivers/cxl_lab_accel
acpi=$(basename "$(readlink -f /sys/bus/cxl/devices/root0/..)")
cycle_bus() {
	unbind_settled "$acpi" /sys/bus/platform/drivers/cxl_acpi
	echo "$acpi" >/sys/bus/platform/drivers/cxl_acpi/bind
	echo 1 >/sys/bus/cxl/flush
	echo "$host" >$driver/bind
}

# asked NAME FILE: the error of the kernel, or of the file system, when NAME is written to FILE
asked() { bash -c 'echo "$0" >"$1"' "$1" "$2" 2>&1 | sed 's/.*: //'; }
region() { "$CXL" list-attach | jq -r '.[0].regions[0].region'; }

is "root can write to it" "$(asked region99 $decoder/delete_region)" "No such device"

# The rule, as on the manual page
mkdir -p /run/udev/rules.d
grep '^	ACTION==' "$SOURCE/Documentation/cxl-attach.adoc" | sed 's/^	//' >/run/udev/rules.d/99-cxl-attach.rules
is "the page has a rule" "$(wc -l </run/udev/rules.d/99-cxl-attach.rules)" 1
ok "udev runs" /usr/lib/systemd/systemd-udevd --daemon
udevadm trigger --settle --action=add "$(readlink -f $decoder)"
is "with the rule, root is refused" "$(asked "$(region)" $decoder/delete_region)" "Permission denied"
# shellcheck disable=SC2016 # expanded there
is "also in another mount namespace, with another sysfs" \
	"$(unshare -m sh -c 'mount -t sysfs sysfs /mnt && exec "$0" "$@"' bash -c \
		'echo "$0" >/mnt/bus/cxl/devices/decoder0.0/delete_region' "$(region)" 2>&1 | sed 's/.*: //')" "Permission denied"
cycle_bus
udevadm settle
is "also after the decoder was recreated" "$(asked "$(region)" $decoder/delete_region)" "Permission denied"
udevadm control --exit
is "the attach has not changed" "$("$CXL" list-attach | jq -c 'map([.attach, .regions[0].state])')" '[["attached","enabled"]]'

# The cost
expander=$("$CXL" list-attach --all | jq -r 'map(select(.attach == "none" and .regions == []))[0].memdev // empty')
if [ -n "$expander" ]; then
	run /usr/bin/cxl create-region -t ram -d decoder0.0 -m "$expander"
	made=$(answer .region | tr -d '"')
	ok "an expander can be given a region" [ -e "/sys/bus/cxl/devices/$made" ]
	modprobe -r dax_cxl kmem 2>/dev/null
	run "$CXL" destroy-region -f "$made"
	is "it cannot be destroyed" "$status$(grep -o 'Permission denied' <<<"$err" | sort -u)" "1Permission denied"
	is "and remains, reset" "$(cat "/sys/bus/cxl/devices/$made/commit")" 0
	chmod u+w $decoder/delete_region
	is "until the permission is restored" "$(asked "$made" $decoder/delete_region)$(compgen -G "/sys/bus/cxl/devices/$made")" ""
fi

# The unbind file of a driver applies to all of its devices.
unbind=/sys/bus/cxl/drivers/cxl_mem/unbind
chmod a-w $unbind
run "$CXL" disable-memdev -f "$("$CXL" list-attach | jq -r '.[0].memdev')"
is "a memdev cannot be disabled" "$status$([ -e "$driver/$host" ] && echo bound)" 1bound
chmod u+w $unbind

# A read-only bind mount of the file only works in its mount namespace, and not after the decoder is recreated.
mount --bind $decoder/delete_region $decoder/delete_region
mount -o remount,bind,ro $decoder/delete_region
is "mounted read-only: root is refused" "$(asked "$(region)" $decoder/delete_region)" "Read-only file system"
# shellcheck disable=SC2016 # expanded there
is "not where it is unmounted" \
	"$(unshare -m bash -c 'umount "$1" && echo region99 >"$1"' unmount $decoder/delete_region 2>&1 | sed 's/.*: //')" "No such device"
cycle_bus
is "nor after the decoder was recreated" "$(asked region99 $decoder/delete_region)" "No such device"
check_dmesg
