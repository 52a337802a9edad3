#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What exercise-autoremove refuses, what it reports of logs, and how cxl finds its program. test/vm/exercise tests on the
# real kernel what it does.
# shellcheck source=test/replay/machine.sh
. "$SOURCE/test/replay/machine.sh"

export CXL_STATE_DIR=$machine_top/state
# For a build that is not installed
export CXL_EXERCISE=${CXL_EXERCISE-$(realpath "$(dirname "$CXL")/../exercise/exercise-autoremove")}
log=$machine_top/log
exercise() { run on_machine "$CXL" exercise-autoremove "$@"; }
answer() { jq -c "$1" <<<"$out"; }

# report_of: report on the log in stdin
report_of() {
	cat >"$log"
	exercise --report "$log"
	keep exercise-autoremove
}
start='{"record":"start","kernel":"7.3.0","host":"a","seed":7,"cases":[{"scenario":"race","actors":["host","port"]},{"scenario":"storm","actors":["host","port","list"]}]}'
trial() { echo '{"record":"trial","trial":'"$1"',"case":'"$2"',"operations":[]}'; }
result() { echo '{"record":"result","trial":'"$1"',"took_us":100000,"findings":['"$2"']}'; }
finding='{"kind":"splat","signature":"bug x < y","detail":"line\n"}'

machine accelerator
for wrong in "--via nobody" "--race host" "--race host,port,bus" "--race ,host" "--trials x" "--trials -1" \
	"--seed 1x" "--at 2" "--at x" "--at 0 --interleaving=loops" "--interleaving=two" "--crashed x" "--shrink x" "--storm=nobody" "--storm=host,port,host" "--script" "--script --storm" "--timeout 0" "--duration -1" "--continue" "--real-hardware mem0" "--real-hardware -b root0" \
	"--script --via host --html x" "mem0 mem1" "region0" "mem0/.." "--report x --via host" "--report x mem0" "--shard 1/2" "--shard 0/2 --seed 1" "--shard 3/2 --seed 1" \
	"--shard 1 --seed 1" "--shard 1/ --seed 1" "--shard 1/2x --seed 1" "--shard -1/2 --seed 1" "--shard 1/-1 --seed 1" "--shard 1/10000 --seed 1" \
	"--merge x --via host" "--merge x mem0" "--merge x --report y"; do
	# shellcheck disable=SC2086 # several arguments
	exercise $wrong
	is "wrong usage: $wrong" "$status" 2
done
exercise --via pci-remove
is "an actor that is not possible here" "$status$err" "5cxl exercise-autoremove: mem0: pci-remove is not possible here"
exercise --via slot
is "an actor that lacks what it needs" "$status$err" \
	"5cxl exercise-autoremove: mem0: slot is not possible here: its host is in no hotplug slot"
exercise mem7
is "an unknown memdev" "$status$err" "1cxl exercise-autoremove: no attached memdev named mem7"
exercise -b root7
is "an unknown bus" "$status$err" "1cxl exercise-autoremove: no attached memdev on bus root7"
run setpriv --reuid 65534 --clear-groups "$CXL" exercise-autoremove
is "not root" "$status$err" "5cxl exercise-autoremove: this needs root"
run on_machine setpriv --bounding-set=-sys_nice "$CXL" exercise-autoremove --race host,port --log "$log"
is "no real-time priority" "$status$err" \
	"5cxl exercise-autoremove: the scheduler gives no actor a higher priority (Operation not permitted): only --interleaving=turns, halves or loops is possible here"
exercise --via host --log "$machine_top/none/log"
like "a log that cannot be written" "$status$err" "^1cxl exercise-autoremove: cannot write $machine_top/none/log: No such file"

