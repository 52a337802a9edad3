#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Proves that the machines of contrib/bench are what they should be, that all three programs find everything on them,
# and that contrib/bench prints what it says. Nothing here is about speed.
# shellcheck source=test/tap.sh
. "$SOURCE/test/tap.sh"

CXL_CLI=${CXL_CLI:-/usr/bin/cxl}
command -v cc >/dev/null || skip_all "no C compiler"
command -v strace >/dev/null || skip_all "no strace"
[ -x "$CXL_CLI" ] || skip_all "no cxl-cli"
top=$(mktemp -d)
trap 'rm -rf "$top"' EXIT
recorded=$SOURCE/test/replay/machines/accelerator

# unpack TEXT NAME: unpack the machine in the file TEXT to $top/NAME
unpack() {
	mkdir "$top/$2"
	"$SOURCE/test/replay/tree" unpack "$1" "$top/$2"
}

# machine N: make a machine of N accelerators in $top/N
machine() {
	"$SOURCE/contrib/bench.d/machine" "$recorded" "$1" >"$top/$1.text" && unpack "$top/$1.text" "$1"
	report $? "a machine of $1"
}

# run_on N COMMAND...: like run, on the machine of N
run_on() { run "$SOURCE/contrib/bench.d/in-machine" "$top/$1" "${@:2}"; }
query() { jq -c "$1" <<<"$out"; }

# names DIRECTORY: print the files in it, without those that only the recorded bridge has
names() {
	(cd "$1" && find . | sort | grep -vE '/decoder1\.[1-7]|/cxl_root_port\.[1-3]|/proc/iomem')
}

unpack "$recorded" recorded
machine 1
is "a machine of 1 has what the recorded one has" "$(names "$top/1")" "$(names "$top/recorded")"

machine 64
"$SOURCE/contrib/bench.d/machine" "$recorded" 64 >"$top/again"
ok "it is the same every time" cmp "$top/64.text" "$top/again"
is "no link of a CXL device leads nowhere" \
	"$(find "$top/64/sys/bus/cxl" "$top"/64/sys/devices/platform/cxl_* -xtype l | grep -v /ndbus0/)" ""

run_on 64 "$CXL_CLI" list -MR
is "cxl-cli: 64 memdevs" "$(query '[.[].memdevs[]?.memdev] | unique | length')" 64
# Whether a region is locked, cxl-cli tells since 85.
is "cxl-cli: 64 regions, all locked as far as it tells" \
	"$(query '[.[].regions[]? | select(.locked != false) | .region] | unique | length')" 64
is "cxl-cli: in as many places" "$(query '[.[].regions[]?.resource] | unique | length')" 64
run_on 64 "$CXL_CLI" list -BPEDMRi
is "cxl-cli: below 8 bridges and one without decoders" \
	"$(query '[.. | .port? // empty] | length')" 9
is "cxl-cli: 64 endpoints" "$(query '[.. | .endpoint? // empty] | unique | length')" 64
is "cxl-cli: decoders" "$(query '[.. | .decoder? // empty] | unique | length')" \
	$((64 * 8 + 64 + 8 + 5))

run_on 64 "$CXL" list-attach
is "list-attach: done" "$status$err" 0
is "list-attach: 64 attached memdevs" \
	"$(query '[.[] | select(.attach == "attached") | .memdev] | unique | length')" 64
is "list-attach: each with the region of its own number" \
	"$(query 'map(.memdev[3:] == .regions[0].region[6:] and (.regions | length == 1)) | all')" true
is "list-attach: from drivers on as many hosts" \
	"$(query '[.[] | select(.provider == "cxl_mock_accel") | .host] | unique | length')" 64

# The expected counts follow the table in bare-loop.c: how many attributes and links of each device are read. Only the
# memdevs have no serial and no node of their own.
# compile PROGRAM FILE... [OPTION...]: compile files of contrib/bench.d
compile() {
	ok "$1 compiles without warnings" env -C "$SOURCE/contrib/bench.d" cc -O2 -Wall -Wextra -Werror -o "$top/$1" "${@:2}"
}
for program in bare-exec bare-round measure send-events bare-events; do
	compile "$program" "$program.c"
