#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# On every recorded machine, damage each attribute or link of the CXL devices, one at a time: the answers
# stay valid, and list-attach calls nothing attached that is not.
# shellcheck source=test/replay/machine.sh
. "$SOURCE/test/replay/machine.sh"

for name in $(machines); do
	machine "$name"
	[ -n "$(ls "$devices" 2>/dev/null)" ] || continue
	machine_sys=bind run on_machine "${reader[@]}" "$SOURCE/test/replay/damage" "$CXL" "$SOURCE/Documentation/schema"
	report "$status" "$name: $(tail -n 1 <<<"$out" | tr -d '#')"
	[ "$status" -eq 0 ] || head -n 20 <<<"$out$err"
done
finish