# In a directory where all users can create files, another user has created files with every name that the log could
# have: the log is a new file.
# shellcheck disable=SC2329 # bash -c calls it, and the next one
attack() {
	local i path
	for ((i = 0; i < 100; i++)); do
		path=/var/tmp/cxl-exercise-$(date -d "@$(($(date +%s) + i))" +%Y%m%d-%H%M%S)
		if ((i % 2)); then ln -s /victim "$path"; else : >"$path" && chown 65534 "$path"; fi
	done
	"$CXL" exercise-autoremove --via host
	find /var/tmp -type f ! -perm /077 -user 0 -name 'cxl-exercise-*-*-??????' | wc -l
}
export -f attack
run on_machine bwrap --dev-bind / / --tmpfs /var/tmp -- bash -c attack
like "a new log where there is a file with its name" "$err" "the log is /var/tmp/cxl-exercise-[0-9]{8}-[0-9]{6}-.{6}($|"$'\n'")"
is "in a file of its own" "$(tail -n 1 <<<"$out")" 1
# shellcheck disable=SC2329
put_by_other() { : >/var/tmp/log && chown 65534 /var/tmp/log && "$CXL" exercise-autoremove --via host --log /var/tmp/log; }
export -f put_by_other
run on_machine bwrap --dev-bind / / --tmpfs /var/tmp --chmod 1777 /var/tmp -- bash -c put_by_other
is "a log that somebody else has put there" "$status$err" "1cxl exercise-autoremove: cannot write /var/tmp/log: Operation not permitted"

machine pci-accelerator
exercise
is "real hardware is refused" "$status$err" \
	"3cxl exercise-autoremove: refused: mem0 is on a bus of real hardware; see --real-hardware"
machine no-cxl
exercise
is "no CXL" "$status$err" "1cxl exercise-autoremove: no attached memdev"
machine pci-two-bridges
exercise --real-hardware -b ACPI.CXL mem0 --via bus
is "what would detach others is refused" "$status" 3
like "and named" "$err" "refused: by bus, more than mem0 would be detached:"

machine accelerator
exercise --report "$machine_top/none"
is "a log that is not there" "$status$err" \
	"1cxl exercise-autoremove: cannot read $machine_top/none: No such file or directory"
report_of </dev/null
is "an empty log" "$status$(answer '[.ended, .trials]')" '0["empty",0]'
report_of < <(echo "$start")
is "no trial was made" "$status$(answer '[.ended, .trials, .kernel, .seed]')" '0["running",0,"7.3.0",7]'
report_of < <(echo "$start"; trial 0 1; result 0; trial 1 0; result 1; echo '{"record":"end","how":"complete"}')
is "nothing was found" "$status$(answer '[.ended, .trials, .trials_per_second, .findings]')" '0["complete",2,10.0,[]]'
is "how many trials each case had" "$(answer '[.cases[] | .trials]')" '[1,1]'
report_of < <(echo "$start"; trial 0 1; result 0 "$finding"; trial 1 0; result 1 "$finding,$finding"; trial 2 0; result 2)
is "the same three times" "$status$(answer '.findings | map([.signature, .count, .first_trial, .cases])')" \
	'4[["bug x < y",3,0,{"storm":1,"host,port":2}]]'
report_of < <(echo "$start"; echo '{"record":"trial","trial":0,"case":0,"interleaving":"one-cpu"}'; result 0 "$finding"; trial 1 0; result 1 "$finding"
	trial 2 0; echo '{"record":"result","trial":2,"log_lost":true}')
is "in which interleaving, and a kernel log that was overrun" "$(answer '[.logs_lost, .findings[0].interleavings]')" '[1,{"one-cpu":1,"turns":1}]'
report_of < <(echo "$start"; trial 0 1; result 0; trial 1 0)
is "the machine died" "$status$(answer '[.ended, (.findings | map([.kind, .signature, .first_trial]))]')" \
	'4["died",[["died","died in host,port",1]]]'
report_of < <(echo "$start"; trial 0 1; result 0; trial 1 0; echo '{"record":"end","how":"failed","why":"it was killed"}')
is "the exerciser failed in a trial: no finding" "$status$(answer '[.ended, .why, .findings]')" '0["failed","it was killed",[]]'
report_of < <(echo "$start"; trial 0 0; echo "$start"; trial 1 1; result 1; echo '{"record":"end","how":"complete"}')
is "it died, and was continued" "$status$(answer '[.ended, .trials, (.findings | map(.signature))]')" \
	'4["complete",2,["died in host,port"]]'
report_of < <(echo "$start"; echo '{"record":"measure","operations":[{"actor":"bus"}]}'; result 0 "$finding")
is "when an actor was measured" "$status$(answer '[.trials, (.findings | map([.signature, .cases]))]')" '4[0,[["bug x < y",{"bus":1}]]]'
report_of < <(echo "$start"; echo '{"record":"measure","operations":[]}'; result 0 "$finding")
is "when no actor acted: at the end, what trials had left unread" "$status$(answer '[.trials, (.findings | map([.signature, .cases]))]')" \
	'4[0,[["bug x < y",{"unknown":1}]]]'
