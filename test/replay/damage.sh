#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# On every recorded machine, damage everything that is read, one file, link or directory at a time: the
# answers stay valid, nothing is called attached that is not, and no refusal is lost. test/damage does this
# within one process; of what the commands themselves make of it, test/replay/damage takes a sample.
# shellcheck source=test/replay/machine.sh
. "$SOURCE/test/replay/machine.sh"

answers=$machine_top/damaged
mkdir "$answers"
unpacked=()
for name in $(machines); do
	machine_unpack "$name" "$machine_top/unpacked/$name"
	[ -z "$(ls "$machine_top/unpacked/$name/sys/bus/cxl/devices" 2>/dev/null)" ] ||
		unpacked+=("$machine_top/unpacked/$name")
done

run "${reader[@]}" "$DAMAGE_MACHINE" "$answers" "${unpacked[@]}"
while read -r failed what; do
	if [ "$failed" = '#' ]; then
		echo "# $what"
	else
		report "$failed" "$what"
	fi
done <<<"$out"
[ "$status" -le 1 ] || printf '# %s\n' "$err" "damaged last: $(tr -d '\0' <"$answers/now")"
is "one line for each machine" "$tap_count" "${#unpacked[@]}"
ok "the program ends" test "$status" -eq 0
for schema in list-attach list-locked guard detach-memdev-plan; do
	ok "$schema: each distinct answer is valid" \
		"$SOURCE/test/validate" "$SOURCE/Documentation/schema/$schema.schema.json" "$answers/$schema"/*
done

export DAMAGE_EVERY=${DAMAGE_EVERY:-100}
for path in "${unpacked[@]}"; do
	name=${path##*/}
	machine "$name"
	machine_sys=bind run on_machine "${reader[@]}" "$SOURCE/test/replay/damage" "$CXL" "$SOURCE/Documentation/schema"
	report "$status" "$name, a sample with the program: $(tail -n 1 <<<"$out" | tr -d '#')"
	[ "$status" -eq 0 ] || head -n 20 <<<"$out$err"
done
finish
