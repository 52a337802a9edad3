#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A step that hangs, on a recorded machine: once its command has given up or was killed, the worker does no
# other step, and until it has ended it holds the lock.
# shellcheck source=test/replay/machine.sh
. "$SOURCE/test/replay/machine.sh"

export CXL_STATE_DIR=$machine_top/state machine_sys=bind
mkdir "$CXL_STATE_DIR"
machine pci-shared
host=0000:11:00.0
driver=$machine/sys/bus/pci/drivers/cxl_lab_accel
override=$machine/sys/bus/pci/devices/$host/driver_override
before=$(cat "$override")
rm -f "$driver/unbind"
mkfifo "$driver/unbind"

# hanging MODE: a command in that mode, whose worker $pid hangs in its first step; alone if it waits for it
hanging() {
	if [ "$1" = wait ]; then
		on_machine "$WORKER" wait $host >"$machine_top/pid" &
		sleep 1
	else
		run on_machine "$WORKER" "$1" $host
		printf '%s\n' "$out" >"$machine_top/pid"
	fi
	read -r pid <"$machine_top/pid"
	ok "$1: the worker hangs" test -e "/proc/$pid"
}
# let_go MODE: the kernel returns, and the worker ends
let_go() {
	local i
	timeout 10 cat "$driver/unbind" >/dev/null
	for ((i = 0; i < 100; i++)); do
		[ -e "/proc/$pid" ] && ! grep -q ') Z' "/proc/$pid/stat" || break
		sleep 0.1
	done
	ok "$1: the worker has ended" [ $i -lt 100 ]
}

hanging wait
run on_machine "$CXL" attach-memdev
is "wait: another command: refused" "$status$out" 1
like "wait: another command: which process is at work" "$err" "^cxl attach-memdev: process [0-9]+ is detaching or reattaching a memdev$"
let_go wait
like "wait: the other step is done" "$(cat "$override")" "^other"
printf '%s\n' "$before" >"$override"

for mode in give-up killed; do
	hanging $mode
	for command in "attach-memdev" "detach-memdev mem0"; do
		read -ra words <<<"$command"
		run on_machine "$CXL" "${words[@]}"
		is "$mode: cxl $command: refused, who is stuck, and where" "$status$out$err" \
			"1cxl ${words[0]}: another command's step is still in the kernel (process $pid, unbind $host from cxl_lab_accel)"
	done
	let_go $mode
	is "$mode: the other step is not done" "$(cat "$override")" "$before"
	run on_machine "$CXL" attach-memdev
	is "$mode: then the lock is free" "$status$out" "0[]"
done
finish