report_of < <(echo "$start"; echo '{"record":"measure","operations":[{"actor":"bus"}]}')
is "it died when an actor was measured" "$(answer '[.ended, (.findings | map(.signature))]')" '["died",["died in bus"]]'
report_of < <(echo "$start"; trial 0 0; result 0 "$finding"; echo '{"record":"end","how":"stopped","why":"locks"}'
	printf '{"record":"tri')
is "a line without its end" "$status$(answer '[.ended, .why, .trials]')" '4["stopped","locks",1]'
report_of < <(echo "$start"; trial 0 99; result 0 "$finding"; echo '[]'; echo '{"record":7}'; echo '{}'; echo nothing
	echo '{"record":"start","cases":7}'; echo '{"record":"trial"}'; echo '{"record":"result"}'; echo '{"record":"crash"}')
is "what this program did not write" "$status$(answer '[.trials, (.findings | map(.cases))]')" '4[2,[{"unknown":1}]]'
head -c 100000 /dev/urandom >"$log"
exercise --report "$log"
is "no log at all" "$status$(answer .ended)" '0"empty"'

(echo "$start"; trial 4 0) >"$log"
cat >"$machine_top/console" <<'LOG'
[    1.000000] cxl exercise-autoremove: trial 3: host
[    1.100000] WARNING: x.c:1 at of_an_earlier_trial+0x1/0x2 [cxl_core], CPU#0: sh/1
[    2.000000] cxl exercise-autoremove: trial 4: host port
[    2.100000] BUG: kernel NULL pointer dereference, address: 0000000000000010
[    2.100001] RIP: 0010:devm_cxl_add_endpoint+0x47/0x160 [cxl_core]
[    2.100002] Call Trace:
[    2.100003]  <TASK>
[    2.100004]  cxl_mem_probe+0x12b/0x2f0 [cxl_mem]
[    2.100005]  </TASK>
LOG
exercise --log "$log" --crashed "$machine_top/console"
is "what the kernel said last" "$status$(answer '[.ended, (.findings | map([.kind, .signature, .first_trial]))]')" \
	'4["died",[["splat","bug devm_cxl_add_endpoint < cxl_mem_probe",4]]]'
keep exercise-autoremove
(echo "$start"; trial 4 0) >"$log"
exercise --log "$log" --crashed /dev/null
is "it said nothing" "$status$(answer '.findings | map(.signature)')" '4["died in host,port"]'
exercise --log "$log" --crashed "$machine_top/none"
is "a console that is not there" "$status$err" "1cxl exercise-autoremove: cannot read $machine_top/none: No such file or directory"

# Which case runs next: first the case that had the finding, then fewer actors, one offset, fewer trials
candidates=$machine_top/candidates
shrink() { exercise --shrink "$candidates" --signature 'bug x < y' --log "$log"; }
seen='{"record":"start","cases":[{"actors":["host","port","list"]}]}'
(echo "$seen"; trial 0 0; result 0; trial 1 0; result 1 "$finding") >"$log"
shrink
is "from a storm, one actor less" "$status$(answer .)" \
	'0{"format_version":1,"least":"--storm=host,port,list --trials=96","next":"--race=port,list --trials=96"}'
(echo "$start"; trial 0 0; result 0) >"$log"
shrink
is "not shown: another one less" "$(answer .next)" '"--race=host,list --trials=96"'
shrink
is "and another" "$(answer .next)" '"--race=host,port --trials=96"'
(echo "$start"; echo '{"record":"trial","trial":0,"case":0,"offset":0.25,"interleaving":"halves"}'; result 0 "$finding") >"$log"
shrink
is "shown: from there, the next one less" "$(answer .)" \
	'{"format_version":1,"least":"--race=host,port --trials=96","next":"--via=port --trials=96"}'
(echo "$start"; trial 0 0; result 0) >"$log"
shrink
shrink
is "none alone: in the same interleaving" "$(answer .next)" '"--race=host,port --interleaving=halves --trials=96"'
shrink
is "not shown: at the offset where it was seen" "$(answer .next)" '"--race=host,port --at=0.2500 --trials=96"'
for ((i = 0; i < 20; i++)); do
	shrink
	[ "$(answer .next)" != null ] || break
