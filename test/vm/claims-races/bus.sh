#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Documentation/claims.md, C2 and C3: the bus is detached while each other method detaches the memdev, ROUNDS trials
# each (default 6), at offsets all over the sweep. Is anything released twice, or a reference counted below zero? The
# method port is left out: a port that is bound again during a probe has other problems (Documentation/findings).
# Detaching the bus makes new ports.
# shellcheck source=test/vm/guest.sh
. "$SOURCE/test/vm/guest.sh"

trials=${ROUNDS:-6}
races=()
for actor in memdev host endpoint region bus; do
	races+=(--race "$actor,bus")
done
rm -f /tmp/log
run "$CXL" exercise-autoremove --log /tmp/log "${races[@]}" --seed 3 --trials "$trials"
is "all had their trials" "$(answer '[.ended, .trials, .logs_lost]')" "[\"complete\",$((5 * trials)),0]"
is "no kernel report, no taint, and no process stuck in the kernel" \
	"$(answer '.findings | map(select(.kind | IN("splat", "taint", "stuck", "died")))')" "[]"
is "everything came back" "$(answer '.findings | map(select(.kind == "restore"))')" "[]"
answer '.findings | map([.signature, .count])' | sed 's/^/# also: /'
finish
