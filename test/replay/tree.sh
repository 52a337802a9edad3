#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What is unpacked from a recorded machine is what was there: recording it again where it is replayed
# gives the same; and libkmod finds there what it found.
# shellcheck source=test/replay/machine.sh
. "$SOURCE/test/replay/machine.sh"

# same FOLDER FOLDER: entries, content, where links lead, and modes
# shellcheck disable=SC2329 # by ok
same() {
	diff -r --no-dereference "$1" "$2" >&2 &&
		diff <(cd "$1" && find . ! -type l -printf '%p %m\n' | sort) \
			<(cd "$2" && find . ! -type l -printf '%p %m\n' | sort) >&2
}

# kmod: libkmod's modprobe on the machine's kernel
# shellcheck disable=SC2329 # by run
kmod() { on_machine modprobe -C /dev/null -S "$release" "$@"; }

again=$machine_top/again
for recorded in "$SOURCE"/test/replay/machines/*; do
	name=${recorded##*/}
	machine "$name"
	rm -rf "$again"
	mkdir -p "$again"
	run on_machine "$SOURCE/test/replay/tree" record "$again.text"
	is "$name: can be recorded" "$status$err" 0
	"$SOURCE/test/replay/tree" unpack "$again.text" "$again"
	mkdir -p "$again/lib/modules"
	# Not compared: the nodes of the memdevs, which are plain files here, and what of /proc this
	# machine's kernel does not have.
	rm -rf "${again:?}/dev" "${machine:?}/dev"
	for file in iomem kallsyms modules; do [ -e "/proc/$file" ] || rm "$machine/proc/$file"; done
	ok "$name: recorded again, it is the same" same "$machine" "$again"

	release=$(cat "$machine/proc/sys/kernel/osrelease")
	is "$name: its kernel is that of its modules" "$(ls "$machine/lib/modules")" "$release"
	[ -e "$machine/lib/modules/$release/modules.dep.bin" ] || continue
	# What attach is about: cxl_mem exports it, and of the modules that use cxl_mem one imports it.
	run kmod -R symbol:devm_cxl_probe_mem
	exports=$out
	imports=''
	while read -r file; do
		run nm -u "$machine/lib/modules/$release/$file"
		is "$name: ${file##*/} is whole" "$status$err" 0
		[[ ! $out =~ U\ devm_cxl_probe_mem ]] || imports+=" ${file##*/}"
	done < <(sed -n 's,^\([^:]*\):.*/cxl_mem\.ko.*,\1,p' "$machine/lib/modules/$release/modules.dep")
	case $name in
	*-6.12) is "$name: no module has to do with attach" "$exports$imports" "" ;;
	pci-*) is "$name: modules that have to do with attach" "$exports$imports" "cxl_mem cxl_lab_accel.ko" ;;
	*) is "$name: modules that have to do with attach" "$exports$imports" "cxl_mem cxl_mock_accel.ko" ;;
	esac
done
finish