done
is "no candidate is left" "$(answer .)" '{"format_version":1,"least":"--race=host,port --trials=96"}'
shrink
is "not even if asked again" "$status$err" "1cxl exercise-autoremove: cannot shrink the finding: no candidate is left"
rm "$candidates"
shrink
is "no such finding" "$status$err" "1cxl exercise-autoremove: cannot shrink the finding: the log has no finding with that signature"

(echo "$start"; trial 0 1; result 0; trial 1 0; result 1 "$finding") >"$log"
exercise --report "$log" --table
is "as a table" "$status$out" "4CASE      TRIALS FINDINGS
host,port      1        1
storm          1        0

trials: 2, findings: 1; running

bug x < y
  seen: 1, first in trial 1
  in host,port: 1
  by turns: 1
line"
# Several storms are told apart by their actors.
storms='{"record":"start","cases":[{"scenario":"storm","actors":["host","port","list"]},{"scenario":"race","actors":["host","port"]},{"scenario":"storm","actors":["host","port"]}]}'
(echo "$storms"; trial 0 0; result 0; trial 1 2; result 1 "$finding"; trial 2 2) >"$log"
exercise --report "$log"
is "two storms: in the report" "$status$(answer '[(.cases | map([.name, .trials])), (.findings | map(.cases))]')" \
	'4[[["storm=host,port,list",1],["host,port",0],["storm=host,port",2]],[{"storm=host,port":1},{"storm=host,port":1}]]'
is "two storms: what died" "$(answer '.findings[1].signature')" '"died in storm=host,port"'
exercise --report "$log" --format lava
like "two storms: for LAVA" "$out" $'\n'"storm-storm-host-port-list pass 1 trials"$'\n'"storm-storm-host-port fail 2 findings"
# Formats for the systems that run tests
log_of_all() {
	echo '{"record":"start","cases":[{"scenario":"race","actors":["host","port"]},{"scenario":"alone","actors":["host"]},{"scenario":"storm","actors":["host","port"]}]}'
	echo '{"record":"measure","operations":[{"actor":"bus"}]}'
	result 0 '{"kind":"quiet","signature":"quiet x","detail":"y"}'
	trial 0 0
	result 0 '{"kind":"splat","signature":"kasan f < g","detail":"BUG: KASAN: slab-use-after-free in f+0x1/0x2\nRead of size 8\n"}'
	trial 1 1
	result 1
	echo '{"record":"end","how":"interrupted"}'
}
log_of_all >"$log"
exercise --report "$log" --format ktap
is "as KTAP" "$status$out" "4KTAP version 1
1..4
  KTAP version 1
  # Subtest: alone
  1..1
  # trials: 1
  ok 1 host
ok 1 alone
  KTAP version 1
  # Subtest: race
  1..1
  # trials: 1
  # KASAN: slab-use-after-free Read in f
  not ok 1 host-port
not ok 2 race
  KTAP version 1
  # Subtest: storm
  1..1
  ok 1 storm # SKIP it had no trial before the run ended: interrupted
ok 3 storm # SKIP all of its tests are
  KTAP version 1
  # Subtest: run
  1..2
  # found while the actors were measured alone
  not ok 1 measure
  # trials: 2
  ok 2 complete # SKIP interrupted
not ok 4 run"
exercise --report "$log" --format lava
is "for LAVA" "$status$out" "4alone-host pass 1 trials
race-host-port fail 1 findings
storm-storm skip 0 trials
run-measure fail 1 findings
run-complete skip 2 trials
run-speed pass 10.000 trials/s"
exercise --report "$log" --format kcidb --build-id lab_1:7.3
is "for KCIDB" "$status$(answer '[.version.major, (.tests | map([.path, .status]))]')" \
	'4[5,[["cxl_exercise_autoremove.alone.host","PASS"],["cxl_exercise_autoremove.race.host-port","FAIL"],["cxl_exercise_autoremove.storm.storm","SKIP"],["cxl_exercise_autoremove.run.measure","FAIL"],["cxl_exercise_autoremove.run.complete","SKIP"]]]'
