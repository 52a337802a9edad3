# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# For the tests that run on the real kernel. The last check of each test is that the kernel has reported no bug while the
# test ran.

# shellcheck source=test/tap.sh
. "$SOURCE/test/tap.sh"

kernel_mark="test $$ begins"
echo "$kernel_mark" >/dev/kmsg

# check_dmesg: the kernel log has no kernel report since the test began
check_dmesg() {
	local said
	said=$(dmesg | sed "1,/$kernel_mark/d" | "$SOURCE/contrib/lab.d/splats")
	is "no kernel report" "$said" ""
	finish
}

# unplug HOST: turn its slot's power off; QEMU then takes the device away for good
unplug() {
	local slot
	slot=$(grep -l "^${1%.*}$" /sys/bus/pci/slots/*/address)
	echo 0 >"${slot%/address}/power"
	for _ in $(seq 50); do
		[ -e "/sys/bus/pci/devices/$1" ] || break
		sleep 0.2
	done
}

# check_dmesg_unplugged: check_dmesg after unplug; the kernel may then report pciehp's own locks
# (Documentation/findings/pciehp-locks.md)
check_dmesg_unplugged() {
	local said
	said=$(dmesg | sed "1,/$kernel_mark/d")
	if grep -q 'irq/[0-9]*-pciehp/[0-9]* is trying to acquire lock' <<<"$said"; then
		is "the kernel reports pciehp's own locks" \
			"$(grep -A 8 'circular locking dependency' <<<"$said" | grep -oE 'ctrl->reset_lock|pci_rescan_remove_lock' | xargs)" \
			"ctrl->reset_lock pci_rescan_remove_lock"
		said=$(grep -v 'possible circular locking' <<<"$said")
	fi
	is "no other kernel report" "$("$SOURCE/contrib/lab.d/splats" <<<"$said")" ""
	finish
}

# unbind_settled HOST DRIVER: unbind it, and wait for the work that the unbind leaves behind. That work could undo a later
# bind (Documentation/findings/undone-bind.md).
unbind_settled() {
	echo "$1" >"$2/unbind"
	echo 1 >/sys/bus/cxl/flush
}

# answer FILTER: print what jq makes of the last output
answer() { jq -c "$1" <<<"$out"; }

# is_there PID: whether this process has not ended; one that nobody has waited for has
is_there() { grep -qs '^State:.[^ZX]' "/proc/$1/status"; }
# until_ended PID: wait until the kernel returns from the step of this process, which ends then
until_ended() { while is_there "$1"; do sleep 0.1; done; }

# as_cxl_cli ARGUMENT...: our cxl and the distribution's do the same
as_cxl_cli() {
	local ours
	run "$CXL" "$@"
	ours="$out|$err|$status"
	run /usr/bin/cxl "$@"
	is "cxl $*: the same as cxl-cli" "$ours" "$out|$err|$status"
}

# valid WHAT SCHEMA [FILE...]: the files, or the last output, match the schema of that name. In an emulated guest, each
# such check takes ten seconds. If LEAVE_TO_HOST names a directory, test/vm/validate makes the check later, outside of the
# guest.
valid() {
	local what=$1 schema=$SOURCE/Documentation/schema/$2.schema.json left rc=0
	shift 2
	if [ $# -eq 0 ]; then
		printf '%s' "$out" >/tmp/out
		set -- /tmp/out
	fi
	if [ -z "${LEAVE_TO_HOST-}" ]; then
		ok "$what" "$SOURCE/test/validate" "$schema" "$@"
		return
	fi
	left=$(mktemp -d "$LEAVE_TO_HOST/XXXXXX") &&
		cp "$@" "$left" &&
		echo "$schema" >"$left.schema" &&
		echo "$what" >"$left.what" || rc=$?
	[ "$rc" -eq 0 ] || report "$rc" "$what: left to the host"
}

# truth: print what the kernel itself knows of every memdev and region, as JSON:
# {"memdevs":{"mem0":true},"regions":{"region0":{"attach":true,"locked":true}}}
truth() {
	local file=/sys/kernel/debug/cxl_lab_truth
	modprobe cxl_lab_truth || return
	[ -e $file ] || mount -t debugfs debugfs /sys/kernel/debug
	jq -RnSc 'reduce (inputs | split(" ")) as $word ({memdevs: {}, regions: {}};
		if $word[0] == "memdev" then .memdevs[$word[1]] = ($word[3] == "1")
		else .regions[$word[1]] = {locked: ($word[3] == "1"), attach: ($word[5] == "1")} end)' $file
}

# same_as_truth WHAT: list-attach and list-locked say of every memdev and region what the kernel says.
# An answer that is neither yes nor no stays as it is, and therefore differs.
same_as_truth() {
	local attach locked ours
	attach=$("$CXL" list-attach --all)
	locked=$("$CXL" list-locked --all)
	ours=$(jq -Scs '{
		memdevs: .[0] | map(select(has("memdev")) | {key: .memdev, value: (.attach |
			if . == "attached" then true elif . == "none" then false else . end)}) | from_entries,
		regions: .[1] | map({key: .region, value: {locked, attach: (.reason |
			if IN("attach", "both") then true elif IN("firmware", "none") then false else . end)}}) |
			from_entries}' <<<"${attach:-null} ${locked:-null}")
	is "$1" "$ours" "$(truth || echo "the kernel does not say")"
}
