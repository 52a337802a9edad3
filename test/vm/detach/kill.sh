#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# detach-memdev is killed with SIGKILL after every step, and the memdev is reattached from the journal each time.
# shellcheck source=test/vm/detach.sh
. "$SOURCE/test/vm/detach.sh"

whole=$(state)

for point in planned journal step-0 acted verified; do
	killed $point detach-memdev -f "$(mem)"
	reattached "memdev, $point"
done
killed step-0 detach-memdev -f --via port "$(mem)"
reattached "port, step-0"
# attach-memdev is killed after each step.
for point in step-0 returned back; do
	"$CXL" detach-memdev -f --via bus "$(mem)" >/dev/null
	killed $point attach-memdev "$host" --timeout=30
	reattached "reattach of the bus, $point"
done
ok "a lock that a killed process held is free" "$CXL" attach-memdev
check_dmesg