printf '%s' "$out" >"$machine_top/kcidb"
ok "which has what KCIDB wants of tests" "$SOURCE/test/validate" "$SOURCE/test/replay/kcidb.schema.json" "$machine_top/kcidb"
for wrong in "--format x" "--format kcidb" "--build-id a:b" "--format kcidb --build-id :b" "--format kcidb --build-id A:b" "--format kcidb --build-id a:"; do
	# shellcheck disable=SC2086 # several arguments
	exercise --report "$log" $wrong
	is "wrong usage: $wrong" "$status" 2
done
: >"$log"
exercise --report "$log" --format ktap
is "nothing was done: not passed" "$status$(grep -c 'not ok' <<<"$out")$(grep '# empty' <<<"$out")" "02  # empty"

# Logs of shards. With these two cases, trials 0, 3 and 4 are of the first shard of two, and 1, 2 and 5 of the second.
of_shard() { jq -c ". + {shard: $1, shards: 2}" <<<"$start"; }
merge() { rm -f "$log"; exercise --merge "$machine_top/one" --merge "$machine_top/two" "$@"; }
complete='{"record":"end","how":"complete"}'
(of_shard 1; trial 0 0; result 0; trial 3 1; result 3 "$finding"; trial 4 0; result 4; echo "$complete") >"$machine_top/one"
(of_shard 2; trial 1 1; result 1 "$finding"; trial 2 0; result 2; trial 5 1; result 5 "$finding"; echo "$complete") >"$machine_top/two"
(echo "$start"; trial 0 0; result 0; trial 1 1; result 1 "$finding"; trial 2 0; result 2; trial 3 1; result 3 "$finding"; trial 4 0; result 4
	trial 5 1; result 5 "$finding"; echo "$complete") >"$log"
exercise --report "$log"
whole=$(answer .)
exercise --report "$machine_top/one"
keep exercise-autoremove
is "a shard: says which" "$status$(answer '[.shard, .shards, .trials]')" '4[1,2,3]'
exercise --report "$machine_top/one" --table
like "a shard: in the table, too" "$out" $'\nshard 1 of 2 of the schedule\ntrials: 3, '
exercise --report "$machine_top/one" --format kcidb --build-id lab_1:7.3
like "a shard: its tests have ids of their own" "$out" '"id":"lab_1:7.3-race-host-port-7-1of2"'
merge --log "$log"
keep exercise-autoremove
is "merged: the report of one run" "$status$(answer 'del(.shards, .merged)')" "4$whole"
is "merged: of which shards" "$(answer '[.shards, .merged]')" \
	'[2,[{"shard":1,"ended":"complete","trials":3},{"shard":2,"ended":"complete","trials":3}]]'
merged=$out
exercise --report "$log"
is "merged: its log says the same" "$status$out" "4$merged"
rm -f "$candidates"
shrink
is "merged: what was found can be shrunk" "$status$(answer .least)" '0"--storm=host,port,list --trials=96"'
exercise --merge "$machine_top/one" --log "$log"
is "merged: another log is not mixed up with it" "$status$err" "1cxl exercise-autoremove: cannot write $log: File exists"
exercise --merge "$machine_top/two" --merge "$machine_top/none"
is "merged: a log that is not there" "$status$out$err" \
	"1cxl exercise-autoremove: cannot read $machine_top/none: No such file or directory"
exercise --merge "$machine_top/two"
keep exercise-autoremove
is "a shard is missing, and something was found" "$status$(answer '[.ended, .why, .trials, .merged[0]]')" \
	'4["incomplete","shard 1 of 2: missing",3,{"shard":1,"ended":"missing","trials":0}]'
exercise --merge "$machine_top/two" --format lava
is "a shard is missing: this has not passed" "$(grep complete <<<"$out")" "run-complete fail 3 trials"
sed -i "s/\"findings\":.*/\"findings\":[]}/" "$machine_top/one" "$machine_top/two"
merge
is "nothing was found" "$status$(answer '[.ended, .trials, .findings]')" '0["complete",6,[]]'
exercise --merge "$machine_top/one"
is "a shard is missing, and nothing was found: failed" "$status$(answer '[.ended, .findings]')" '1["incomplete",[]]'
(of_shard 1; trial 0 0; result 0; trial 3 1) >"$machine_top/one"
merge
is "a shard that died" "$status$(answer '[.ended, .why, (.findings | map([.signature, .first_trial]))]')" \
	'4["died","shard 1 of 2: died",[["died in storm",3]]]'
