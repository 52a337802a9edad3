#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The memory of an attached region is in use: the driver has given it to the kernel as system RAM without a dax device,
# as GPU drivers do; or a process has mapped it, and has closed the file.
# shellcheck source=test/vm/detach.sh
. "$SOURCE/test/vm/detach.sh"

device=/sys/bus/pci/devices/$host
whole=$(state)
parameter=/sys/module/cxl_lab_accel/parameters/online
online=$(cat /sys/devices/system/memory/auto_online_blocks)
block=$((0x$(cat /sys/devices/system/memory/block_size_bytes)))
first=$(("$("$CXL" list-attach | jq '.[0].regions[0].resource')" / block))
again() { unbind_settled "$host" "$device/driver" && echo "$host" >"/sys/bus/pci/drivers/$provider/bind"; }

is "memory that nobody uses: of no node" "$("$CXL" list-attach | jq -c '.[0].regions[0] | has("target_node")')" false
echo Y >$parameter
echo online_movable >/sys/devices/system/memory/auto_online_blocks
again
is "the driver has brought it online" "$(cat /sys/devices/system/memory/memory$first/online)" 1
is "... without a dax device" "$(compgen -G '/sys/bus/dax/devices/*')" ""
node=$(basename /sys/devices/system/memory/memory$first/node*)
run "$CXL" list-attach
is "list-attach: which node the memory is" "$(answer '.[0].regions[0].target_node')" "${node#node}"
is "list-attach: still attached, by the same" "$(answer 'map([.attach, .provider])')" "[[\"attached\",\"$provider\"]]"
valid "list-attach is valid" list-attach
is "list-attach: as a column" "$("$CXL" list-attach --table -o REGION,NODE | awk 'NR == 2 {print $2}')" "${node#node}"
for options in '' -f; do
	# shellcheck disable=SC2086 # may be none
	run "$CXL" detach-memdev $options "$(mem)"
	is "system RAM, ${options:-plain}: refused" "$status" 3
	like "system RAM, ${options:-plain}: which blocks" "$err" \
		"system-ram region[0-9]+ memory$first to memory$((first + 1)) at 0x[0-9a-f]+, node ${node#node}"
done
run "$CXL" destroy-region -f "$("$CXL" list-attach | jq -r '.[0].regions[0].region')"
is "destroy-region -f: refused" "$status" 3
run "$CXL" detach-memdev -f --lose-system-ram "$(mem)"
is "with -f --lose-system-ram: the driver takes it back" "$status$(failed)" "0[]"
is "... and the blocks are gone" "$(compgen -G "/sys/devices/system/memory/memory$first")" ""
echo N >$parameter
echo "$online" >/sys/devices/system/memory/auto_online_blocks
reattach
is "reattached, without system RAM" "$status$(state)" "0$whole"

# mapped FILE: start a process that has mapped the file and does not have it open; $mapper is its number
mapped() {
	python3 -c 'import mmap, os, sys, time
fd = os.open(sys.argv[1], os.O_RDWR)
memory = mmap.mmap(fd, 4096)
os.close(fd)
print(memory[0], flush=True)
time.sleep(600)' "$1" >/tmp/mapped &
	mapper=$!
	until [ -s /tmp/mapped ] || [ ! -d /proc/$mapper ]; do sleep 0.1; done
}
mapped "/dev/cxl_lab_window-$host"
run "$CXL" detach-memdev "$(mem)"
is "mapped: refused" "$status" 3
like "mapped: by whom" "$err" "mapped cxl_lab_window-$host python3 [(]process ${mapper}[)]"
run "$CXL" detach-memdev -f --timeout 3 "$(mem)"
is "mapped, with -f: the kernel waits for the process" "$status$(answer '.stuck.step.action')" '4"unbind"'
run "$CXL" attach-memdev
is "meanwhile, no other command acts" "$status" 1
kill $mapper
wait $mapper
until [ -z "$(mem)" ]; do sleep 0.1; done
echo 1 >/sys/bus/cxl/flush
reattach
is "once it has ended: reattached" "$status$(state)" "0$whole"
check_dmesg
