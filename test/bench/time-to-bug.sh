#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# contrib/bench --time-to-bug: its results for guests that crash, that find something, that do neither, and that end in
# another way; and its options. The full lane tests in real guests whether a guest races.
# shellcheck source=test/tap.sh
. "$SOURCE/test/tap.sh"

top=$(mktemp -d)
trap 'rm -rf "$top"' EXIT

# A lab whose guests print what the files in $top/guests say: NAME.log is left in the share, and NAME.console is the
# console of a guest that crashed.
mkdir "$top/guests"
cat >"$top/lab" <<'END'
#!/bin/bash
top=$(dirname "$0")
while [ "$1" != -- ]; do
	[ "$1" != --share ] || share=$2
	[ "$1" != --flavor ] || flavor=$2
	[[ $2 != race=* ]] || { flavor=planted; echo "${2#race=}" >>"$top/races"; }
	shift
done
shift 6 # -- bash -c SCRIPT guest SECONDS
name=$flavor-${*// /-}
name=${name// /-}
echo "$name" >>"$top/booted"
[ -e "$top/guests/$name.console" ] || { cp "$top/guests/$name.log" "$share/log"; exit 0; }
echo "lab: the guest's kernel crashed; its log: $top/guests/$name.console" >&2
exit 123
END
chmod +x "$top/lab"

# guest NAME KIND LINE...: what a guest prints after its race began at 100 s
guest() {
	{ echo "[   50.000000] Oops: of something before"; echo "[  100.000000] time-to-bug: begins"; printf '%s\n' "${@:3}"; } >"$top/guests/$1.$2"
}
bench() { rm -f "$top/booted"; run "$SOURCE/contrib/bench.d/time-to-bug" "$top/lab" "$@"; }
row() { grep -e "^ *$1 " <<<"$out" | xargs; }

guest plain-loops-host-port console '[  107.500000][  T81] Oops: general protection fault' '[  107.600000] RIP: 0010:mutex_lock+0xe/0x20'
guest plain-exercise---race-port,host console '[  102.000000] time-to-bug: finds "signature":"leak of a memdev"' '[  104.250000] BUG: unable to handle page fault'
guest plain-exercise---race-port,host---interleaving-loops console '[  103.000000] BUG: unable to handle page fault'
guest plain-loops-host-port-memdev-region-bus log '[  340.000000] time-to-bug: ends'
guest plain-exercise log '[  130.000000] time-to-bug: finds "signature":"quiet nothing-left"' '[  340.000000] time-to-bug: ends'
bench 3 240 "$top/json" plain
is "loops that crash" "$status$(row 'two loops')" "0two loops 3 3 7.5 7.5"
like "where they crashed" "$out" $'\ntwo loops: crashed in mutex_lock \\(3\\)\n--race port,host: crashed in an unknown place \\(3\\)'
is "a finding before the crash" "$(row '--race port,host')" "--race port,host 3 3 4.2 2.0"
is "the same in loops" "$(row 'the same, in loops')" "the same, in loops 3 3 3.0 3.0"
is "nothing within the limit" "$(row 'five loops')" "five loops 3 0 >240 >240"
is "a finding without a crash" "$(row 'default set')" "default set 3 0 >240 30.0"
is "each as often as the others" "$(sort "$top/booted" | uniq -c | awk '{ print $1 }' | xargs)" "3 3 3 3 3"
is "each single guest, as JSON" "$(jq -c '[.seconds, (.guests | length), (.guests | map(select(.name == "two loops"))[0] | [.flavor, .crash, .where])]' "$top/json")" \
	'[240,15,["plain",7.5,"mutex_lock"]]'

guest plain-exercise console '[  120.000000] no report of the kernel'
bench 1 240 "" plain
is "ended without a report: not counted, and said" "$status$(row 'default set')$(tail -n 1 <<<"$out")" \
	"0default set 0 0not counted: a guest of plain, default set, ended without a report of its kernel"
rm "$top"/guests/plain-exercise.*
echo '[  1.000000] hello' >"$top/guests/plain-exercise.log"
bench 1 240 "$top/json" plain
like "a guest that did not begin: failed" "$status$err" "^1time-to-bug: the guest did not do its part"
is "and the guests before it are in the file" "$(jq -c '[.guests[].name]' "$top/json")" \
	'["two loops","--race port,host","the same, in loops","five loops"]'

guest planted-loops-host-port-memdev-region-bus log '[  340.000000] time-to-bug: ends'
guest planted-exercise console '[  101.500000] RIP: 0010:race_at+0x1/0x2'
sed -i '1i [    2.000000] cxl_lab_accel: a race is planted: at the end of probe' "$top/guests/planted-exercise.console"
bench 3 240 "$top/json" --planted a.cocci b.cocci
is "planted races: a table of its own" "$status$(head -n 1 <<<"$out") $(row 'five loops') $(row 'default set')" \
	"0a planted race, seconds of the guest until: five loops 3 0 >240 default set 3 3 1.5"
is "planted races: the same one for both in each turn, another in the next" \
	"$(wc -l <"$top/races") $(sort -u "$top/races" | wc -l) $(jq '[.guests[].seed] | unique | length' "$top/json")" "6 3 3"
is "planted races: what was drawn, as JSON" "$(jq -r '[.guests[].drawn | values] | unique[]' "$top/json")" "at the end of probe"

guest planted-exercise console '[  101.500000] RIP: 0010:mutex_lock+0x1/0x2'
bench 1 240 "" --planted a.cocci
is "planted races: a crash elsewhere is not counted, and said" "$(row 'default set')$(tail -n 1 <<<"$out")" \
	"default set 0 0not counted: a guest of planted, default set, crashed in mutex_lock"

for options in "--flavors nothing" "--flavors plain," "--seconds 0" "--runs x" "--planted --flavors x"; do
	# shellcheck disable=SC2086 # several arguments
	run "$SOURCE/contrib/bench" --time-to-bug $options
	is "wrong usage: $options" "$status" 2
done
run "$SOURCE/contrib/bench.d/time-to-bug-guest" 1 nothing
is "the guest: no such race" "$status" 2
finish
