#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# contrib/bench --round measures what it says, and leaves the machine as it was. No check depends on speed.
# shellcheck source=test/vm/guest.sh
. "$SOURCE/test/vm/guest.sh"

state() { "$CXL" list-attach | jq -c 'map([.attach, .host, .regions[].resource])'; }
whole=$(state)
binds() { dmesg | grep -c 'script-round [0-9]'; }

run "$SOURCE/contrib/bench" --round --runs 1 --json /tmp/round.json
is "done" "$status$err" 0
like "what it ran on" "$out" 'programs: .*cxl-cli [0-9].*libcxl'
times='[0-9.]+ +-?[0-9.]+'
for row in 'cxl detach-memdev --reattach' 'cxl detach-memdev' 'cxl attach-memdev' 'bare detach' 'bare attach' \
	'[(]detach alone - usage[)] / bare detach' '[(]attach alone - usage[)] / bare attach' 'cxl version' 'cxl detach-memdev --usage' 'bare round' 'bare round, no flush' \
	'script, with cxl-cli and jq' '[(]detach-memdev - version[)] / bare' '[(]detach-memdev - usage[)] / bare' 'script / detach-memdev'; do
	like "has a line: $row" "$out" "$row +-?$times"
done
for row in 'cxl exercise-autoremove --via memdev' 'bare rounds, in one loop' 'exercise-autoremove / bare rounds, in one loop' \
	'exercise-autoremove / bare round' 'exercise-autoremove / script, with cxl-cli and jq'; do
	like "has a line: $row" "$out" "$row +[0-9.]+"
done
like "what was undone without the flush" "$out" 'without the flush, [01] of 1 binds were undone'
is "every run is in the file" "$(jq -c '.runs | map_values(length)' /tmp/round.json)" \
	'{"detach":1,"down":1,"up":1,"version":1,"start":1,"bare":1,"bare_down":1,"bare_up":1,"bare_no_flush":1,"script":1}'
is "everything is as it was" "$(state)" "$whole"
is "the script has run as often as was said" "$(binds)" 2

run "$SOURCE/contrib/bench" --round --runs 1 --against "$CXL" --json /tmp/against.json
is "against another build: done" "$status$err" 0
for row in "the other cxl's detach-memdev --reattach" 'this cxl / the other, median' 'middle half of the rounds apart by'; do
	like "against another build: has a line: $row" "$out" "$row +$times"
done
is "against another build: every run is in the file" "$(jq -c '.runs | map_values(length)' /tmp/against.json)" \
	'{"detach":1,"against":1}'
is "against another build: everything is as it was" "$(state)" "$whole"

run "$SOURCE/contrib/bench" --races --runs 2 --json /tmp/races.json
is "races: done" "$status$err" 0
for row in 'cxl exercise-autoremove --race host,memdev' 'loops of the shell with the same writes' \
	'exercise-autoremove / loops of the shell'; do
	like "races: has a line: $row" "$out" "$row +$times"
done
is "races: every rate is in the file" "$(jq -c 'map_values([(.tools | length), (.loops | length)])' /tmp/races.json)" \
	'{"turns":[5,6],"halves":[5,6]}'
is "races: everything is as it was" "$(state)" "$whole"

gcc -O2 -Wall -Wextra -Werror -o /tmp/bare-round "$SOURCE/contrib/bench.d/bare-round.c"
host=$(jq -r '.[0][1]' <<<"$whole")
driver=$(readlink -f /sys/bus/*/devices/"$host"/driver)
memdev=$(basename "$driver/$host"/mem[0-9]*)
run strace -qq -e trace=write -o /tmp/calls /tmp/bare-round "$memdev" "$host" "$driver"
is "bare-round: its writes" "$status$(sed 's/^write([0-9]*, \("[^"]*"\).*/\1/' /tmp/calls | xargs)" "0$memdev 1 $host 1"
for half in detach attach; do
	run strace -qq -e trace=write -o "/tmp/calls-$half" /tmp/bare-round --$half "$memdev" "$host" "$driver"
	is "bare-round: $half" "$status$err" 0
done
is "bare-round: its writes, as two halves" "$(cat /tmp/calls-* | sed 's/^write([0-9]*, \("[^"]*"\).*/\1/' | xargs)" "$host 1 $memdev 1"
run strace -qq -e trace=write -o /tmp/calls /tmp/bare-round --rounds=2 "$memdev" "$host" "$driver"
is "bare-round: its writes, twice" "$status$(sed '/^write(1,/d; s/^write([0-9]*, \("[^"]*"\).*/\1/' /tmp/calls | xargs)" "0$memdev 1 $host 1 $memdev 1 $host 1"
like "bare-round: how long they took" "$out" '^[1-9][0-9]*$'
run strace -qq -e trace=write -o /tmp/calls /tmp/bare-round --no-flush mem99 "$host" "$driver"
is "bare-round: a memdev that there is not" "$status$(grep -c . /tmp/calls)" 12
like "bare-round: said" "$err" '/cxl_mem/unbind: No such device'

# A round in which a check failed must not be measured.
# shellcheck disable=SC2016 # expanded by that shell
printf '#!/bin/sh\n[ "$1" != detach-memdev ] || exit 4\nexec "%s" "$@"\n' "$CXL" >/tmp/broken
chmod +x /tmp/broken
run env CXL=/tmp/broken "$SOURCE/contrib/bench" --round --runs 1
is "a failed verification ends it" "$status" 1
like "said" "$err" 'cxl detach-memdev --reattach: .*status 4'
run "$SOURCE/contrib/bench.d/script-round" /usr/bin/cxl mem99
is "the script: a memdev that there is not" "$status" 1
is "everything is as it was" "$(state)" "$whole"
check_dmesg
