#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The guard judges every object that cxl-cli would act on. For thousands of arguments, drawn from a seed, it selects
# what the real cxl-cli lists by the same argument.
# shellcheck source=test/replay/machine.sh
. "$SOURCE/test/replay/machine.sh"

seed=1
for name in accelerator expanders-regions pci-two-bridges pci-four pci-shared pci-7.2; do
	machine "$name"
	run on_machine "$SOURCE/test/replay/selections" "$SELECTED" /usr/bin/cxl $seed "${SELECTIONS:-400}"
	report "$status" "$name: $(head -n 1 <<<"$out" | sed 's/^[a-z ]* 1 - //')"
	is "$name: many of them select something" "$(grep -c '^ok 2 ' <<<"$out")" 1
	[ "$status" -eq 0 ] || grep '^#' <<<"$out$err"
	seed=$((seed + 1))
done
finish