(of_shard 1; trial 0 0; result 0; echo '{"record":"end","how":"interrupted"}') >"$machine_top/one"
merge
is "a shard that was interrupted" "$status$(answer '[.ended, .why, .trials]')" '0["interrupted","shard 1 of 2: interrupted",4]'
for key in kernel host seed cases version options left_out check; do
	sed -i "1s/.*/$(of_shard 1 | jq -c ".$key = \"x\"" | sed 's/&/\\&/g')/" "$machine_top/one"
	merge
	like "not of one run: $key" "$status$out$err" "^1cxl exercise-autoremove: cannot merge: $machine_top/two has another $key than $machine_top/one: "
done
exercise --merge "$machine_top/two" --merge "$machine_top/two"
is "the same shard twice" "$status$err" \
	"1cxl exercise-autoremove: cannot merge: $machine_top/two and $machine_top/two are both of shard 2"
(echo "$start"; trial 0 0; result 0) >"$machine_top/one"
merge
is "a whole run" "$status$err" "1cxl exercise-autoremove: cannot merge: $machine_top/one is the log of a whole run, not of a shard"
head -c 100000 /dev/urandom >"$machine_top/one"
merge
is "no log at all" "$status$err" "1cxl exercise-autoremove: cannot merge: $machine_top/one has no run in it"
# An actor that was wanted and not possible is no passed test. A failing --check is a finding.
(jq -c '. + {left_out: [{actor: "slot", why: "its host is in no hotplug slot"}], check: "true"}' <<<"$start"
	trial 0 1; result 0 '{"kind":"health","signature":"health exit 3","detail":"word lost\n"}'; echo '{"record":"end","how":"complete"}') >"$log"
exercise --report "$log"
is "left out: in the report" "$status$(answer '[.left_out, .check, (.findings | map([.kind, .signature, .title]))]')" \
	'4[[{"actor":"slot","why":"its host is in no hotplug slot"}],"true",[["health","health exit 3","cxl: health exit 3"]]]'
keep exercise-autoremove
exercise --report "$log" --format ktap
like "left out: skipped, with the reason" "$out" 'ok [0-9]+ slot # SKIP its host is in no hotplug slot'
exercise --report "$log" --format lava
like "left out: skipped for LAVA" "$out" 'run-slot skip'

# The picture of the report, which the lab draws
(echo "$start"; trial 0 1; result 0; trial 1 0; result 1 "$finding") >"$log"
exercise --report "$log"
echo "$out" | jq '.cases += [{scenario: "race", name: "host,host", actors: ["host", "host"], trials: 3, findings: 0},
	{scenario: "storm", name: "storm=host,list,open", actors: ["host", "list", "open"], trials: 5, findings: 2}]' >"$machine_top/report"
run "$SOURCE/contrib/lab.d/exercise-matrix" "$machine_top/report" "$machine_top/matrix.svg"
is "as a matrix" "$status$out" "0             host     port     list     open
host          0/3
port          1/1
list
open
storm         0/1
storm=host,list,open      2/5
findings/trials; 2 trials, 1 kinds of findings
  bug x < y (host,port 1)"
ok "as a picture" python3 -c 'import sys, xml.dom.minidom; xml.dom.minidom.parse(sys.argv[1])' "$machine_top/matrix.svg"
# As a page, which says the same
page=$machine_top/page.html
page_says() { "$SOURCE/test/pictures/check-page" --content "$page" | jq -c "$1"; }
(echo "$start" | jq -c '.cases += [{scenario: "race", actors: ["port", "host"]}, {scenario: "race", actors: ["host", "host"]},
	{scenario: "alone", actors: ["host"]}, {scenario: "race", actors: ["<b>", "\u202ehost"]}]'
trial 0 0; result 0; trial 1 2; result 1 "$finding,$finding"; trial 2 1; result 2; trial 3 4; result 3 "${finding//x < y/<i>}") >"$log"
echo old >"$page"
exercise --report "$log" --html "$page"
is "as a page: the report as without it" "$status$(answer '[.trials, (.findings | length)]')" '4[4,2]'
run "$SOURCE/test/pictures/check-page" "$page"
is "as a page: sound" "$status$err" 0
is "as a page: the matrix, with both orders of two actors in one cell" "$(page_says '.tables[0] | [.columns, .rows]')" \
	'[["Actor","host","port"],[["host","0 findings in 0 trials",""],["port","2 findings in 2 trials","not raced"]]]'
