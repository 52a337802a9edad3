#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What the program reads of modules without libkmod is the same as what libkmod finds, on each recorded machine that has
# modules.
# shellcheck source=test/replay/machine.sh
. "$SOURCE/test/replay/machine.sh"

# aliases: print all modalias files of the machine
aliases() { find "$machine/sys/devices" -name modalias -type f -exec cat {} + | sort -u; }
# compare: compare, with the modaliases on the input
# shellcheck disable=SC2016 # the shell on the machine expands it
compare() { run on_machine sh -c '"$0" <"$1"' "$SAME_AS_LIBKMOD" "$machine_top/aliases"; }
for name in $(machines); do
	machine "$name"
	[ -n "$(ls "$machine/lib/modules")" ] || continue
	aliases >"$machine_top/aliases"
	compare
	like "$name" "$status$err$out" '^0modules [1-9][0-9]* symbols [1-9][0-9]* matches [0-9]+ differences 0$'
done
finish
