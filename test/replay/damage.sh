#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# On every recorded machine, damage everything that is read, one file, link or directory at a time. The answers stay
# valid, nothing is called attached unless it is, and no refusal is lost. test/damage does this within one process.
# test/replay/damage takes a sample with the commands themselves.
# shellcheck source=test/replay/machine.sh
. "$SOURCE/test/replay/machine.sh"

unpacked=()
for name in $(machines); do
	machine_unpack "$name" "$machine_top/unpacked/$name"
	[ -z "$(ls "$machine_top/unpacked/$name/sys/bus/cxl/devices" 2>/dev/null)" ] ||
		unpacked+=("$machine_top/unpacked/$name")
done

# damage PART: damage the machines of that part; print the program's output and, in the same form, whether it ended well
damage() {
	local answers=$machine_top/damaged/$1 mine=() i status=0
	for ((i = $1; i < ${#unpacked[@]}; i += parts)); do mine+=("${unpacked[i]}"); done
	mkdir -p "$answers"
	"${reader[@]}" "$DAMAGE_MACHINE" "$answers" "${mine[@]}" 2>&1 || status=$?
	[ "$status" -le 1 ] || echo "# damaged last: $(tr -d '\0' <"$answers/now")"
	echo "$((status > 0)) part $1: the program ends"
}

parts=$(nproc)
[ "$parts" -le 4 ] || parts=4
for ((part = 0; part < parts; part++)); do
	damage "$part" >"$machine_top/part$part" &
done
wait
while read -r failed what; do
	if [[ $failed = [01] ]]; then
		report "$failed" "$what"
	else
		echo "# ${failed#\#} $what"
	fi
done < <(cat "$machine_top"/part*)
is "one line for each machine and part" "$tap_count" "$((${#unpacked[@]} + parts))"
for schema in list-attach list-locked guard detach-memdev-plan; do
	ok "$schema: each distinct answer is valid" \
		"$SOURCE/test/validate" "$SOURCE/Documentation/schema/$schema.schema.json" "$machine_top/damaged"/*/"$schema"/*
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
