#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# libcxl does the operations on CXL devices: its log proves that. On a recorded machine a driver stays bound, whatever is
# written. The state afterwards shows that.
# shellcheck source=test/replay/machine.sh
. "$SOURCE/test/replay/machine.sh"

machine=
# fresh: make the machine anew, with nothing written to any driver
fresh() {
	machine accelerator
	find "$machine/sys/bus" \( -name bind -o -name unbind \) -exec chmod u+w {} +
}
# step ACTION BUS DRIVER DEVICE: do this step
step() { machine_sys=bind run on_machine timeout 20 "$DO_STEP" "$@"; }
# written: print every file below /sys/bus/*/drivers that has been written to, with its content
written() {
	(cd "$machine/sys/bus" && find . -path '*/drivers/*' \( -name bind -o -name unbind \) -size +0 | sort | while read -r file; do
		printf '%s=%s;' "${file#./}" "$(tr '\0' 0 <"$file")"
	done)
}
returned() { sed -n 's/^returned //p' <<<"$out"; }
operations() { grep -cE '^cxl:|^libcxl: cxl_[a-z]+_(en|dis)able' <<<"$out"; }

# libcxl writes names with the null byte that ends them.
fresh
step unbind cxl cxl_mem mem0
like "memdev: libcxl knows it" "$out" 'libcxl: add_cxl_memdev: mem0: '
like "memdev: and disables it" "$out" 'libcxl: cxl_memdev_disable_invalidate: mem0: failed to disable'
is "memdev: what it wrote" "$(written)" "cxl/drivers/cxl_mem/unbind=mem00;"
is "memdev: still bound, so not done" "$(returned)" EBUSY
like "memdev: what it is" "$out" \
	'cxl: describe_memdev: mem0: host cxl_type2_accel.0 on platform, driver cxl_mock_accel, module cxl_mock_accel, class attributes: no'
for port in port1 endpoint3; do
	fresh
	step unbind cxl cxl_port $port
	like "$port: libcxl disables it" "$out" "libcxl: cxl_port_disable_invalidate: $port: failed to disable"
	is "$port: what it wrote" "$(written)" "cxl/drivers/cxl_port/unbind=${port}0;"
	is "$port: still bound, so not done" "$(returned)" EBUSY
	is "$port: no memdev is enumerated" "$(grep -c add_cxl_memdev <<<"$out")" 0
done
fresh
step unbind cxl cxl_region region0
like "region: libcxl disables it" "$out" 'libcxl: cxl_region_disable: region0: failed to disable'
is "region: what it wrote" "$(written)" "cxl/drivers/cxl_region/unbind=region00;"
like "region: what it is" "$out" 'cxl: describe_region: region0: locked: yes, locked decoder: no'
fresh
step unbind platform cxl_acpi cxl_acpi.0
like "bus: libcxl knows it" "$out" 'libcxl: add_cxl_bus: root0: '
like "bus: and disables it" "$out" 'cxl: cxl_bus_disable_invalidate: root0: disabled'
is "bus: what it wrote" "$(written)" "platform/drivers/cxl_acpi/unbind=cxl_acpi.00;"
is "bus: libcxl says what the kernel said" "$(returned)" 0

# Operations that libcxl has no call for
fresh
step unbind platform cxl_mock_accel cxl_type2_accel.0
like "host: of a memdev that libcxl knows" "$out" 'libcxl: add_cxl_memdev: mem0: '
like "host: unbound" "$out" 'cxl: cxl_memdev_unbind_host: cxl_type2_accel.0: Success'
is "host: what was written" "$(written)$(returned)" "platform/drivers/cxl_mock_accel/unbind=cxl_type2_accel.0;0"
fresh
rm "$devices/mem0"
step unbind platform cxl_mock_accel cxl_type2_accel.0
like "host without memdev: unbound" "$out" 'cxl: cxl_host_unbind: cxl_type2_accel.0: Success'
is "host without memdev: what was written" "$(written)$(returned)" "platform/drivers/cxl_mock_accel/unbind=cxl_type2_accel.0;0"
fresh
rm "$machine"/sys/bus/platform/devices/cxl_type2_accel.0/driver
step bind platform cxl_mock_accel cxl_type2_accel.0
like "host: bound" "$out" 'cxl: cxl_host_bind: cxl_type2_accel.0: Success'
is "host: what was written for that" "$(written)$(returned)" "platform/drivers/cxl_mock_accel/bind=cxl_type2_accel.0;0"
step bind platform nobody cxl_type2_accel.0
is "a driver that there is not" "$(returned)" ENOENT

# Errors of the kernel that libcxl drops
fresh
rm "$devices/mem0/driver"
step bind cxl cxl_mem mem0
like "refused: libcxl enables it" "$out" 'libcxl: cxl_memdev_enable: mem0: failed to enable'
is "refused: libcxl's error" "$(returned)" ENXIO
step bind cxl cxl_mem mem7
is "a device that there is not" "$(returned)" ENODEV
fresh
ln -sfn ../../../../../../bus/cxl/drivers/cxl_nvdimm "$devices/mem0/driver"
step bind cxl cxl_mem mem0
is "another driver has it" "$(returned)" EBUSY
fresh
rm "$machine/dev/cxl/mem0"
step unbind cxl cxl_mem mem0
is "a memdev that libcxl does not list" "$(returned)$(written)" ENODEV
step unbind cxl cxl_nvdimm pmem0
is "another kind of device is not bound: nothing to do" "$(returned)" 0
step bind cxl cxl_nvdimm mem0
is "another kind of device: not supported" "$(returned)$(written)" EOPNOTSUPP

# Already in the wanted state
fresh
rm "$devices/mem0/driver"
for done in 'unbind cxl cxl_mem mem0' 'bind cxl cxl_port port1' 'bind platform cxl_mock_accel cxl_type2_accel.0' \
	'bind platform cxl_acpi cxl_acpi.0' 'unbind platform nobody cxl_type2_accel.0' 'remove pci - 0000:99:00.0'; do
	# shellcheck disable=SC2086 # words
	step $done
	is "done already: $done" "$(returned)$(operations)$(written)" 00
done

# The link of a port is a bit in its configuration space. Here it is in the second capability.
machine pci-accelerator
config=$machine/sys/bus/pci/devices/0000:10:00.0/config
# space OFFSET=BYTE...: write 256 bytes, all zero except these
space() {
	local at
	mkdir -p "${config%/*}"
	head -c 256 /dev/zero >"$config"
	for at; do printf '%b' "\\x${at#*=}" | dd of="$config" bs=1 seek=$((${at%=*})) conv=notrunc status=none; done
}
# differs: print at which offset the space has changed, from what to what
differs() { cmp -l "$config" "$config.before" | awk '{ printf "%d:%s:%s;", $1 - 1, $3, $2 }'; }
space 0x34=40 0x40=05 0x41=50 0x50=10 0x60=43
cp "$config" "$config.before"
step link - - 0000:10:00.0 off
is "link: disabled by its bit alone" "$(returned)$(differs)" "096:103:123;"
step link - - 0000:10:00.0
is "link: enabled again" "$(returned)$(differs)" 0
space 0x34=40 0x40=05 0x41=40
step link - - 0000:10:00.0 off
is "link: a list of capabilities that goes in circles" "$(returned)" EOPNOTSUPP
step link - - 0000:99:00.0 off
is "link: a port that there is not" "$(returned)" ENOENT

finish
