#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The most accelerators that the lab offers, below one host bridge: each has its own part of the window.
# shellcheck source=test/vm/guest.sh
. "$SOURCE/test/vm/guest.sh"

window=$(sed -n 's/^\([0-9a-f]*\)-.* : CXL Window 0$/0x\1/p' /proc/iomem)
run "$CXL" list-attach
is "four are attached, at four addresses" "$(answer 'map([.attach, .regions[].resource]) | sort')" \
	"$(for i in 0 1 2 3; do echo $((window + i * 268435456)); done | jq -sc 'map(["attached", .])')"
is "in the order of their numbers" "$(answer 'map(.memdev)')" '["mem0","mem1","mem2","mem3"]'
run "$CXL" list-attach mem1 3
is "two of them, by name and number" "$(answer 'map(.memdev)')" '["mem1","mem3"]'
check_dmesg
