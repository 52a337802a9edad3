# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Recorded machines: unpack one, change it if the test wants to, and run programs on it, with its
# /sys, /proc, /dev and /lib/modules in the place of this machine's.

# shellcheck source=test/tap.sh
. "$SOURCE/test/tap.sh"

machine_top=$(mktemp -d)
trap 'rm -rf "$machine_top"' EXIT

# machine NAME: put test/replay/machines/NAME into $machine, in the place of an earlier one
machine() {
	local pristine=$machine_top/pristine/$1
	machine=$machine_top/machine
	# shellcheck disable=SC2034 # for the tests
	devices=$machine/sys/bus/cxl/devices
	if [ ! -e "$pristine" ]; then
		mkdir -p "$pristine"
		"$SOURCE/test/replay/tree" unpack "$SOURCE/test/replay/machines/$1" "$pristine"
		mkdir -p "$pristine/lib/modules"
	fi
	rm -rf "$machine"
	cp -a "$pristine" "$machine"
}

# on_machine COMMAND...: run it there; with machine_sys=bind it can write to /sys
on_machine() {
	local path args=(--ro-bind / / --dev /dev --proc /proc --bind "$machine_top" "$machine_top"
		--"${machine_sys-ro-bind}" "$machine/sys" /sys --ro-bind "$machine/lib/modules" "$(readlink -f /lib/modules)")
	[ ! -e "$machine/dev/cxl" ] || args+=(--ro-bind "$machine/dev/cxl" /dev/cxl)
	# procfs takes no new names: what this machine's kernel does not have cannot be covered.
	for path in /proc/iomem /proc/modules /proc/kallsyms /proc/sys/kernel/osrelease; do
		[ ! -e "$path" ] || args+=(--ro-bind "$machine$path" "$path")
	done
	bwrap "${args[@]}" -- "$@"
}

# keep SCHEMA: $out is an answer that has to be as Documentation/schema/SCHEMA.schema.json says
keep() {
	mkdir -p "$machine_top/answers/$1"
	answers=$((answers + 1))
	printf '%s' "$out" >"$machine_top/answers/$1/$answers"
}
answers=0

# all_valid SCHEMA: all that were kept are
all_valid() {
	"$SOURCE/test/validate" "$SOURCE/Documentation/schema/$1.schema.json" "$machine_top/answers/$1"/*
}
