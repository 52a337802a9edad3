#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Documentation/claims.md, C2 and C3: the bus is taken away while the memdev goes by each other path, ROUNDS times
# each (6 if not said), at places all over the sweep. Does anything release twice, or count a reference below zero?
# A port that is bound again while a memdev is probed has troubles of its own (Documentation/kernel-behavior.md), and
# is left out: taking the bus away makes new ports.
# shellcheck source=test/vm/guest.sh
. "$SOURCE/test/vm/guest.sh"

rounds=${ROUNDS:-6}
races=()
for actor in memdev host endpoint region bus; do
	races+=(--race "$actor,bus")
done
rm -f /tmp/journal
run "$CXL" exercise-autoremove --journal /tmp/journal "${races[@]}" --seed 3 --iterations "$rounds"
is "all were tried" "$(answer '[.ended, .trials, .logs_lost]')" "[\"complete\",$((5 * rounds)),0]"
is "the kernel has not complained, nor become tainted, nor is anybody stuck in it" \
	"$(answer '.findings | map(select(.kind | IN("splat", "taint", "stuck", "died")))')" "[]"
is "everything came back" "$(answer '.findings | map(select(.kind == "restore"))')" "[]"
answer '.findings | map([.signature, .count])' | sed 's/^/# also: /'
finish
