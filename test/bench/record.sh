#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# contrib/bench --record and --page: the figures of each benchmark become a line of JSON, and the lines a page.
# shellcheck source=test/tap.sh
. "$SOURCE/test/tap.sh"

top=$(mktemp -d)
trap 'rm -rf "$top"' EXIT
records=$top/records
# record BENCHMARK VERSION COMMIT: the results come from standard input
record() {
	cat >"$top/results"
	"$SOURCE/contrib/bench.d/record" "$records" "$1" "$top/results" "$2" "$3"
}
page() { run "$SOURCE/contrib/bench" --page "$top/page.md" --record "$records"; }

# list MILLISECONDS: what contrib/bench --json writes, as far as it is recorded
list() {
	jq -n --argjson ms "$1" '{summary: [{memdevs: 64, seconds: {list_attach: ($ms / 1000)},
		cpu_seconds: {list_attach: 0.003, list_attach_per_bare_loop: 1.5}, bytes: {list_attach: 2097152}},
		{memdevs: 512, seconds: {list_attach: ($ms / 100)},
		cpu_seconds: {list_attach: 0.03, list_attach_per_bare_loop: 1.1}, bytes: {list_attach: 4194304}}]}'
}
list 4.5 | record list 0.1.0 aaaa
report $? "the figures of the listing"
list 3.5 | record list 0.2.0 bbbb
record follow 0.2.0 bbbb <<-'JSON'
	{"summary": [{"memdevs": 1, "without_loss": {"follow": 12345.5, "bare": null},
	  "rates": [{"rate": 0, "follow_us_per_event": 3.25}, {"rate": 1000, "follow_us_per_event": 6.5}]}]}
JSON
report $? "the figures of --follow"
record round 0.2.0 bbbb <<-'JSON'
	{"summary": {"ratios": {"script / detach-memdev": {"seconds": 3, "cpu_seconds": 2}},
	  "rates": {"rounds": {"bare": 9}, "ratios": {"exercise-autoremove / bare": 0.5}}}}
JSON
report $? "the figures of --round"
record time-to-bug 0.2.0 bbbb <<-'JSON'
	{"guests": [{"flavor": "plain", "name": "two loops", "other": false, "crash": 10},
	  {"flavor": "plain", "name": "two loops", "other": false, "crash": 30},
	  {"flavor": "plain", "name": "two loops", "other": true},
	  {"flavor": "lockdep", "name": "two loops", "other": false, "crash": null},
	  {"flavor": "lockdep", "name": "two loops", "other": false, "crash": 5}]}
JSON
report $? "the figures of --time-to-bug"

is "a line for each run, with version and commit" "$(jq -r '"\(.benchmark) \(.version) \(.commit)"' "$records" | xargs)" \
	"list 0.1.0 aaaa list 0.2.0 bbbb follow 0.2.0 bbbb round 0.2.0 bbbb time-to-bug 0.2.0 bbbb"
is "... and with kernel and machine" "$(jq -r '"\(.kernel) \(.machine.cpus)"' "$records" | sort -u)" "$(uname -r) $(nproc --all)"
values() { jq -c "select(.benchmark == \"$1\" and .version == \"0.2.0\").figures | map([.figure, .of, .value + 0])" "$records"; }
is "listing: figures" "$(values list)" '[["list-attach","64 memdevs",3.5],["list-attach on a processor","64 memdevs",3],["list-attach / bare loop, on a processor","64 memdevs",1.5],["memory of list-attach","64 memdevs",2],["list-attach","512 memdevs",35],["list-attach on a processor","512 memdevs",30],["list-attach / bare loop, on a processor","512 memdevs",1.1],["memory of list-attach","512 memdevs",4]]'
is "--follow: figures" "$(values follow)" '[["--follow: events a second without a loss","1 memdevs",12345.5],["--follow: processor time for an event","1 memdevs, as many as possible events a second",3.25],["--follow: processor time for an event","1 memdevs, 1000 events a second",6.5]]'
is "--round: figures" "$(values round)" '[["a round of detach-memdev --reattach, on a processor","script / detach-memdev",2],["rounds a second","bare",9],["exercise-autoremove beside others","exercise-autoremove / bare",0.5]]'
is "--time-to-bug: figures; no time where a guest did not crash" "$(values time-to-bug)" \
	'[["guests that crashed","plain kernel, two loops",1],["time to a crash","plain kernel, two loops",20],["guests that crashed","lockdep kernel, two loops",0.5]]'
split -l 1 "$records" "$top/line-"
ok "every line is valid" "$SOURCE/test/validate" "$SOURCE/Documentation/schema/bench-record.schema.json" "$top"/line-*

echo '{"summary": []}' | record list 0.2.0 bbbb 2>"$top/said"
is "no figures: no line" "$? $(wc -l <"$records")" "1 5"
like "... and said" "$(<"$top/said")" 'has no figures'

cp "$records" "$top/whole"
echo '{"format_version": 2}' >>"$records"
page
is "a record that is not one: status 1" "$status" 1
like "... and which" "$err" 'line 6: not a record of contrib/bench \(format_version 2\)'
: >"$records"
page
is "no record: status 1" "$status" 1
like "... and said" "$err" 'has no record'

# A name with everything that gnuplot or Markdown could take for its own, and another machine
jq -c '(.machine.cpus) = 96 | .kernel = "9.9" | .commit = "x\"y`rm -rf`|$z\\_{1}"' "$top/whole" | head -n 1 | cat "$top/whole" - >"$records"
if ! command -v gnuplot >/dev/null; then
	page
	is "without gnuplot: status 1" "$status" 1
	like "... and what to install" "$err" 'please install gnuplot'
	echo "# the page is not tested: no gnuplot"
	finish
fi
page
is "the page is made" "$status$out$err" 0
ok "the command that makes it, as it was given" grep -qxF "    contrib/bench --page $top/page.md --record $records" "$top/page.md"
is "a section for each machine" "$(grep -c '^## ' "$top/page.md")" 2
is "... with its benchmarks" "$(grep '^### ' "$top/page.md" | xargs)" "### list ### follow ### round ### time-to-bug ### list"
ok "figures of one version beside those of the next" grep -q '^| 64 memdevs | 4.5 | 3.5 |$' "$top/page.md"
mapfile -t pictures < <(grep -oE '\(page-[0-9]+\.svg\)' "$top/page.md" | tr -d '()')
is "a picture for each figure" "${#pictures[@]}" 15
is "... which is there, and whole SVG" "$(cd "$top" && python3 -c '
import sys
from xml.etree import ElementTree
for name in sys.argv[1:]:
    root = ElementTree.parse(name).getroot()
    text = "".join(root.itertext())
    assert root.tag.endswith("svg") and "0.2.0 bbbb" in text or "rm -rf" in text, name
' "${pictures[@]}" 2>&1)" ""
# shellcheck disable=SC2016 # nothing is to be expanded
like "a strange name is drawn as it is" "$(cat "$top"/page-1[2-5].svg)" 'x.*y`rm -rf`'
finish
