#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A recorded machine is unpacked as it was: a recording of the unpacked machine is the same, and libkmod
# finds the same modules there.
# shellcheck source=test/replay/machine.sh
. "$SOURCE/test/replay/machine.sh"

# same DIRECTORY DIRECTORY: the entries, their content, targets and modes
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
	# Not compared: the nodes of the memdevs, which are plain files here, and the files of /proc that
	# this machine's kernel does not have.
	rm -rf "${again:?}/dev" "${machine:?}/dev"
	for file in iomem kallsyms modules; do [ -e "/proc/$file" ] || rm "$machine/proc/$file"; done
	ok "$name: recorded again, it is the same" same "$machine" "$again"

	release=$(cat "$machine/proc/sys/kernel/osrelease")
	is "$name: its kernel is that of its modules" "$(ls "$machine/lib/modules")" "$release"
	[ -e "$machine/lib/modules/$release/modules.dep.bin" ] || continue
	# cxl_mem exports the attach call, and one of the modules that use cxl_mem imports it.
	run kmod -R symbol:devm_cxl_probe_mem
	exports=$out
	imports=''
	while read -r file; do
		run nm -u "$machine/lib/modules/$release/$file"
		is "$name: ${file##*/} is whole" "$status$err" 0
		[[ ! $out =~ U\ devm_cxl_probe_mem ]] || imports+=" ${file##*/}"
	done < <(sed -n 's,^\([^:]*\):.*/cxl_mem\.ko.*,\1,p' "$machine/lib/modules/$release/modules.dep")
	case $name in
	*-6.12) is "$name: no module exports or imports the attach call" "$exports$imports" "" ;;
	pci-*) is "$name: modules that export or import the attach call" "$exports$imports" "cxl_mem cxl_lab_accel.ko" ;;
	*) is "$name: modules that export or import the attach call" "$exports$imports" "cxl_mem cxl_mock_accel.ko" ;;
	esac
done
finish
