#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Libraries that only some commands need are loaded by these commands. Without such a library, every other command works,
# and a command that changes something stops before it does.
# shellcheck source=test/replay/machine.sh
. "$SOURCE/test/replay/machine.sh"

[ -z "$EMULATED" ] || skip_all "the program is emulated"
sonames=$(strings -a "$CXL" | sed -n 's/^\[{"soname":\["\([^"]*\)"\].*/\1/p' | sort)
is "notes in the program name the libraries, for packages" "$(xargs <<<"$sonames")" \
	"libcxl.so.1 libkmod.so.2 libsmartcols.so.1"
is "as notes that tools look for" "$(readelf -n "$CXL" | sed -n '/\.note\.dlopen/,/^$/p' | grep -c '^ *FDO ')" 3
is "the dynamic loader is not told to load them" \
	"$(readelf -d "$CXL" | sed -n 's/.*(NEEDED).*\[\(.*\)\]$/\1/p' | grep -Fx -- "$sonames")" ""
for library in libcxl libkmod libsmartcols; do
	file=$(cc -print-file-name=$library.so)
	is "$library: the program knows its name" "$(readelf -d "$file" | sed -n 's/.*(SONAME).*\[\(.*\)\]$/\1/p')" \
		"$(grep "^$library\.so" <<<"$sonames")"
done

machine accelerator
# loaded COMMAND...: print which of the libraries the command loads
loaded() { on_machine env LD_DEBUG=files "$@" 2>&1 >/dev/null | grep -oF -- "$sonames" | sort -u | xargs; }
is "list-attach: loads none" "$(loaded "$CXL" list-attach)" ""
is "list-locked: loads none" "$(loaded "$CXL" list-locked)" ""
is "list-attach --tree: loads what draws trees" "$(loaded "$CXL" list-attach --tree)" libsmartcols.so.1
is "list-attach --providers: loads what reads modules" "$(loaded "$CXL" list-attach --providers)" libkmod.so.2
is "a command of cxl-cli: loads none before it is handed over" \
	"$(CXL_CLI=$(type -P true) loaded "$CXL" create-region)" ""

# without LIBRARY COMMAND...: run the command with a file in place of the library that is none
without() {
	mkdir -p "$machine_top/libraries"
	: >"$machine_top/libraries/$1"
	run on_machine env LD_LIBRARY_PATH="$machine_top/libraries" "${@:2}"
	rm "$machine_top/libraries/$1"
}
without libsmartcols.so.1 "$CXL" list-attach --tree
is "a tree without libsmartcols: cannot be drawn" "$status$out" 5
like "a tree without libsmartcols: said" "$err" \
	'^cxl: cannot load the library libsmartcols.so.1: .*install the package libsmartcols1 '
for library in $sonames; do
	without "$library" "$CXL" list-attach
	is "list-attach without $library: works" "$status$err$(jq length <<<"$out")" 01
done
without libkmod.so.2 "$CXL" list-attach --providers
is "providers without libkmod: cannot be listed" "$status" 5
like "providers without libkmod: said" "$err" 'cannot load the library libkmod.so.2: '
if [ "$(id -u)" -eq 0 ]; then
	for library in libcxl.so.1 libkmod.so.2; do
		machine_sys=bind without "$library" env CXL_STATE_DIR="$machine_top/state" "$CXL" detach-memdev mem0
		is "detach-memdev without $library: cannot" "$status$out" 5
		like "detach-memdev without $library: said" "$err" "cannot load the library .*$library: file too short"
		ok "detach-memdev without $library: nothing is written down" test ! -e "$machine_top/state"
	done
fi
# A library that is too old has not all of the functions.
mkdir "$machine_top/old"
echo 'int nothing;' | cc -shared -o "$machine_top/old/libsmartcols.so.1" -Wl,-soname,libsmartcols.so.1 -x c -
run on_machine env LD_LIBRARY_PATH="$machine_top/old" "$CXL" list-attach --tree
is "a library without a function: status" "$status$out" 5
like "a library without a function: said" "$err" 'libsmartcols.so.1: .*undefined symbol: scols_'
finish