is "as a page: the other cases, also with odd names" "$(page_says '.tables[1].rows')" \
	'[["storm","0 findings in 1 trials"],["host","1 findings in 1 trials"],["<b>,�host","0 findings in 0 trials"]]'
is "as a page: each finding, with its report" "$(page_says '[(.headings[-2:] | map(.[1])), .pre]')" '[["bug x < y","bug <i>"],["line\n","line\n"]]'
is "as a page: the kernel" "$(page_says '.facts | [.Kernel, .Host, .Trials, .Ended]')" '["7.3.0","a","4","running"]'
is "as a page: nothing is left beside it" "$(compgen -G "$machine_top/.cxl-*")" ""
for name in races died; do
	exercise --report "$SOURCE/test/fuzz/seeds/exercise-log/$name" --html "$page"
	ok "as a page: $name" "$SOURCE/test/pictures/check-page" "$page"
done
head -c 100000 /dev/urandom >"$log"
exercise --report "$log" --html "$page"
ok "as a page: of no log at all" "$SOURCE/test/pictures/check-page" "$page"
is "as a page: of no log at all, nothing was found" "$status$(page_says '.paragraphs')" '0["nothing was found, but not everything was checked","Nothing was found."]'
(echo "$start"; trial 0 0; result 0; trial 1 1; result 1; echo '{"record":"end","how":"complete"}') >"$log"
exercise --report "$log" --html "$page"
is "as a page: complete, and nothing was found" "$status$(page_says '.paragraphs[0]')$(grep -c '"result unknown"' "$page")" '0"nothing was found"0'
sed 's/"took_us"/"log_lost":true,&/' "$log" >"$machine_top/log-lost"
exercise --report "$machine_top/log-lost" --html "$page"
is "as a page: a part of the kernel log was lost" "$status$(page_says '.paragraphs[0]')" '0"nothing was found, but not everything was checked"'
sed 's/"cases"/"shard":1,"shards":2,&/; /"trial":1/d' "$log" >"$machine_top/log-shard"
exercise --report "$machine_top/log-shard" --html "$page"
is "as a page: a shard" "$(page_says '[.facts.Seed, .facts.Shard]')" '["7","1 of 2"]'
exercise --merge "$machine_top/log-shard" --html "$page"
is "as a page: a shard is missing" "$status$(page_says '[.paragraphs[0], .facts.Ended]')" \
	'1["nothing was found, but not everything was checked","incomplete: shard 2 of 2: missing"]'
(echo "$start"; trial 0 1; result 0) >"$log"
exercise --report "$log" --html "$page"
is "as a page: a case without a trial has not passed" \
	"$(grep 'class="tally"' "$page" | grep -oE 'result [a-z]+|[0-9]+ / [0-9]+' | paste -sd ' ')" "result unknown 0 / 0 result passed 0 / 1"
exercise --report "$log" --html "$machine_top/none/page.html"
is "as a page: no such directory, the report all the same" "$status$(answer .trials)$err" \
	"11cxl exercise-autoremove: $machine_top/none/page.html: cannot write the HTML file: No such file or directory"
(echo "$start"; trial 0 1; result 0 "$finding") >"$log"
# shellcheck disable=SC2016 # expanded by the inner shell
run bwrap --dev-bind / / --size 4096 --tmpfs /mnt -- sh -c 'head -c 4096 /dev/zero >/mnt/filler
	"$0" exercise-autoremove --report "$1" --html /mnt/page.html; status=$?; ls -A /mnt >&2; exit $status' "$CXL" "$log"
is "as a page: no space, the report all the same, and findings" "$status$(answer .trials)$err" \
	"41cxl exercise-autoremove: /mnt/page.html: cannot write the HTML file: No space left on device
filler"
# Each text of a log that ends elements and attributes, has control characters and is not UTF-8
odd="\"'><script>alert(1)</script><!--]]>&lt;"$'\\\x01\x1b'
(echo "$start"; trial 0 0; result 0 "$finding"; echo '{"record":"end","how":"stopped","why":"x"}') |
	jq -c --arg odd "$odd" '(if .cases then .cases[1] = {scenario: "alone", actors: [$odd]} else . end)
		| (.kernel, .host, .why, .findings[]?.kind, .findings[]?.signature, .findings[]?.detail)
		|= if . then $odd else empty end' | sed $'s/&lt;/&\xff\xc3/g' >"$log"