done
compile bare-loop bare-loop.c bare-reads.c
run_on 64 "$top/bare-loop"
expected="mem 64
decoder/region 64
endpoint/decoder 512
port/decoder 64
root/decoder 13
port/endpoint 64
port 9
root 1
attributes $((64 * 3 + 64 * 6 + 512 * 5 + 64 * 6 + 13 * 4))
links $((64 + 64 + 512 + 64 + 13 + 64 + 9 + 1 + 1 + 64 * 4 + 64 + (64 + 9) * 2 + 1))
markers 5"
is "the bare loop reads everything" "$out" "$expected"
# io_uring is measured where there are liburing and io_uring.
uring='' uring_loop='' without_liburing=''
if cc -E -include liburing.h -x c /dev/null >/dev/null 2>&1; then
	compile bare-uring bare-loop.c uring-reads.c -luring
	run_on 64 "$top/bare-uring"
	if [ "$status" -eq 77 ]; then
		echo "# io_uring is not measured: $err"
	else
		is "with io_uring, too" "$out" "$expected"
		uring='bare uring ' uring_loop='uring/loop '
	fi
else
	without_liburing='bench: without liburing (Debian: liburing-dev), io_uring is not measured'
fi

run "$top/measure" sh -c 'sleep 0.2; exec dd if=/dev/zero of=/dev/null bs=64M count=1 status=none'
read -r time cpu memory <<<"$out"
ok "measure: the time" test "$time" -ge 200000
# While the program sleeps, it is on no processor, however slow the machine is.
ok "measure: of it on a processor" test "$cpu" -le $((time - 190000))
ok "measure: the memory" test "$memory" -ge 65536
run "$top/measure" false
is "measure: what fails" "$status" 1
# shellcheck disable=SC2016 # the shell that is measured expands it
run "$top/measure" --one-cpu sh -c '[ "$(nproc)" -eq 1 ]'
is "measure --one-cpu: on one processor" "$status$err" 0
run "$top/measure" --one-cpu
is "measure --one-cpu: without a command" "$status" 2

# count PROGRAM COMMAND...: the calls that passthrough counts for each COMMAND
count() {
	run "$SOURCE/contrib/bench.d/passthrough" "$@"
	counted=$(awk 'NR > 2 { printf "%s %s/%s, ", $1, $2, $3 }' <<<"$out")
}
# A program that hands over after 7 calls for the command x, and after 3 calls for others
cat >"$top/known.c" <<'KNOWN'
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	for (int calls = argc > 1 && *argv[1] == 'x' ? 7 : 3; calls > 0; calls--)
		getppid();
	return execv(getenv("CXL_CLI"), argv);
}
KNOWN
cc -o "$top/known" "$top/known.c"
count "$top/known" x y
is "passthrough: counts what is there to count" "$status$err$counted" "0x 7/15, y 3/15, "
count true x
is "passthrough: what does not hand over" "$status" 1
like "passthrough: said" "$err" 'true x: does not hand over'
count "$CXL" create-region list
like "passthrough: of cxl, nothing is out of proportion" "$status$counted" '^0create-region ([0-9]|1[0-5])/15, list ([0-9]|1[0-5])/15, $'

# How many calls cxl makes depends on the machine: a sanitizer waits for its own threads, and a read that takes a second
# is made again. So the counting itself is tested with a program that makes a known number, and its child as many.
cat >"$top/family.c" <<'FAMILY'
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	pid_t child = fork();

	for (int calls = argc > 1 ? atoi(argv[1]) : 0; calls > 0; calls--)
		getppid();
	return child ? wait(NULL) != child : 0;
}
FAMILY
cc -o "$top/family" "$top/family.c"
family() {
	PYTHONPATH=$SOURCE/contrib/bench.d PYTHONDONTWRITEBYTECODE=1 python3 -c \
		'import sys, turns; print(turns.count_calls(sys.argv[1:]))' "$top/family" "$1"
}
is "calls: of the program, and of its child" $(($(family 9) - $(family 2))) 14

