#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# exercise-autoremove on the mock's accelerator: each actor alone finds nothing. The run can be interrupted and
# continued, and restores the baseline whatever another process does.
# shellcheck source=test/vm/guest.sh
. "$SOURCE/test/vm/guest.sh"

log=/tmp/log
state() { "$CXL" list-attach --all | jq -c 'map(del(.memdev, .id, .endpoint, .port, .bus) | .regions |= map(del(.region)))'; }
whole=$(state)
exercise() { rm -f "$log"; run "$CXL" exercise-autoremove --log "$log" "$@"; }
# results: print how many trials are over
results() { grep -sc '"record":"result"' "$log" || :; }
# until_results COUNT: wait for so many, or until the process $pid has ended
until_results() { until [ "$(results)" -ge "$1" ] 2>/dev/null || ! kill -0 "$pid" 2>/dev/null; do sleep 0.1; done; }

trials=${ROUNDS:-2}
exercise --via memdev --via host --via endpoint --via port --via bus --via module --via region --via list --via open \
	--trials "$trials" --seed 5
is "each actor alone: nothing is found" "$status$(answer '[.ended, .trials, .seed, .findings]')" "0[\"complete\",$((9 * trials)),5,[]]"
valid "each actor alone: the report is valid" exercise-autoremove
is "each actor alone: everything is as it was" "$(state)" "$whole"
is "each had its trials" "$(answer '[.cases[].trials] | unique')" "[$trials]"
is "what was going to be done was logged first" \
	"$(jq -r 'select(.record | IN("measure", "trial", "result")) | if .record == "result" then "after" else "before" end' "$log" |
		paste -sd, | sed 's/before,after,*//g')" ""
is "with every step" "$(jq -c 'select(.record == "trial" and .case == 3).operations[0].steps' "$log" | head -n 1)" \
	"[\"unbind port$(readlink -f /sys/bus/cxl/devices/endpoint* | sed 's|.*/port\([0-9]*\)/endpoint.*|\1|') from cxl_port\",\"bind port$(readlink -f /sys/bus/cxl/devices/endpoint* | sed 's|.*/port\([0-9]*\)/endpoint.*|\1|') to cxl_port\",\"bind cxl_type2_accel.0 to cxl_mock_accel\"]"
is "none of the time is left out of the rate" "$(jq -s 'map(select(.record == "result")) as $results |
	($results | map(.took_us) | add) - ($results[-1].time_us - .[0].time_us) | fabs < 1000000' "$log")" true
like "and in the kernel log" "$(dmesg)" "cxl exercise-autoremove: trial 0: "

# Cases for which no bug of this kernel is known: they do not stop the machine. To read a region while it is assembled
# can deadlock (Documentation/findings/region-deadlock.md), so that none of them lists.
exercise --race memdev,open --race host,open --trials 3 --seed 2
is "races: nothing is found" "$status$(answer '[.trials, .findings]')" '0[6,[]]'
is "races: at another offset, or in another interleaving, each time" "$(jq -s 'map(select(.record == "trial") | [.case, .offset, .interleaving]) | unique | length' "$log")" 6
is "races: everything is as it was" "$(state)" "$whole"
is "races: in every interleaving" "$(jq -rs 'map(select(.record == "trial").interleaving) | unique | join(" ")' "$log")" "halves one-cpu turns"
"$CXL" exercise-autoremove --report "$log" --table >/tmp/table
like "as a table" "$(</tmp/table)" $'memdev,open +3 +0\nhost,open +3 +0\n\ntrials: 6, findings: 0; complete'

# As a script that needs nothing of this project
for options in "--via host" "--race host,memdev --at 0.25 --interleaving one-cpu" "--race host,memdev --interleaving halves" "--storm=host,memdev,open --interleaving turns"; do
	# shellcheck disable=SC2086 # several arguments
	"$CXL" exercise-autoremove --script $options --trials 2 >/tmp/script 2>/tmp/err
	is "a script for $options" "$?$(</tmp/err)" 0
	is "a script for $options: does it" "$(env -i PATH="$PATH" timeout 120 bash /tmp/script | paste -sd,)" "trial 1,trial 2"
	is "a script for $options: everything is as it was" "$(state)" "$whole"
done

# In loops, each actor of a storm is one process. If another process attached, each would find nearly everything
# detached, and there would be no race.
run "$CXL" exercise-autoremove --script --storm=host,memdev,open --interleaving loops
is "in loops: each actor is one process" "$status$(grep -c 'actors+=' <<<"$out")" 03

# On a terminal
rm -f "$log"
run env TERM=xterm "$SOURCE/test/replay/typed" '' "$CXL" exercise-autoremove --log "$log" --via host --trials 100
like "on a terminal: what goes on" "$out" \
	$'\e\\[Kcxl exercise-autoremove: measuring how long host takes.*\e\\[Kcxl exercise-autoremove: 1 trials, .* left.*\e\\[Kcxl exercise-autoremove: ([2-9]|[1-9][0-9]) trials, .* left'
is "on a terminal: everything is as it was" "$(state)" "$whole"

