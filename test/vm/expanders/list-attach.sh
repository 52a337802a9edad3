#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Expanders have no attach provider, whichever regions they are in.
# shellcheck source=test/vm/guest.sh
. "$SOURCE/test/vm/guest.sh"

run /usr/bin/cxl list -M
is "there are expanders" "$([ "$(answer length)" -gt 1 ] && echo yes)" yes
run "$CXL" list-attach
is "none is attached" "$out" '[]'
is "done" "$status" 0
run "$CXL" list-attach mem0
is "one of them, by name: not attached" "$(answer 'map([.memdev, .attach])')" '[["mem0","none"]]'
is "one of them, by name: done" "$status" 0
same_as_truth "without regions of ours: as the kernel itself says"

decoder=$(/usr/bin/cxl list -D -d root -b cxl_test | jq -r 'map(select(.volatile_capable and .nr_targets == 1))[0].decoder')
run /usr/bin/cxl create-region -t ram -d "$decoder" -w 1 -s 256M
is "cxl-cli made a region under $decoder" "$status" 0
region=$(jq -r .region <<<"$out")
run "$CXL" list-attach
is "the region of an expander is not attached" "$out" '[]'
same_as_truth "with a region: as the kernel itself says"
run "$CXL" list-locked --all "$region"
is "it is not locked" "$(answer 'map([.locked, .reason])')" '[[false,"none"]]'
run "$CXL" destroy-region -f "$region"
is "destroyed through our cxl" "$status" 0

# A region over two expanders, which are below different host bridges
memdev_of() { /usr/bin/cxl list -M | jq -r --arg host "$1" 'map(select(.host == $host))[0].memdev'; }
run /usr/bin/cxl create-region -t ram -d decoder0.1 -m "$(memdev_of cxl_mem.6)" "$(memdev_of cxl_mem.1)"
is "cxl-cli made an interleaved region" "$status" 0
region=$(jq -r .region <<<"$out")
run "$CXL" list-attach -a -r "$region"
is "both memdevs of it, and none attached" "$(answer 'map([.attach, .regions[0].interleave_ways])')" \
	'[["none",2],["none",2]]'
same_as_truth "with an interleaved region: as the kernel itself says"
run "$CXL" destroy-region -f "$region"
is "destroyed through our cxl" "$status" 0
as_cxl_cli list -MRDTE
as_cxl_cli list -BPEMDRTi
check_dmesg