run env CXL="$CXL" CXL_COMMIT=abc "$SOURCE/contrib/bench" --sizes 1,8,65,80 --runs 1 --json "$top/json" --record "$top/records"
is "bench: done" "$status$err" "0$without_liburing"
like "bench: what it ran on" "$out" 'machine: .* CPUs, .*programs: .*cxl-cli [0-9].*libcxl'
# table TITLE: print the table with that title, each line's cells with one space between them
table() { awk -v title="$1" '$0 == title { on = 1; next } /^$/ { on = 0 } on { $1 = $1; print }' <<<"$out"; }
for what in "time from start to end" "time on a processor"; do
	is "bench: $what: the columns" "$(table "$what" | head -n 2)" \
		"memdevs list-attach one CPU bare loop ${uring}cxl list handed over bare exec per memdev"$'\n'"${uring:+ms }ms ms ms ms ms ms us"
	is "bench: $what: a line for each size; large machines are not for handing over" \
		"$(table "$what" | awk 'NR > 2 { gsub(/[0-9]+\.[0-9]+|[0-9][0-9][0-9]+/, "x"); print }')" \
		"$(printf "%s${uring:+ x}%s\n" '1 x x x' ' x x x x' '8 x x x' ' x x x x' '65 x x x' ' x - - x' '80 x x x' ' x - - x')"
	is "bench: $what: the ratios" "$(table "$what, in the same round" | head -n 2)" \
		"memdevs attach/loop one/loop ${uring_loop}list/attach handed/list handed/bare"$'\n'"${uring:+times }times times times times times"
	is "bench: $what: ratios for each size" "$(table "$what, in the same round" | awk 'NR > 2 { printf "%s %s ", $1, NF }')" \
		"$(printf "%s $((6 + ${uring:+1} + 0)) " 1 8 65 80)"
done
is "bench: memory: the columns" "$(table "memory at most" | head -n 1)" "memdevs list-attach one CPU cxl list attach/list"
is "bench: memory: a line for each size" "$(table "memory at most" | awk 'NR > 2 { printf "%s %s ", $1, NF }')" '1 5 8 5 65 5 80 5 '
is "bench: system calls: the columns" "$(table "system calls of one run" | head -n 1)" \
	"memdevs list-attach bare loop ${uring}cxl list handed over bare exec"
# On a machine of one, they can be counted apart.
traced() {
	run_on 1 sh -c 'exec strace -f -qq -e signal=none "$@" >/dev/null' sh "$@"
	grep -cE '^(\[pid +[0-9]+\] )?[a-z_0-9]+\(' <<<"$err"
}
read -r _ attach loop calls <<<"$(table "system calls of one run" | sed -n 2p)"
[ -z "$uring" ] || calls=${calls#* }
read -r list over _ <<<"$calls"
# It starts more, and leaves out what the answer on this machine does not depend on.
ok "bench: system calls of list-attach: about as many as the bare loop's" test "$attach" -gt $((loop / 2)) -a "$attach" -lt $((loop * 3))
ok "bench: system calls of the bare loop" test "$loop" -gt 300 -a "$loop" -lt 400
is "bench: system calls of cxl-cli" "$list" "$(traced "$CXL_CLI" list -MR)"
ok "bench: handing over adds some" test "$over" -gt "$list"
like "bench: growth, in time and memory" "$out" \
	'per memdev: at 8, [0-9.]+ times the time at 1; .* -?[0-9.]+ KiB for each memdev more.*at 80, [0-9.]+ times the time at 65'
like "bench: growth of large machines" "$out" 'from 64 memdevs on, the time on a processor per memdev differs by up to [0-9]+ %'
like "bench: the calls of handing over, beside their limit" "$out" \
	'command +calls limit.create-region +[0-9]+ +15.enable-memdev +[0-9]+ +15.*list +[0-9]+ +15$'
is "bench: every run is in the file" \
	"$(jq -c '[.runs[] | .memdevs, (.list_attach, .one_cpu, .cxl_list, .bare_loop | length), (.handed_over, .bare_exec // [] | length)]' "$top/json")" \
	'[1,1,1,1,1,1,1,8,1,1,1,1,1,1,65,1,1,1,1,0,0,80,1,1,1,1,0,0]'
# Machines on which cxl-cli takes minutes are measured without it.
jq -cn '{memdevs: 16384, system_calls: {}} + ({list_attach: 3, one_cpu: 4, bare_loop: 6} |
	map_values([{seconds: ., cpu_seconds: ., bytes: 1048576}]))' >"$top/large"
run sh -c '"$0" "" <"$1"' "$SOURCE/contrib/bench.d/report" "$top/large"
is "report: without cxl-cli, its columns are left out" "$status$err$(table "time from start to end" | sed -n '1p;$p' | xargs)" \
	"0memdevs list-attach one CPU bare loop per memdev 16384 3000 4000 6000 244"
