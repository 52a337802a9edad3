#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# list-attach --follow on a recorded machine, with events that contrib/bench.d/send-events.c sends to the kernel of this
# machine, in a network namespace. The kernel sends them on as its own, and drops them if there are too many.
namespaces=(--net --pid --fork --mount-proc --kill-child)
[ "$(id -u)" -eq 0 ] || namespaces+=(--map-root-user)
if [ -z "${IN_NAMESPACE-}" ] && unshare "${namespaces[@]}" true 2>/dev/null; then
	exec env IN_NAMESPACE=1 unshare "${namespaces[@]}" "$0"
fi
# shellcheck source=test/replay/machine.sh
. "$SOURCE/test/replay/machine.sh"

[ -n "${IN_NAMESPACE-}" ] || skip_all "no namespaces can be made here"
"$SEND_EVENTS" 0 1 change:none:none >/dev/null 2>&1 || skip_all "this kernel takes no events from user space"

send() { "$SEND_EVENTS" "${rate:-0}" "${count:-$#}" "${@/%/:cxl}" >"$machine_top/took"; }
events() { jq -r '"\(.event) \(.memdev // .region)"' "$lines" 2>/dev/null | tail -n "+$((seen + 1))" | xargs; }
# next COUNT: wait at most 20 s for so many more lines; they are in $got, and do not count any more
next() {
	for _ in $(seq 400); do
		[ "$(wc -l <"$lines")" -lt $((seen + $1)) ] || break
		sleep 0.05
	done
	got=$(events)
	seen=$(wc -l <"$lines")
}
# settle: wait until no line has come for a second
settle() {
	local before=
	while [ "$before" != "$(wc -l <"$lines")" ]; do
		before=$(wc -l <"$lines")
		sleep 1
	done
}
# follow COUNT [TIMES]: start the command, and wait for its COUNT lines of the present state. It waits that many times as
# long for the driver of a region.
follow() {
	lines=$machine_top/lines seen=0
	: >"$lines"
	# The address sanitizer keeps memory that was freed for a while.
	# shellcheck disable=SC2016 # the inner shell expands them
	on_machine env ASAN_OPTIONS=quarantine_size_mb=0:thread_local_quarantine_size_kb=0 \
		sh -c 'echo $$ >"$1/pid"; exec env TEST_PAUSE_TIMES="$3" "$2" list-attach --follow >"$1/lines" 2>"$1/said"' \
		sh "$machine_top" "$CXL" "${2:-1}" &
	next "$1"
	pid=$(cat "$machine_top/pid")
}
leave() { kill "$pid"; wait 2>/dev/null; }
# clock_ticks: the processor time of the command until now
clock_ticks() { awk '{ print $14 + $15 }' "/proc/$pid/stat"; }
resident() { awk '$1 == "VmRSS:" { print $2 }' "/proc/$pid/status"; }

machine accelerator
mkdir -p "$machine/sys/kernel"
echo 0 >"$machine/sys/kernel/uevent_seqnum"
region=$(realpath "$devices/region0")
driver=$(readlink "$region/driver")
without_driver() { rm "$region/driver"; }
with_driver() { ln -s "$driver" "$region/driver"; }

grep -q TEST_PAUSE_TIMES "$CXL" || skip_all "cxl was built without test points"
follow 2 1000
is "the present state" "$got" "present region0 present mem0"
send remove:region0 remove:mem0
next 2
is "removals are printed in their order, although the devices are there" "$got" "region-removed region0 detached mem0"
send change:root0
next 2
is "an observation finds what is there" "$got" "region-appeared region0 attached mem0"

# A region that is assembled has no driver yet.
send remove:region0
next 1
without_driver
rate=10 count=10 send add:region0 change:root0 bind:mem0 add:decoder3.0 unbind:endpoint3
is "a region that was added is not read, whatever events come" "$(events)" ""
with_driver
send bind:region0
next 1
is "it is read when it has its driver, without a pause" "$got" "region-appeared region0"

send remove:region0
next 1
mv "$devices/region0" "$devices/was-region0"
send remove:mem0 change:root0 remove:decoder3.0
next 2
is "one that is gone holds up nothing" "$got" "detached mem0 attached mem0"
mv "$devices/was-region0" "$devices/region0"
send bind:region0
next 1

kill -STOP "$pid"
without_driver
send remove:region0
count=20000 send change:root0
kill -CONT "$pid"
next 2
is "events were lost: said" "$got" "resynchronized null region-removed region0"
is "... and a region without a driver is not read yet" "$(events)" ""
with_driver
send bind:region0 bind:mem0
next 1
is "... until it has its driver" "$got" "region-appeared region0"
send remove:mem0
next 1
is "... and all goes on" "$got" "detached mem0"
send change:root0
next 1
leave

follow 2
send remove:region0
next 1
without_driver
send add:region0 change:root0
next 1
is "one that gets no driver is read after a pause" "$got" "region-appeared region0"
send remove:mem0 change:root0
next 2
is "... and then holds up nothing" "$got" "detached mem0 attached mem0"
leave

begun=$(date +%s%N)
follow 2
is "at the beginning, a region without a driver is read after a pause" "$got" "present region0 present mem0"
ok "... of a second" test $(($(date +%s%N) - begun)) -ge 1000000000
with_driver
send bind:region0

ticks=$(clock_ticks)
sleep 4
is "no processor time while nothing happens" "$(($(clock_ticks) - ticks))" 0

# A busy machine may not send as many, and may keep this process from running for longer than the kernel keeps events.
for try in 1 2 3; do
	rate=10000 count=50000 send change:root0 change:mem0 add:decoder3.0 change:endpoint3
	took=$(cat "$machine_top/took")
	echo "# try $try: 50000 events in $((took / 1000)) ms"
	settle
	send remove:mem0
	next 1
	told=${got%% attached*} # an observation that the last of the many caused
	send change:root0
	settle
	next 0
	[ "$told" != "detached mem0" ] || [ "$took" -gt 5250000 ] || break
done
is "many events a second: none is lost" "$told" "detached mem0"
[ "$took" -le 5250000 ] || echo "# the machine was too busy to send 10000 a second: $((50000000000 / took)) were sent"

# One event a second is 86,400 a day; every 15th is about a device that comes or goes.
day=(remove:region0 remove:mem0 bind:region0 bind:mem0)
while [ ${#day[@]} -lt 60 ]; do
	day+=(change:root0)
done
rate=4000 count=1200 send "${day[@]}"
settle
before=$(resident)
rate=4000 count=86400 send "${day[@]}"
settle
send remove:mem0
next 1
grown=$(($(resident) - before))
echo "# resident memory: $before KiB before a day's events, $grown KiB more after them; $seen lines"
ok "a day's events: at most 2 MiB more resident memory" test $grown -le 2048
ok "... and it has told of them" test "$seen" -gt 500
is "... and lives" "${got##*detached}" " mem0"
leave
is "no message" "$(cat "$machine_top/said")" "cxl list-attach: interrupted: nothing was changed"
mkdir "$machine_top/each"
head -n 40 "$lines" | split -l 1 - "$machine_top/each/"
ok "every line is valid" "$SOURCE/test/validate" "$SOURCE/Documentation/schema/list-attach-follow.schema.json" "$machine_top"/each/*
finish
