#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# list-locked with the region of the accelerator, compared with what the kernel does.
# shellcheck source=test/vm/guest.sh
. "$SOURCE/test/vm/guest.sh"

run "$CXL" list-locked
is "one region is locked, by an attach" "$(answer 'map([.region, .locked, .reason, .told_by])')" \
	'[["region0",true,"attach","region"]]'
is "its owner" "$(answer 'map(.owners[] | [.memdev, .provider])')" \
	"$("$CXL" list-attach | jq -c 'map([.memdev, .provider])')"
is "no decoder is locked" "$(answer 'map(.locked_decoders)')$(cat /sys/bus/cxl/devices/decoder*/locked | sort -u)" '[[]]0'
root=$(answer '.[0].root_decoder' | tr -d '"')
is "its root decoder" "$root" "$(basename "$(dirname "$(readlink -f /sys/bus/cxl/devices/region0)")")"
is "what a delete does, as sysfs" "$(answer '.[0].on_delete')" \
	"$([ -e "/sys/bus/cxl/devices/$root/delete_region" ] && echo '"deleted"' || echo '"impossible"')"
is "commit is refused, as shown" "$(answer '.[0].on_commit')$(bash -c 'echo 0 >/sys/bus/cxl/devices/region0/commit' 2>&1 |
	grep -oE 'Operation not permitted|busy')" '"refused"Operation not permitted'
valid "the answer is valid" list-locked

run "$CXL" list -MRT --attach
is "list --attach: the same owner" \
	"$(answer '[.. | objects | select(.region and .lock_reason) | [.lock_reason, .owners[].memdev]]')" '[["attach","mem0"]]'
is "list --attach: the memdev" "$(answer '[.. | objects | select(.attach).attach.state]')" '["attached"]'
valid "list --attach: valid" list
as_cxl_cli list -MRT
check_dmesg
