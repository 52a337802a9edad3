#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Killed after every single step, with SIGKILL, and brought back from the journal each time.
# shellcheck source=test/vm/detach.sh
. "$SOURCE/test/vm/detach.sh"

whole=$(state)

for point in planned journal step-0 acted verified; do
	killed $point detach-memdev -f "$(mem)"
	as_before "memdev, $point"
done
killed step-0 detach-memdev -f --via port "$(mem)"
as_before "port, step-0"
# Killed on the way back, after each step of it
for point in step-0 returned back; do
	"$CXL" detach-memdev -f --via bus "$(mem)" >/dev/null
	killed $point attach-memdev "$host" --timeout=30
	as_before "return from the bus, $point"
done
ok "a lock that a killed process held is free" "$CXL" attach-memdev
check_dmesg
