#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What the guard prevents: in a shared window, a write to delete_region makes the kernel delete a region that a driver
# uses. The kernel then gives the addresses to the next region. The test runs in a boot of its own: kmem must not be
# loaded, and no region may follow the deleted one, because the decoders of a port are allocated in order.
# shellcheck source=test/vm/guest.sh
. "$SOURCE/test/vm/guest.sh"

decoder=/sys/bus/cxl/devices/decoder0.0
ok "the window is shared: there is a delete_region" test -e $decoder/delete_region
whole=$("$CXL" list-attach)
region=$(jq -r '.[0].regions[0].region' <<<"$whole")
resource=$(jq '.[0].regions[0].resource' <<<"$whole")
host=$(jq -r '.[0].host' <<<"$whole")
driver=/sys/bus/pci/drivers/cxl_lab_accel
word=$driver/$host/word # the first bytes of its memory, read through the provider's own mapping
mappings() { grep -c 'lab_accel_probe' /proc/vmallocinfo; }
in_iomem() { grep -c "$(printf '%x-' "$resource").* : region" /proc/iomem; }
before=$(mappings)
committed=$(</sys/bus/cxl/devices/port1/decoders_committed)
echo 0x11223344 >"$word"

echo "$region" >$decoder/delete_region
is "a raw write: the region is gone" "$(compgen -G "/sys/bus/cxl/devices/$region")$(in_iomem)" 0
ok "its driver is still bound" [ -e "$driver/$host" ]
is "and still has the range mapped" "$(mappings)" "$before"
is "and reads there what it wrote" "$(<"$word")" 0x11223344
echo 0x55667788 >"$word"
is "and writes" "$(<"$word")" 0x55667788
is "the port still decodes it" "$(</sys/bus/cxl/devices/port1/decoders_committed)" "$committed"
run "$CXL" list-attach
is "list-attach: attached, without a region" "$(answer 'map([.attach, .host, .regions])')" "[[\"attached\",\"$host\",[]]]"
same_as_truth "as the kernel itself says"

# The range is free for the next region. Without these two modules the kernel does not also add it as system RAM,
# which would write to it (Documentation/findings/deleted-region.md).
expander=$("$CXL" list-attach --all | jq -r 'map(select(.attach == "none" and .regions == []))[0].memdev // empty')
modprobe -r dax_cxl kmem
ok "an expander exists, and its memory does not become system RAM" [ -n "$expander" ] && [ ! -e /sys/module/kmem ]
run /usr/bin/cxl create-region -t ram -d decoder0.0 -m "$expander"
is "an expander is given the same addresses" "$status $(answer .resource)" "0 $resource"
is "by one more decoder of the host bridge" "$(in_iomem) $(</sys/bus/cxl/devices/port1/decoders_committed)" \
	"1 $((committed + 1))"
# What the provider wrote before may be lost (Documentation/findings/deleted-region.md).
echo 0x99aabbcc >"$word"
is "while the provider still uses them" "$(<"$word")" 0x99aabbcc
run "$CXL" destroy-region -f "$(answer .region | tr -d '"')"
is "that region can be destroyed" "$status$(in_iomem)" 00
unbind_settled "$host" $driver
echo "$host" >$driver/bind
run "$CXL" list-attach
is "after an unbind and bind, the region exists again" "$(answer 'map([.attach, .regions[].resource])')" "[[\"attached\",$resource]]"
check_dmesg