like "report: nor is its ratio there" "$out" 'attach/loop +one/loop.*16384 +0.50 +0.67'

is "bench --record: what was measured" \
	"$(jq -c '[.benchmark, .commit, .kernel, (.figures | map(.of) | unique)]' "$top/records")" \
	"[\"list\",\"abc\",\"$(uname -r)\",[\"1 memdevs\",\"65 memdevs\",\"8 memdevs\",\"80 memdevs\"]]"
is "bench --record: the figures of the tables" \
	"$(jq '.figures[] | select(.figure == "list-attach" and .of == "8 memdevs").value * 1000 | round' "$top/records")" \
	"$(jq '.summary[1].seconds.list_attach * 1000000 | round' "$top/json")"
ok "bench --record: valid" "$SOURCE/test/validate" "$SOURCE/Documentation/schema/bench-record.schema.json" "$top/records"

namespaces=(unshare --net)
[ "$(id -u)" -eq 0 ] || namespaces+=(--map-root-user)
if "${namespaces[@]}" "$top/send-events" 0 1 change:none:none >/dev/null 2>&1; then
	run env CXL="$CXL" "$SOURCE/contrib/bench" --follow --sizes 4 --runs 1 --json "$top/follow.json" --record "$top/records"
	is "bench --follow: done" "$status$err" 0
	is "bench --follow: a line for each rate, with all figures" \
		"$(awk '$1 ~ /^[0-9]+$/ && NF == 6 { lines++ } END { print lines }' <<<"$out")" 4
	like "bench --follow: the best rate" "$out" 'events a second without a loss: list-attach --follow [0-9]+, bare reader [0-9]+'
	is "bench --follow: every run is in the file" \
		"$(jq -c '[.runs[] | .memdevs, (.follow, .bare | map(.rate))]' "$top/follow.json")" \
		'[4,[1000,10000,30000,0],[1000,10000,30000,0]]'
	is "bench --follow: recorded after the other" "$(jq -r .benchmark "$top/records" | xargs)" "list follow"
else
	echo "# contrib/bench --follow is not tested: no events can be sent here"
fi

run_on 64 "$SOURCE/contrib/bench.d/rounds" 8 1 "$top/measure" "$top/bare-loop" "" "$top/bare-exec" "$CXL" "$CXL_CLI"
is "rounds: another machine than was asked for" "$status$err" "1this is no machine of 8 accelerators with a region each"

printf '#!/bin/sh\n"%s" "$@" | jq -c "del(.[0])"\n' "$CXL" >"$top/forgetful"
chmod +x "$top/forgetful"
run env CXL="$top/forgetful" TMPDIR="$top" "$SOURCE/contrib/bench" --sizes 8 --runs 1
is "bench: a wrong answer is not measured" "$status" 1
like "bench: which, is said" "$err" '8 memdevs: .*forgetful list-attach: its answer is not'
is "bench: nothing stays behind" "$(find "$top" -mindepth 1 -maxdepth 1 -name 'tmp.*')" ""

for wrong in --sizes=0 '--sizes=8,' --sizes=16,8 --sizes=8,8 --sizes --runs=0 --runs=x --json=/nonexistent/x --record=/nonexistent/x --page=x --follow=x --no-such-option 64; do
	run env CXL="$CXL" "$SOURCE/contrib/bench" "$wrong"
	is "bench $wrong: wrong usage" "$status" 2
	like "bench $wrong: said" "$err" "bench: .*see 'contrib/bench --help'"
done
for option in --round --races --live; do
	run env -u CXL "$SOURCE/contrib/bench" "$option"
	is "bench $option: needs to know which cxl" "$status" 2
	like "bench $option: said" "$err" 'say in CXL which cxl to measure'
done
run env CXL="$CXL" "$SOURCE/contrib/bench" --follow --round
is "bench --follow --round: wrong usage" "$status" 2
run "$SOURCE/contrib/bench" --help
is "bench --help: done" "$status" 0
like "bench --help: has an example" "$out" 'contrib/bench --sizes 512'
run env CXL=/nonexistent "$SOURCE/contrib/bench"
is "bench: no cxl" "$status" 1
like "bench: no cxl: said" "$err" 'CXL names no program: /nonexistent'
finish