# Interrupted, and continued
rm -f "$log"
# A shell lets its jobs ignore SIGINT.
env --default-signal=INT "$CXL" exercise-autoremove --log "$log" --via host --seed 9 --trials 40 >/tmp/out 2>/tmp/err &
pid=$!
until_results 2
kill -INT "$pid"
wait "$pid"
is "interrupted: status 0, since nothing was found" $? 0
is "interrupted: says so" "$(jq -r .ended /tmp/out)" interrupted
like "interrupted: says what it leaves" "$(</tmp/err)" \
	'cxl exercise-autoremove: interrupted: the machine is as it was before the first trial'
is "interrupted: the trial was finished" "$(tail -n 2 "$log" | jq -r .record | paste -sd,)" result,end
is "interrupted: everything is as it was" "$(state)" "$whole"
done=$(jq .trials /tmp/out)
run "$CXL" exercise-autoremove --log "$log" --continue --via host --trials $((done + 2))
is "continued: from where it was" "$status$(answer '[.ended, .trials, .seed]')" "0[\"complete\",$((done + 2)),9]"
run "$CXL" exercise-autoremove --log "$log" --continue --via port --trials 5
is "with other cases than before: refused" "$status$(grep -o 'the log has other cases' <<<"$err")" "1the log has other cases"

# No other process detaches anything meanwhile.
mkdir -p /run/cxl
exec {lock}>>/run/cxl/lock
flock "$lock"
exercise --via host --trials 1
is "another process detaches" "$status$(grep -o 'is detaching or reattaching a memdev' <<<"$err")" "1is detaching or reattaching a memdev"
exec {lock}>&-

# Actors are killed again and again: what they did is undone, and new actors start.
rm -f "$log"
"$CXL" exercise-autoremove --log "$log" --race host,memdev --trials 12 >/tmp/out 2>/tmp/err &
pid=$!
killed=0
until_results 2
run_by=$(pgrep -P "$pid" | head -n 1)
for result in 3 4 5 6; do
	until pkill -KILL -P "$run_by" && killed=$((killed + 1)) || ! kill -0 "$run_by"; do sleep 0.02; done 2>/dev/null
	until_results "$result"
done
wait "$pid"
is "actors were killed: status 0" "$? $killed" "0 4"
is "actors were killed: it goes on" "$(jq -c '[.ended, .trials]' /tmp/out)" '["complete",12]'
is "actors were killed: everything is as it was" "$(state)" "$whole"

# On a full disk, nothing is done that cannot be logged.
mkdir -p /tmp/small
mount -t tmpfs -o size=4k tmpfs /tmp/small
run "$CXL" exercise-autoremove --log /tmp/small/log --via host --trials 20
is "a full disk: failed" "$status" 1
like "a full disk: says so" "$err" "cannot write the log: No space left on device"
is "a full disk: everything is as it was" "$(state)" "$whole"
umount /tmp/small

# The machine cannot be read any more: the process can open no file.
rm -f "$log"
"$CXL" exercise-autoremove --log "$log" --via host --trials 1000 >/tmp/out 2>/tmp/err &
pid=$!
until_results 2
prlimit --pid "$(pgrep -P "$pid" | head -n 1)" --nofile=3:3
wait "$pid"
is "the machine cannot be read: failed" "$?$(jq -c '[.ended, .why, .findings]' /tmp/out)" '1["failed","Too many open files",[]]'
like "the machine cannot be read: says so" "$(</tmp/err)" "cannot make a trial, or observe the machine after it: Too many open files"
like "the machine cannot be read: and that it may not be as it was" "$(</tmp/err)" "may not be as it was: see cxl list-attach --all, and cxl attach-memdev "
[ "$(state)" = "$whole" ] || "$CXL" attach-memdev "$(sed -n 's/.*and cxl attach-memdev //p' /tmp/err)"
is "the machine cannot be read: everything is as it was" "$(state)" "$whole"

# The kernel log is overwritten before a process can read it: a kernel report may have been lost.
rm -f "$log"
echo N >/sys/module/printk/parameters/ignore_loglevel # the noise must not be printed
dmesg --console-level 1
echo on >/proc/sys/kernel/printk_devkmsg # without a limit on the rate
env --default-signal=INT "$CXL" exercise-autoremove --log "$log" --via host --trials 1000 >/tmp/out 2>/tmp/err &
pid=$!
until_results 2
run_by=$(pgrep -P "$pid" | head -n 1)
kill -STOP "$run_by"
noise=$(printf "%900s" "" | tr " " .) # nearly the longest possible line; the whole log is 1 MiB
for ((i = 0; i < 2000; i++)); do echo "noise $i$noise"; done >/dev/kmsg
kill -CONT "$run_by"
until_results $(($(results) + 2))
kill -INT "$pid"
wait "$pid"
is "an overrun log: it goes on, and says so" "$?$(jq -c '[.ended, .trials > 1, .logs_lost > 0]' /tmp/out)" '0["interrupted",true,true]'
finish_log() {
	# The log may have lost the mark of this test's beginning: check_dmesg then has nothing to compare with.
	is "the kernel has not complained" "$(dmesg | "$SOURCE/contrib/lab.d/splats")" ""
	finish
}
finish_log
