#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Hooks of detach-memdev and attach-memdev, on a recorded machine: which of them run, in which order, what they are
# told, and what follows from how they end. In a recorded machine nothing changes: the operation itself, which then
# ends with status 4, is tested on the real kernel (test/vm/detach/hooks.sh).
# shellcheck source=test/replay/machine.sh
. "$SOURCE/test/replay/machine.sh"

export CXL_STATE_DIR=$machine_top/state machine_sys=bind
log=$machine_top/log
mkdir "$CXL_STATE_DIR"
machine pci-shared
hooks=$machine/etc/cxl/detach.d
unbind=$machine/sys/bus/pci/drivers/cxl_lab_accel/unbind
# What detach-memdev needs besides: a file to write to, one that libcxl looks for, and a kernel log
mkdir -p "$machine/sys/bus/cxl/drivers/cxl_mem" "$machine/dev/cxl"
: >"$machine_top/kmsg"
: >"$machine/dev/cxl/mem0"
with_log=(--bind "$machine_top/kmsg" /dev/kmsg)

# as_before: no hooks, and nothing is detached
as_before() {
	rm -rf "${machine:?}/etc" "$log" "$CXL_STATE_DIR"/*.json
	mkdir -p "$hooks"
	: >"$unbind"
	machine_more=("${with_log[@]}")
}
# hook NAME [LINE...]: a hook that notes that it was called, and then does that
hook() {
	printf '%s\n' '#!/bin/bash' "echo \"$1 \$*\" >>$log" "${@:2}" >"$hooks/$1"
	chmod 0755 "$hooks/$1"
}
# called: what was called, in order
called() { [ ! -e "$log" ] || xargs <"$log"; }
detach() { run on_machine unshare -n "$CXL" detach-memdev --via host "$@"; }
attach() { run on_machine unshare -n "$CXL" attach-memdev "$@"; }
answer() { jq -c "$1" <<<"$out"; }
# untouched WHAT: nothing was written, the journal is empty, and no command has the lock
untouched() {
	is "$1: nothing was changed" "$(cat "$unbind")$(compgen -G "$CXL_STATE_DIR/*.json")" ""
	ok "$1: the lock is free" flock -n "$CXL_STATE_DIR/lock" true
}

# The order, and what is reported
as_before
hook 20-second
hook 10-first
hook 9-last_by_name
detach mem0
is "detach: the operation was done" "$status$(cat "$unbind")" 4mem0
is "detach: before in order, afterwards in the opposite one" "$(called)" \
	"10-first pre-detach 20-second pre-detach 9-last_by_name pre-detach 9-last_by_name post-detach 20-second post-detach 10-first post-detach"
is "detach: the report has them" "$(answer '.hooks | map([.phase, .hook, .result, has("took_us")]) | .[0, 5]')" \
	$'["pre-detach","10-first","done",true]\n["post-detach","10-first","done",true]'
keep detach-memdev
detach --no-hooks -f mem0
is "--no-hooks: none is called" "$(answer 'has("hooks")')$(called | wc -w)" "false12"
finish
