#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Each method and its reattach, with --debug: libcxl's own log proves that libcxl did the operation. If libcxl has no call
# for it, the function still works on libcxl's memdev. strace shows whose code makes the writes.
# shellcheck source=test/vm/detach.sh
. "$SOURCE/test/vm/detach.sh"

whole=$(state)
memdev='' endpoint='' port='' root=''

# names: print the present names
names() {
	memdev=$(mem)
	endpoint=$("$CXL" list-attach | jq -r '.[0].endpoint')
	port=$(basename "$(dirname "$(readlink -f "/sys/bus/cxl/devices/$endpoint")")")
	root=$(basename /sys/bus/cxl/devices/root[0-9]*)
}

# down METHOD PATTERN: the method detaches the memdev, and the log matches PATTERN
down() {
	run "$CXL" detach-memdev --debug -f --via "$1" "$memdev"
	is "$1: detached" "$status$(failed)" "0[]"
	like "$1: the log says by which call" "$err" "$2"
	is "$1: nothing else was disabled" "$(grep -cE '^(libcxl|cxl): [a-z_]+(disable|unbind|unload|remove)[a-z_]*: ' <<<"$err")" 1
}

# back METHOD PATTERN: everything is reattached, and the log matches PATTERN
back() {
	run "$CXL" attach-memdev --debug
	like "$1: reattached, and the log says by which call" "$err" "$2"
	[ "$status" -eq 0 ] || [[ $err != *--cycle-bus* ]] || {
		run "$CXL" attach-memdev --debug --cycle-bus -f
		like "$1: the root device is unbound by libcxl" "$err" "cxl_bus_disable_invalidate: $root: disabled"
		like "$1: and is bound again" "$err" "cxl: cxl_host_bind: [^ ]+: Success"
	}
	is "$1: everything is as it was" "$status$(state)" "0$whole"
}

names
down memdev "libcxl: cxl_memdev_disable_invalidate: $memdev: disabled"
like "memdev: what it is" "$err" "cxl: describe_memdev: $memdev: host $host on [a-z]+, driver $provider, .*class attributes: no"
back memdev "cxl: cxl_host_bind: $host: Success"
names
down host "cxl: cxl_memdev_unbind_host: $host: Success"
like "host: its memdev is libcxl's" "$err" "libcxl: add_cxl_memdev: $memdev: base"
back host "cxl: cxl_host_bind: $host: Success"
names
down endpoint "libcxl: cxl_port_disable_invalidate: $endpoint: disabled"
back endpoint "cxl: cxl_host_bind: $host: Success"
names
down port "libcxl: cxl_port_disable_invalidate: $port: disabled"
back port "libcxl: cxl_port_enable: $port: (enabled|failed to enable)"
names
down bus "cxl: cxl_bus_disable_invalidate: $root: disabled"
like "bus: it is libcxl's" "$err" "libcxl: add_cxl_bus: $root: base"
back bus "cxl: cxl_host_bind: "
names
down module "cxl: cxl_memdev_unload_host_module: [a-z_]+: Success"
like "module: its memdev is libcxl's" "$err" "libcxl: add_cxl_memdev: $memdev: base"
back module "cxl: cxl_host_load_module: [a-z_]+: Success"
if [[ $host == 0000:* ]]; then
	names
	down pci-remove "cxl: cxl_memdev_remove_host: $host: Success"
	like "pci-remove: its memdev is libcxl's" "$err" "libcxl: add_cxl_memdev: $memdev: base"
	run "$CXL" attach-memdev
	is "pci-remove: everything is as it was" "$status$(state)" "0$whole"
fi

# Without --debug, nothing is logged.
names
run "$CXL" detach-memdev --reattach "$memdev"
is "without --debug nothing of it is said" "$status$err" 0

# writer METHOD DEVICE: during detach-memdev, the device's name is written from this call of libcxl, with the null byte
# that libcxl writes after a name
writer() {
	strace -f -k -e trace=write -o /tmp/calls "$CXL" detach-memdev -f --via "$1" "$memdev" >/dev/null 2>&1
	DEVICE=$2 awk '/ write\(/ {wanted = index($0, "\"" ENVIRON["DEVICE"] "\\0\"")} wanted' /tmp/calls |
		grep -oE 'libcxl\.so[^(]*\(cxl_[a-z_]+' | sed 's/.*(//' | xargs
	"$CXL" attach-memdev >/dev/null 2>&1 || "$CXL" attach-memdev --cycle-bus -f >/dev/null
}
names
is "memdev: libcxl's code writes" "$(writer memdev "$memdev")" cxl_memdev_disable_invalidate
names
is "endpoint: libcxl's code writes" "$(writer endpoint "$endpoint")" cxl_port_disable_invalidate
names
is "bus: libcxl's code writes" "$(writer bus "$(basename "$(readlink -f "/sys/bus/cxl/devices/$root/uport")")")" \
	cxl_bus_disable_invalidate
is "in the end, everything is as it was" "$(state)" "$whole"
check_dmesg
