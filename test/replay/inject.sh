#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# On a recorded machine: each system call of the commands fails, and the commands are killed at each call (test/inject).
# INJECT_EVERY=N makes only every Nth of these faults. INJECT_WRITING=1 makes only those of calls that write.
# INJECT_ROUNDS names the commands (test/inject/rounds.py). INJECT_ONLY=CALL:PROCESS:NUMBER makes only those of one
# call, as a message names it.
# shellcheck source=test/replay/machine.sh
. "$SOURCE/test/replay/machine.sh"

[ -n "${FAULT-}" ] || skip_all "faults can be made on x86_64 only"
every=${INJECT_EVERY:-61}
export CXL_EXERCISE=${CXL_EXERCISE-$(realpath "$(dirname "$CXL")/../exercise/exercise-autoremove")}
all=$("$SOURCE/test/inject/inject" --help >/dev/null && sed -n 's/^    "\([a-z-]*\)": Round.*/\1/p' "$SOURCE/test/inject/rounds.py")
read -ra rounds <<<"${INJECT_ROUNDS-$(tr '\n' ' ' <<<"$all")}"

# trees DIRECTORY: make a recording of each state of an accelerator on PCI, for test/inject/kernel
trees() {
	local state
	mkdir -p "$1/trees"
	machine pci-accelerator
	mv "$machine/sys" "$1/sys"
	for state in unbound removed vfio; do
		machine_unpack pci-$state "$machine_top/pci-$state"
		mv "$machine_top/pci-$state/sys" "$1/trees/$state"
	done
	# The driver that a host is handed to is loaded already.
	for state in sys trees/unbound trees/removed; do
		mkdir -p "$1/$state/bus/pci/drivers/vfio-pci"
		touch "$1/$state/bus/pci/drivers/vfio-pci/bind" "$1/$state/bus/pci/drivers/vfio-pci/unbind"
	done
	echo attached >"$1/state"
	echo '(null)' >"$1/sys/bus/pci/devices/0000:11:00.0/driver_override"
	printf '#!/bin/sh\necho "$@" >>%s\n' "$1/told" >"$1/cxl-cli"
	chmod +x "$1/cxl-cli"
	# libcxl lists a memdev only if its file is there.
	mkdir "$1/dev"
	: >"$1/dev/mem0"
}

# The log of the kernel that the test runs on: no other file can be waited for. If there is no such log, a file that
# has always just been written to replaces it.
log=(--dev-bind /dev/kmsg /dev/kmsg)
timeout 5 dd if=/dev/kmsg of=/dev/null bs=8192 count=1 status=none 2>/dev/null || log=(--bind "$machine_top/kmsg" /dev/kmsg)
: >"$machine_top/kmsg"

# part NUMBER: the faults that one processor makes
part() {
	local top=$machine_top/part-$1 round
	export INJECT_TOP=$top CXL_STATE_DIR=$top/journal CXL_CLI=$top/cxl-cli
	for round in "${rounds[@]}"; do
		bwrap --ro-bind / / --dev /dev --proc /proc --bind "$top" "$top" --bind "$top/sys" /sys "${log[@]}" \
			--ro-bind "$top/dev" /dev/cxl \
			--ro-bind "$machine/lib/modules" "$(readlink -f /lib/modules)" --ro-bind "$machine/proc/iomem" /proc/iomem \
			--ro-bind "$machine/proc/sys/kernel/osrelease" /proc/sys/kernel/osrelease -- \
			unshare -n "$SOURCE/test/inject/inject" "$round" --every "$every" --part "$1/2" ${INJECT_WRITING:+--writing} ${INJECT_ONLY:+--only "$INJECT_ONLY"} >"$top/$round" 2>&1 || echo "problem: $round: ended" >>"$top/$round"
	done
}
for number in 0 1; do
	trees "$machine_top/part-$number"
done
machine pci-accelerator
export PYTHONDONTWRITEBYTECODE=1
part 0 & part 1
wait
for round in "${rounds[@]}"; do
	is "$round: nothing lost, a clear message, a documented status" \
		"$(cat "$machine_top"/part-*/"$round" | grep -vE "^(calls|counts): " | head -n "${INJECT_SHOW-20}")" ""
	cat "$machine_top"/part-*/"$round" | grep -E '^(calls|counts): ' | sed 's/^/# /'
done
finish