exercise --report "$log" --html "$page"
run "$SOURCE/test/pictures/check-page" "$page"
is "as a page: odd texts: sound" "$status$err" 0
shown="\"'><script>alert(1)</script><!--]]>&lt;��\\��"
is "as a page: odd texts: they are there as texts" \
	"$(page_says '[.facts.Kernel, .facts.Host, .facts.Kind, .headings[-1][1], .pre[0], .tables[1].rows[0][0], .facts.Ended]')" \
	"$(jq -cn --arg shown "$shown" '[range(6) | $shown] + ["stopped: " + $shown]')"
cp "$log" "$machine_top/kept"
ln "$log" "$machine_top/hard"
for words in "--report $log --html $log" "--report $log --html $machine_top/hard" "--merge $machine_top/log-shard --merge $log --html $log" \
	"--via host --log $log --html $log" "--crashed $log --log $machine_top/new --html $log" \
	"--crashed $log --log $machine_top/new --html $machine_top/new"; do
	read -ra options <<<"$words"
	exercise "${options[@]}"
	is "as a page: over a log, '${words//$machine_top\//}'" "$status$out$err" \
		"1cxl exercise-autoremove: ${options[-1]}: the HTML file would replace a log"
	ok "as a page: over a log: it is left as it is" cmp "$log" "$machine_top/kept"
done
exercise --html "$machine_top/none/page.html" --via host
is "as a page: no such directory, before a run" "$status$out$err" \
	"1cxl exercise-autoremove: $machine_top/none/page.html: cannot write the HTML file: No such file or directory"
run bash -c '"$0" exercise-autoremove --report "$1" >/dev/full' "$CXL" "$log"
is "a full disk" "$status$err" "1cxl exercise-autoremove: cannot write the report: No space left on device"

# The exerciser is a program of its own: cxl only runs it, and knows none of its options.
run "$CXL" exercise-autoremove --help
is "--help" "$status$err$(head -n 1 <<<"$out")" "0Usage: cxl exercise-autoremove [OPTION...] [MEMDEV]"
like "--help: options" "$out" "--storm\[=ACTOR,\.\.\.\].*--trials=N"
run "$CXL" exercise-autoremove --list-opts
is "--list-opts" "$status$out" "0--via --race --all-pairs --all-actors --storm --at --interleaving --trials --duration --seed --shard --timeout --check --max-exposure\
 --log --continue --report --merge --crashed --shrink --signature --script --format --table --build-id --html --real-hardware --force --bus --debug --help"
run "$CXL_EXERCISE" --report x mem0
like "run by itself" "$status$err" "^2cxl exercise-autoremove: --report cannot be combined"
is "cxl links none of it" "$(nm "$(elf "$CXL")" | grep -cE ' T main$| (schedule|outcome|baseline|watchdog|shrink)_')" 1
run env CXL_EXERCISE="$machine_top/none" "$CXL" exercise-autoremove --help
is "the program is not installed" "$status$out$err" \
	"5cxl exercise-autoremove: the exerciser is not installed: install the package cxl-attach-exercise"
printf '#!/bin/sh\necho "another program"\n' >"$machine_top/exercise-autoremove"
chmod +x "$machine_top/exercise-autoremove"
run env -C "$machine_top" CXL_EXERCISE=./exercise-autoremove "$CXL" exercise-autoremove --help
is "an absolute path is needed" "$status$out$err" \
	"5cxl exercise-autoremove: './exercise-autoremove', which CXL_EXERCISE names, is not an absolute path"
run env -u CXL_EXERCISE -C "$machine_top" PATH="$machine_top:$PATH" "$CXL" exercise-autoremove --report /dev/null
is "neither the current directory nor PATH is searched" "$(grep -c another <<<"$out$err")" 0
run env CXL_EXERCISE="$machine_top" "$CXL" exercise-autoremove
is "no program at all" "$status$err" "5cxl exercise-autoremove: cannot run $machine_top: Permission denied"
run "$CXL" --list-cmds
like "it is in the list of commands" "$out" "(^|"$'\n'")exercise-autoremove($|"$'\n'")"

ok "all that was printed is as its schema says" all_valid exercise-autoremove
finish
