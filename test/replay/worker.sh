#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A step that hangs, on a recorded machine. Once its command has given up or was killed, the worker does no other step.
# Until it has ended, it holds the lock. It still restores the settings of the system.
# shellcheck source=test/replay/machine.sh
. "$SOURCE/test/replay/machine.sh"

export CXL_STATE_DIR=$machine_top/state machine_sys=bind
mkdir "$CXL_STATE_DIR"
machine pci-shared
host=0000:11:00.0
bus=$machine/sys/bus/pci
override=$bus/devices/$host/driver_override
autoprobe=$bus/drivers_autoprobe
rm -f "$bus/drivers/cxl_lab_accel/unbind" "$bus/rescan"
mkfifo "$bus/drivers/cxl_lab_accel/unbind" "$bus/rescan"
before=$(cat "$override")

# settings ON: write the settings of the administrator, with drivers_autoprobe at ON
settings() {
	rm -f "$override" "$autoprobe"
	printf '%s\n' "$before" >"$override"
	printf '%s\n' "$1" >"$autoprobe"
}
# hanging WHAT MODE: run a command in that mode, whose worker $pid hangs
hanging() {
	if [ "$2" = wait ]; then
		on_machine "$WORKER" "$1" wait >"$machine_top/pid" &
		sleep 1
	else
		run on_machine "$WORKER" "$1" "$2"
		printf '%s\n' "$out" >"$machine_top/pid"
	fi
	read -r pid <"$machine_top/pid"
	ok "$*: the worker hangs" test -e "/proc/$pid"
}
# let_go FILE: the kernel returns, and the worker ends
let_go() {
	local i
	timeout 10 cat "$1" >/dev/null
	for ((i = 0; i < 100; i++)); do
		grep -q ") [^Z]" "/proc/$pid/stat" 2>/dev/null || break
		sleep 0.1
	done
	ok "the worker has ended" [ $i -lt 100 ]
}
# refused WHAT STEP: the next commands are refused, and name the stuck process and where it is
refused() {
	local command words
	for command in "attach-memdev" "detach-memdev mem0"; do
		read -ra words <<<"$command"
		run on_machine "$CXL" "${words[@]}"
		is "$1: cxl $command: refused, who is stuck, and where" "$status$out$err" \
			"1cxl ${words[0]}: another command's step is still in the kernel (process $pid, $2)"
	done
}

settings 1
hanging handover wait
run on_machine "$CXL" attach-memdev
is "handover wait: another command: refused" "$status$out" 1
like "handover wait: another command: which process is at work" "$err" \
	"^cxl attach-memdev: process [0-9]+ is detaching or reattaching a memdev$"
let_go "$bus/drivers/cxl_lab_accel/unbind"
like "handover wait: the other step is done" "$(cat "$override")" "^other"
for mode in give-up killed; do
	settings 1
	hanging handover $mode
	refused "handover $mode" "unbind $host from cxl_lab_accel"
	let_go "$bus/drivers/cxl_lab_accel/unbind"
	is "handover $mode: the other step is not done" "$(cat "$override")" "$before"
	run on_machine "$CXL" attach-memdev
	is "handover $mode: then the lock is free" "$status$out" "0[]"
done

# The administrator's setting, whether drivers bind by themselves, is 1 or 0.
for on in 1 0; do
	settings $on
	hanging rescan give-up
	is "rescan give-up, autoprobe $on: not yet" "$(cat "$autoprobe")" 0
	refused "rescan give-up" "rescan the bus pci"
	let_go "$bus/rescan"
	is "rescan give-up, autoprobe $on: the worker puts it back, and does no other step" \
		"$(cat "$autoprobe" "$override" | xargs)" "$on $before"
	settings $on
	hanging rescan killed
	is "rescan killed, autoprobe $on: not yet" "$(cat "$autoprobe")" 0
	refused "rescan killed" "rescan the bus pci"
	let_go "$bus/rescan"
	is "rescan killed, autoprobe $on: the worker puts it back, and does no other step" \
		"$(cat "$autoprobe" "$override" | xargs)" "$on $before"
	is "rescan, autoprobe $on: nothing is written down any more" "$(ls "$CXL_STATE_DIR/settings")" ""
	settings $on
	hanging rescan killed
	kill -KILL "$pid"
	let_go "$bus/rescan"
	is "rescan and worker killed, autoprobe $on: not yet" "$(cat "$autoprobe")" 0
	run on_machine "$CXL" attach-memdev
	is "rescan and worker killed, autoprobe $on: the next command puts it back" "$status$(cat "$autoprobe")" "0$on"
done
finish
