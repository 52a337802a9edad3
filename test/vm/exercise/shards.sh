#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The shards of a schedule, on the mock's accelerator: together they make the trials that one run makes, and their merged
# logs give its report.
# shellcheck source=test/vm/guest.sh
. "$SOURCE/test/vm/guest.sh"

log=/tmp/shards
# Cases that show no known bug of this kernel. The actor list is left out: reading a region while it is assembled can
# deadlock (Documentation/findings/region-deadlock.md).
cases=(--via host --via memdev --race 'memdev,open' --race 'host,open')
exercise() { run "$CXL" exercise-autoremove --log "$@" "${cases[@]}" --trials 4 --seed 11; }
# trials LOG...: print everything that the schedule says of each trial
trials() { cat "$@" | jq -c 'select(.record == "trial") | [.trial, .case, .offset, .interleaving, (.operations | map(.actor))]' | sort; }

exercise $log.whole
is "one run" "$status$(answer '[.ended, .trials, .shards]')" '0["complete",16,null]'
whole=$out
for shard in 1 2 3; do
	exercise $log.$shard --shard $shard/3
	is "shard $shard of 3" "$status$(answer '[.ended, .shard, .shards]')" "0[\"complete\",$shard,3]"
	valid "shard $shard of 3: the report is valid" exercise-autoremove
done
is "together they are the one run" "$(trials $log.1 $log.2 $log.3)" "$(trials $log.whole)"
is "no trial is made twice" "$(trials $log.1 $log.2 $log.3 | uniq -d)" ""
run "$CXL" exercise-autoremove --merge $log.2 --merge $log.1 --merge $log.3 --log $log.merged
is "merged: the one run's cases" "$status$(answer '[.ended, .kernel, .seed, .cases]')" \
	"0$(jq -c '[.ended, .kernel, .seed, .cases]' <<<"$whole")"
valid "merged: the report is valid" exercise-autoremove
is "merged: in the order of the one run" "$(jq -c 'select(.record == "trial").trial' $log.merged | paste -sd,)" \
	"$(jq -c 'select(.record == "trial").trial' $log.whole | paste -sd,)"

# A shard that was interrupted is continued; another shard cannot be continued by mistake.
exercise $log.part --shard 1/2 --duration 0.1
is "a shard that did not have the time" "$status$(answer '.trials < 8')" 0true
exercise $log.part --shard 2/2 --continue
is "another one is not continued with" "$status$(grep -o 'the log is of another shard' <<<"$err")" "1the log is of another shard"
exercise $log.part --shard 1/2 --continue
is "the same is" "$status$(answer '[.ended, .trials]')" '0["complete",8]'
check_dmesg
