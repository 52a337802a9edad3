#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The actors of exercise-autoremove that need something beside the memdev, and --check. The machine has two accelerators
# on two bridges, an expander beside the first, and slots whose devices come back. The kernel log, and a process that
# watches, say what the actors did.
# shellcheck source=test/vm/guest.sh
. "$SOURCE/test/vm/guest.sh"

host=0000:11:00.0
neighbor=0000:31:00.0
state() { "$CXL" list-attach --all | jq -c 'map(del(.memdev, .id, .endpoint, .evidence, .port, .bus) | .regions |= map(del(.region)))'; }
mem() { basename /sys/bus/pci/devices/$host/mem*; }
inode() { stat -c %i /sys/bus/pci/devices/$neighbor/mem*; }
exercise() {
	rm -f /tmp/log
	run "$CXL" exercise-autoremove --log /tmp/log --real-hardware -b ACPI.CXL "$(mem)" "$@"
}
# watch: start a process that records events, until `watched`
watch() {
	: >/tmp/seen
	"$SOURCE/test/vm/exercise-field/watcher" /tmp/seen /dev /dev/cxl &
	watcher=$!
	until grep -q ready /tmp/seen || [ ! -d /proc/$watcher ]; do sleep 0.1; done
}
watched() { kill $watcher; wait $watcher 2>/dev/null; }
# seen PATTERN: print how often the watching process has recorded that
seen() { grep -cE "^$1\$" /tmp/seen; }
# said PATTERN: print how often the kernel log has had that since the test began
said() { dmesg | sed "1,/$kernel_mark/d" | grep -cE "$1"; }
# shellcheck disable=SC2016 # for the command of --check to expand
word='echo 0x$WORD >/sys/bus/pci/devices/$HOST/word && [ "$(cat /sys/bus/pci/devices/$HOST/word)" = 0x$WORD ]'
export WORD=600df00d
whole=$(state)
before=$(inode)

exercise --via bus --trials 1
is "the bus, with an accelerator on another bridge: refused" "$status" 3
watch
exercise -f --via hold --via map --via reset --via slot --via refuse --via load --via neighbor --via create-region \
	--via bus --trials 2 --check "$word"
watched
is "each actor alone: nothing is found" "$status$(answer '[.ended, .trials, .findings]')" '0["complete",18,[]]'
is "each actor alone: everything is as it was" "$(state)" "$whole"
valid "each actor alone: the report is valid" exercise-autoremove
is "each had its trials, and those that were measured" "$(said 'told to refuse') $(said "$host: resetting") $(said 'Slot\(0\): Card present')" "3 3 3"
is "the reset cleared the decoder, and it was restored" "$(said "$host: decodes 0x[0-9a-f]+ again")" 3
is "hold: the memdev's file was opened and closed" "$(seen "opened /dev/cxl/mem[0-9]+") $(seen "closed /dev/cxl/mem[0-9]+")" "3 3"
is "map: the provider's file was opened, and closed with the mapping" \
	"$(seen "opened /dev/cxl_lab_window-$host") $(seen "closed /dev/cxl_lab_window-$host")" "3 3"
is "hold, map: not before 50 ms" "$(jq -s 'map(select(.record == "result").operations[] | select(.actor | IN("hold", "map")) |
	.ended_us - .begun_us) | [length, min >= 50000]' -c /tmp/log)" "[6,true]"
is "load: the module of the other provider came and went" "$(seen "add /module/cxl_lab_vfio_cxl") $(seen "remove /module/cxl_lab_vfio_cxl")" "3 3"
ok "load: it is gone" [ ! -e /sys/module/cxl_lab_vfio_cxl ]
is "create-region: the region of the expander came and went" "$(seen "add .*/decoder0[.]0/region[0-9]+")" "$(seen "remove .*/decoder0[.]0/region[0-9]+")"
is "create-region: it is gone" "$(grep -c ': region' /proc/iomem)" 2
ok "neighbor, bus: the other memdev is another one now" [ "$(inode)" != "$before" ]
is "refuse: the provider refuses no more" "$(cat /sys/module/cxl_lab_accel/parameters/refuse)" N
is "what was checked, checked the memory of the driver" "$(cat /sys/bus/pci/devices/$host/word)" "0x$WORD"

exercise --via link --trials 1
is "link: QEMU's ports ignore it, which does not count as done" "$status$(answer '[.ended, .trials]')" '1["failed",0]'
like "link: says so" "$err" "link is not supported here"
exercise --via fwctl --trials 1
is "fwctl: there is none" "$status$(grep -o 'fwctl is not possible here: no memdev of its bus has a fwctl device' <<<"$err")" \
	"5fwctl is not possible here: no memdev of its bus has a fwctl device"
is "everything is as it was" "$(state)" "$whole"

# A check that fails after a reattach
# shellcheck disable=SC2016 # for the command of --check to expand
exercise --via host --trials 3 --check 'echo x >>/tmp/count; [ "$(wc -l </tmp/count)" -ne 4 ] || { echo "word lost: $MEMDEV $HOST $REGION"; exit 3; }'
is "a check that fails is a finding" "$status$(answer '[.ended, .trials, (.findings | map([.kind, .signature, .count]))]')" \
	'4["complete",3,[["health","health exit 3",1]]]'
like "a check that fails: what it said" "$(jq -r '.findings[0].detail' <<<"$out")" "^word lost: mem[0-9]+ $host region[0-9]+$"
valid "a check that fails: the report is valid" exercise-autoremove
# shellcheck disable=SC2016 # for the command of --check to expand
exercise --via host --trials 1 --timeout 3 --check 'echo x >>/tmp/count2; [ "$(wc -l </tmp/count2)" -lt 3 ] || sleep 600'
is "a check that takes too long is a finding" "$status$(answer '[.ended, (.findings | map(.signature))]')" '4["complete",["health timeout"]]'
is "a check that takes too long: no process of it is left" "$(pgrep -fc 'sleep 600')" 0
exercise --via host --trials 1 --check 'exit 9'
is "a check that fails from the beginning: nothing is done" "$status$(answer '.trials')" '10'
like "a check that fails from the beginning: says so" "$err" "the command of --check fails before anything is done .health exit 9."

# The memory of an expander's region is system RAM.
modprobe -a dax_cxl kmem
echo offline >/sys/devices/system/memory/auto_online_blocks
decoder=$("$CXL" list-attach | jq -r "map(select(.host == \"$host\"))[0].regions[0].region" | xargs -I{} cxl list -D -d root -r {} | jq -r '.[0].decoder')
cxl create-region -t ram -d "$decoder" -m "$(basename /sys/bus/pci/devices/0000:12:00.0/mem*)" >/dev/null 2>/tmp/created
block=memory$((0x$(grep ': dax' /proc/iomem | head -n 1 | cut -d- -f1 | xargs) / 0x$(cat /sys/devices/system/memory/block_size_bytes)))
was=$(cat /sys/devices/system/memory/$block/state)
ok "the expander's memory has blocks" [ -n "$was" ]
whole=$(state)
watch
exercise --via online-memory --via hold --trials 2
watched
is "online-memory: nothing is found" "$status$(answer '[.ended, .trials, .findings]')" '0["complete",4,[]]'
is "online-memory: the block was online, and offline" "$(seen "online /devices/system/memory/$block") $(seen "offline /devices/system/memory/$block")" "3 3"
is "online-memory: it is as it was" "$(cat /sys/devices/system/memory/$block/state)" "$was"
is "online-memory: everything is as it was" "$(state)" "$whole"
check_dmesg
