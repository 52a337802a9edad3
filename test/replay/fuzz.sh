#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The fuzz target on its corpus: every recorded machine, and inputs by which a fuzzer found faults.
# shellcheck source=test/replay/machine.sh
. "$SOURCE/test/replay/machine.sh"

mkdir "$machine_top/seeds"
"$SOURCE/test/fuzz/seeds" "$machine_top/seeds" "$SOURCE/test/replay/machines"/*
cp "$SOURCE/test/fuzz/found"/* "$machine_top/seeds"
machine pci-accelerator
export FUZZ_MODULES=$machine/lib TMPDIR=$machine_top
for seed in "$machine_top/seeds"/*; do
	run "${reader[@]}" "$FUZZ_CORPUS" "$seed"
	report "$status" "${seed##*/}"
	[ "$status" -eq 0 ] || echo "# $err" | head -n 20
done
is "nothing is left behind" "$(find "$machine_top" -maxdepth 1 -name 'cxl-fuzz-*')" ""

# What is no machine is no fault, and nothing is made outside of the machine's directory.
cat >"$machine_top/escape" <<-END
	D /sys/../../..
	F 0644 outside
	D $machine_top
	F 0644 outside
	D /sys/bus/cxl/devices
	L mem0 -> $machine_top
	L mem1 -> ../../../..
	L up -> ../up/../..
	D /sys/bus/cxl/devices/up
	F 0644 outside
	L /x -> mem0
	F 0644 ../outside
	F 9999999999 mem2
	B 0644 mem3
	L mem4
	F
	D
END
printf 'D /sys\nF 0644 \\x2fe\n\t\\x0' >>"$machine_top/escape"
run "$FUZZ_CORPUS" "$machine_top/escape"
is "a hostile text is no fault" "$status" 0
is "a hostile text makes nothing outside" "$(find "$machine_top" -name outside; ls -d /outside 2>/dev/null)" ""
finish
