#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Each fuzz target on its corpus: seeds from the recorded machines, seeds by hand, and inputs that showed a fault.
# shellcheck source=test/replay/machine.sh
. "$SOURCE/test/replay/machine.sh"

mkdir "$machine_top/seeds"
"$SOURCE/test/fuzz/make-seeds" "$machine_top/seeds" "$SOURCE/test/replay/machines"/*
machine pci-accelerator
export FUZZ_MODULES=$machine/lib TMPDIR=$machine_top
for target in $("$FUZZ_CORPUS"); do
	seeds=("$machine_top/seeds/$target"/* "$SOURCE/test/fuzz/seeds/$target"/* "$SOURCE/test/fuzz/found/$target"/*)
	for seed in "${seeds[@]}"; do
		[ -e "$seed" ] || continue
		run "${reader[@]}" env FUZZ_TARGET="$target" "$FUZZ_CORPUS" "$seed"
		report "$status" "$target: ${seed##*/}"
		[ "$status" -eq 0 ] || echo "# $err" | cut -c1-300 | head -n 20
	done
done
is "nothing is left behind" "$(find "$machine_top" -maxdepth 1 -name 'cxl-fuzz-*')" ""
run env FUZZ_TARGET=none "$FUZZ_CORPUS" /dev/null
is "an unknown target" "$status$err" "2FUZZ_TARGET names no fuzz target"

# An input that is no machine is no fault, and creates nothing outside of the machine's directory.
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
run env FUZZ_TARGET=machine "$FUZZ_CORPUS" "$machine_top/escape"
is "a hostile text is no fault" "$status" 0
is "a hostile text makes nothing outside" "$(find "$machine_top" -name outside; ls -d /outside 2>/dev/null)" ""
finish
