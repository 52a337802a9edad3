# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Recorded machines: unpack a machine, change it if the test needs that, and run programs on it. They see its /sys, /proc,
# /dev and /lib/modules instead of those of this machine.

# shellcheck source=test/tap.sh
. "$SOURCE/test/tap.sh"

machine_top=$(mktemp -d)
trap 'rm -rf "$machine_top"' EXIT

# machines: print the names of all machines, recorded and altered
machines() { ls "$SOURCE/test/replay/machines" "$SOURCE/test/replay/altered" | grep '^[a-z]' | grep -v :; }

# elf PROGRAM: print its file, even if PROGRAM is a script that emulates it (contrib/lab.d/foreign)
elf() { if [ -e "$1.$EMULATED" ]; then echo "$1.$EMULATED"; else echo "$1"; fi; }
EMULATED=${EMULATED-}

# machine_unpack NAME DIRECTORY: unpack test/replay/machines/NAME as it was recorded; or another machine, altered by
# test/replay/altered/NAME
machine_unpack() {
	local recorded=$SOURCE/test/replay/machines/$1 altered=$SOURCE/test/replay/altered/$1
	mkdir -p "$2"
	[ ! -e "$altered" ] || recorded=$SOURCE/test/replay/machines/$(sed -n 's/^# From: //p' "$altered")
	"$SOURCE/test/replay/tree" unpack "$recorded" "$2"
	mkdir -p "$2/lib/modules"
	# shellcheck source=/dev/null
	[ ! -e "$altered" ] || (cd "$2" && . "$altered")
}

# rename_all OLD NEW: below the current directory, in names, in links and in files
rename_all() {
	local path
	find . -depth -name "*$1*" | while read -r path; do
		mv "$path" "${path%/*}/$(basename "$path" | sed "s/$1/$2/g")"
	done
	find . -type l -lname "*$1*" | while read -r path; do
		ln -sfn "$(readlink "$path" | sed "s/$1/$2/g")" "$path"
	done
	grep -rlI "$1" . | xargs -d '\n' -r sed -i "s/$1/$2/g"
}

# machine NAME: unpack the machine into $machine, which replaces an earlier one
machine() {
	local pristine=$machine_top/pristine/$1
	machine=$machine_top/machine
	# shellcheck disable=SC2034 # for the tests
	devices=$machine/sys/bus/cxl/devices
	if [ ! -e "$pristine" ]; then
		machine_unpack "$1" "$pristine"
	fi
	rm -rf "$machine"
	cp -a "$pristine" "$machine"
}

# on_machine COMMAND...: run a command on the machine; with machine_sys=bind it can write to /sys
on_machine() {
	local path args=(--ro-bind / / --dev /dev --proc /proc --bind "$machine_top" "$machine_top"
		--"${machine_sys-ro-bind}" "$machine/sys" /sys --ro-bind "$machine/lib/modules" "$(readlink -f /lib/modules)")
	[ -z "${COUNTING_BUILD-}" ] || args+=(--bind "$COUNTING_BUILD" "$COUNTING_BUILD") # contrib/lab coverage
	[ ! -e "$machine/dev/cxl" ] || args+=(--ro-bind "$machine/dev/cxl" /dev/cxl)
	[ ! -e "$machine/etc" ] || args+=(--ro-bind "$machine/etc" /etc)
	# Nothing can be created in procfs: only files that this machine's kernel has can be replaced.
	for path in /proc/iomem /proc/modules /proc/kallsyms /proc/sys/kernel/osrelease; do
		[ ! -e "$path" ] || args+=(--ro-bind "$machine$path" "$path")
	done
	bwrap "${args[@]}" "${machine_more[@]}" -- "$@"
}
machine_more=() # more options of bwrap

# Put before a command: as root, the command then cannot read files without a read permission
reader=()
[ "$(id -u)" -ne 0 ] || reader=(setpriv "--bounding-set=-dac_override,-dac_read_search")

# keep SCHEMA: keep the answer $out, for all_valid
keep() {
	mkdir -p "$machine_top/answers/$1"
	answers=$((answers + 1))
	printf '%s' "$out" >"$machine_top/answers/$1/$answers"
}
answers=0

# all_valid SCHEMA: do all these answers match Documentation/schema/SCHEMA.schema.json?
all_valid() {
	"$SOURCE/test/validate" "$SOURCE/Documentation/schema/$1.schema.json" "$machine_top/answers/$1"/*
}
