#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# One memdev is detached, and then the bus with the other memdev. The first memdev cannot be reattached before the bus,
# and a message says so. If the bus is reattached first, both are as before.
# shellcheck source=test/vm/guest.sh
. "$SOURCE/test/vm/guest.sh"

state() { "$CXL" list-attach --all | jq -c 'map([.host, .attach, .provider, .regions[].resource]) | sort'; }
whole=$(state)
mapfile -t hosts < <("$CXL" list-attach | jq -r '.[].host' | sort)
memdev() { "$CXL" list-attach | jq -r --arg host "$1" '.[] | select(.host == $host).memdev'; }

run "$CXL" detach-memdev --via host "$(memdev "${hosts[0]}")"
is "the first is detached" "$status" 0
run "$CXL" detach-memdev -f --via bus "$(memdev "${hosts[1]}")"
is "the bus with the second is detached" "$status" 0
run "$CXL" attach-memdev "${hosts[0]}"
is "the first alone: failed" "$status" 1
like "the first alone: the bus is named" "$err" \
	"${hosts[0]}: if the bus above it is detached, too: 'cxl attach-memdev ${hosts[1]}' reattaches it"
run "$CXL" attach-memdev "${hosts[1]}"
is "the bus and the second" "$status" 0
run "$CXL" attach-memdev "${hosts[0]}"
is "the first" "$status$(state)" "0$whole"
check_dmesg
