#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Several threads that read a machine find what one finds, in the same order, on each recorded machine.
# shellcheck source=test/replay/machine.sh
. "$SOURCE/test/replay/machine.sh"

grep -q TEST_THREADS "$(elf "$CXL")" || skip_all "cxl was built without test points"
# answers THREADS: print everything that a listing prints
answers() {
	on_machine env TEST_THREADS="$1" "$CXL" list-attach --all -v 2>&1
	on_machine env TEST_THREADS="$1" "$CXL" list-locked --all 2>&1
}
for name in $(machines); do
	machine "$name"
	answers 1 >"$machine_top/one"
	for threads in 2 8; do
		ok "$name: $threads threads" cmp "$machine_top/one" <(answers "$threads")
	done
done

# A link in place of a device, and devices whose directories have nothing
machine pci-two-bridges
for name in mem0 region0 endpoint3 decoder3.0; do
	ln -sfn ../../../devices "$devices/$name"
done
answers 1 >"$machine_top/one"
for threads in 2 3 4 5 6 7 8; do
	ok "damaged: $threads threads" cmp "$machine_top/one" <(answers "$threads")
done

# threads COMMAND...: print how many threads the command starts. The address sanitizer looks for leaks in one of its own.
threads() { on_machine env ASAN_OPTIONS=detect_leaks=0 strace -f -e trace=clone3,clone "$@" 2>&1 >/dev/null | grep -c '^\(\[pid *[0-9]*\] \)\?clone'; }
if command -v strace >/dev/null && [ -z "$EMULATED" ]; then
	is "a small machine is read without another thread" "$(threads "$CXL" list-attach)" 0
	ok "and with other threads, if told so" test "$(threads env TEST_THREADS=3 "$CXL" list-attach)" -ge 2
fi
finish
