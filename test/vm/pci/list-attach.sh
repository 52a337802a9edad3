#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Accelerators and an expander side by side, under two host bridges, in shared windows.
# shellcheck source=test/vm/guest.sh
. "$SOURCE/test/vm/guest.sh"

run "$CXL" list-attach
is "both accelerators, and nothing else" \
	"$(answer 'map([.attach, .host, .provider, .regions[].size]) | sort')" \
	'[["attached","0000:11:00.0","cxl_lab_accel",268435456],["attached","0000:31:00.0","cxl_lab_accel",268435456]]'
is "in the windows, each at its start" "$(answer 'map(.regions[0].resource) | sort')" \
	"$(sed -n 's/^\([0-9a-f]*\)-.* : CXL Window .*/0x\1/p' /proc/iomem |
		while read -r start; do echo $((start)); done | sort -n | jq -sc .)"
is "each has its network interface" "$(for host in $(answer '.[].host' | tr -d '"'); do
	find "/sys/bus/pci/devices/$host/net" -mindepth 1 -maxdepth 1 | wc -l; done | xargs)" "1 1"

same_as_truth "as the kernel itself says"

# An expander in the window of an accelerator, with a region that cxl-cli makes
expander=$(/usr/bin/cxl list -M | jq -r 'map(select(.serial))[0].memdev')
decoder=$(/usr/bin/cxl list -D -d root -m "$expander" | jq -r '.[0].decoder')
run "$CXL" create-region -t ram -m "$expander" -d "$decoder"
is "cxl-cli makes a region of $expander in $decoder" "$status" 0
region=$(jq -r .region <<<"$out")
run "$CXL" list-attach
is "the region of an expander is not attached" "$(answer length)" 2
run /usr/bin/cxl list -R -r "$region"
is "it is a region of its own" "$(answer 'map(.locked // false)')" '[false]'
same_as_truth "with an expander's region: as the kernel itself says"
run "$CXL" list-locked
is "the window is shared: the kernel deletes the region, whoever uses it" \
	"$(answer 'map([.reason, .on_delete]) | unique')" '[["attach","deleted"]]'

# The expander's memory can be system RAM. Without udev, the test loads the modules for new devices by hand.
modprobe -a dax_cxl kmem
before=$(sed -n 's/^MemTotal: *\([0-9]*\) kB/\1/p' /proc/meminfo)
for state in /sys/devices/system/memory/memory*/state; do
	[ "$(<"$state")" = online ] || echo online_movable >"$state"
done
after=$(sed -n 's/^MemTotal: *\([0-9]*\) kB/\1/p' /proc/meminfo)
ok "its memory is system RAM ($before kB before, $after kB after)" [ $((after - before)) -gt 100000 ]
same_as_truth "with an expander's region as system RAM: as the kernel itself says"
check_dmesg
