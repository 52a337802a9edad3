#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# list-attach --follow while the accelerator comes and goes, also if the kernel drops events.
# shellcheck source=test/vm/guest.sh
. "$SOURCE/test/vm/guest.sh"

lines=/tmp/follow-lines
"$CXL" list-attach --follow >$lines &
follower=$!
host=$(basename "$(readlink -f /sys/bus/cxl/devices/mem0/..)")
driver=$(readlink -f /sys/bus/cxl/devices/mem0/../driver)

# wait_lines COUNT: wait until there are so many lines, or until 20 seconds have passed
wait_lines() {
	local turn
	for turn in $(seq 100); do
		[ "$(wc -l <$lines)" -lt "$1" ] || return 0
		sleep 0.2
	done
	return "$turn"
}
# settle: wait until no line has come for two seconds
settle() {
	local before=
	while [ "$before" != "$(wc -l <$lines)" ]; do
		before=$(wc -l <$lines)
		sleep 2
	done
}
# latest: the last event of the region and that of the memdev
latest() { jq -rs '[map(select(.region)), map(select(.memdev))] | map(last.event) | join(" ")' $lines; }
# wait_latest EVENTS: wait until these are the latest, or until 60 seconds have passed
wait_latest() {
	for _ in $(seq 60); do
		! { grep -q resynchronized $lines && [ "$(latest)" = "$1" ]; } || return 0
		sleep 1
	done
}
events() { jq -c '[.event, .memdev // .region]' $lines | tail -n "+$1" | xargs; }

wait_lines 2
is "the present state comes first" "$(events 1 | tr ' ' '\n' | sort | xargs)" '[present,mem0] [present,region0]'

unbind_settled "$host" "$driver"
wait_lines 4
is "unbound: region and memdev go" "$(events 3 | tr ' ' '\n' | sort | xargs)" '[detached,mem0] [region-removed,region0]'
echo "$host" >"$driver/bind"
wait_lines 6
is "bound: both come back" "$(events 5 | tr ' ' '\n' | sed 's/mem[0-9]*/mem/' | sort | xargs)" \
	'[attached,mem] [region-appeared,region0]'
is "the event has a report" "$(jq -c 'select(.event == "attached").report | [.attach, .host]' $lines)" "[\"attached\",\"$host\"]"
is "the times do not go back" "$(jq .time_us $lines)" "$(jq .time_us $lines | sort -n)"
settle
is "no other line" "$(wc -l <$lines)" 6

# list-attach is stopped while far more events come than fit into its socket.
kill -STOP $follower
for _ in 1 2 3; do
	unbind_settled "$host" "$driver"
	echo "$host" >"$driver/bind"
done
for _ in $(seq 3000); do
	echo change >/sys/bus/cxl/devices/root0/uevent
done
unbind_settled "$host" "$driver"
kill -CONT $follower
wait_latest "region-removed detached"
is "events were lost: said" "$(jq -c 'select(.event == "resynchronized").event' $lines | sort -u)" '"resynchronized"'
is "the last state is right" "$(latest)" "region-removed detached"
echo "$host" >"$driver/bind"
wait_latest "region-appeared attached"
is "later events follow" "$(latest)" "region-appeared attached"
ok "it still runs, and can be stopped" kill $follower
wait $follower 2>/dev/null

mkdir /tmp/lines
split -l 1 $lines /tmp/lines/line-
valid "every line is valid" list-attach-follow /tmp/lines/*
check_dmesg
