#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# On every recorded machine, our own reading and libcxl give the same.
# shellcheck source=test/replay/machine.sh
. "$SOURCE/test/replay/machine.sh"

for name in $(machines); do
	# On this machine, libcxl drops nearly everything.
	[ "$name" != hostile ] || continue
	machine "$name"
	run on_machine timeout 20 "$SAME_AS_LIBCXL"
	is "$name: nothing differs" "$status$out" 0
done

# The comparison can fail.
machine accelerator
rm "$machine/dev/cxl/mem0"
run on_machine timeout 20 "$SAME_AS_LIBCXL"
is "a memdev that libcxl drops is a difference" "$status" 1
finish
