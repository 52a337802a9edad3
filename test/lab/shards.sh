#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: shards.sh [OPTION...]
#
# GNU parallel starts two shards of contrib/lab exercise. Merged, they have made the trials that one run makes. OPTION is
# one of the lab, for another kernel or machine. GNU_PARALLEL names parallel, if it is not in PATH. JOBS is the number of
# guests at the same time.
# shellcheck source=test/tap.sh
. "$SOURCE/test/tap.sh"

lab=$SOURCE/contrib/lab
parallel=${GNU_PARALLEL-$(command -v parallel)}
# parallel is a Perl script, so that the parallel of a userland also runs here.
perl "$parallel" --version 2>/dev/null | grep -q '^GNU parallel' ||
	skip_all "no GNU parallel (Debian: parallel), or no perl; contrib/lab test --lanes all brings the former"

cache=${XDG_CACHE_HOME:-$HOME/.cache}/cxl-attach
top=$(mktemp -d "${cache%/*}/cxl-attach-test.XXXXXX")
trap 'rm -rf "$top"' EXIT
mkdir "$top"/{1,2,whole}
# These cases show no known bug of the kernel. To read a region while it is assembled can deadlock, so none of them lists.
options=(--guests 0 --budget 10 --trials 4)
cases=(--seed 5 --via host --race 'memdev,open' --race 'host,open')
# trials DIRECTORY...: print everything that the schedule says of each trial
trials() { jq -c 'select(.record == "trial") | [.trial, .case, .offset, .interleaving, (.operations | map(.actor))]' "${@/%//log}" | sort; }
# jq OPTION FILTER FILE...: run the userland's jq, for which $top is /mnt
jq() { "$SOURCE/contrib/lab.d/in-root" "$root" --ro "$top" /mnt -- jq "${@/#"$top"//mnt}"; }
merge() { rm -rf "$top/merged" && mkdir "$top/merged" && run "$lab" exercise --merge --share "$top/merged" "$@"; }
# refused WHAT WHY: the merge said this, and left nothing behind
refused() {
	like "refused: $1" "$status$err" "^125.*lab: cannot merge: .*$2"
	is "refused: $1: nothing is left" "$(ls -A "$top/merged")" ""
}

while IFS='|' read -r arguments said; do
	# shellcheck disable=SC2086 # several arguments
	run "$lab" $arguments
	is "wrong usage: $arguments" "$status$(grep -c -e "$said" <<<"$err")" 21
done <<-END
	exercise --shard 1/2|needs the same seed
	exercise --shard 1/2 -- --via host|needs the same seed
	exercise --shard 3/2 -- --seed 1|not a shard
	exercise --shard 0/2 -- --seed 1|not a shard
	exercise --shard 1 -- --seed 1|not a shard
	exercise --merge|takes the directories
	exercise --merge --shard 1/2 x|one of --shard and --merge
	run --shard 1/2 -- true|are for exercise
	run --merge -- true|are for exercise
	run --guests 0 -- true|not a number of guests
END

# The output of each shard counts, and not the order in which the shards end.
run perl "$parallel" --quote --jobs "${JOBS:-2}" "$lab" exercise "$@" "${options[@]}" --share "$top/{}" --shard '{}/2' -- "${cases[@]}" ::: 1 2
is "two shards, started by GNU parallel" "$status" 0
[ "$status" -eq 0 ] || printf '# %s\n' "${err//$'\n'/$'\n# '}"
run "$lab" exercise "$@" "${options[@]}" --share "$top/whole" -- "${cases[@]}"
is "one run" "$status" 0
[ "$status" -eq 0 ] || printf '# %s\n' "${err//$'\n'/$'\n# '}"
root=$(find "$cache" -maxdepth 1 -name 'userland-testing-*' ! -name '*.part' -printf '%T@ %p\n' | sort -rn | sed -n '1s/^[^ ]* //p')
is "together they have made its trials" "$(trials "$top/1" "$top/2")" "$(trials "$top/whole")"
is "each of them half" "$(trials "$top/1" | wc -l) $(trials "$top/2" | wc -l)" "6 6"

is "the one run is done" "$(jq -c '[.ended, .trials]' "$top/whole/report.json")" '["complete",12]'

merge "$top/2" "$top/1"
is "put together" "$status" 0
is "its report is that of one run" "$(jq -c '[.ended, .kernel, .seed, .trials, .cases, .findings]' "$top/merged/report.json")" \
	"$(jq -c '[.ended, .kernel, .seed, .trials, .cases, .findings]' "$top/whole/report.json")"
is "and so is its table" "$(sed '/^shard/d' "$top/merged/summary")" "$(<"$top/whole/summary")"
is "it says of which shards" "$(grep '^shard' "$top/merged/summary")" \
	"shard 1 of 2: complete, 6 trials"$'\n'"shard 2 of 2: complete, 6 trials"
run "$SOURCE/contrib/lab.d/in-root" "$root" --ro "$SOURCE" /src --ro "$top" /mnt -- \
	/src/test/validate /src/Documentation/schema/exercise-autoremove.schema.json /mnt/{1,2,merged}/report.json
is "all reports are as their schema says" "$status$out" 0
merge "$top/2"
is "a shard is missing: status" "$status" 1
is "a shard is missing: it is said" "$(grep 'not complete' <<<"$err")" "lab: not complete: shard 1 of 2: missing"
is "a shard is missing: it does not count as done" "$(jq -c '[.ended, .trials]' "$top/merged/report.json")" '["incomplete",6]'

merge "$top/1" "$top/whole"
refused "a whole run" "$top/whole has the results of a whole run"
merge "$top/1" "$top/1"
refused "the same shard twice" "are both of shard 1"
merge "$top/1" "$top"
refused "no results" "$top has no results"
cp -r "$top/2" "$top/other"
for setting in kernel program machine flavor kernel_args; do
	sed "s/^$setting\t.*/$setting\tx/" "$top/2/settings" >"$top/other/settings"
	merge "$top/other" "$top/1"
	refused "another $setting" "were made in different ways: $setting is '.*' in the one, and 'x' in the other"
done
cp "$top/2/settings" "$top/other"
sed -i 's/"seed":5/"seed":6/' "$top/other/log"
merge "$top/1" "$top/other"
refused "another seed" "do not belong together"
like "another seed: it is said which" "$err" "shard-2/log has another seed than /share/shard-1/log: 6, and not 5"
run "$lab" exercise "$@" --kernel-args quiet "${options[@]}" --share "$top/1" --shard 1/2 -- "${cases[@]}"
like "to go on with a shard in another way is refused" "$status$err" "^125.*has the results of something else: kernel_args is"
run "$lab" exercise --merge --share "$top/1" "$top/2"
like "a directory that has something in it" "$status$err" "^125.*has something in it already"

# Both shards have the same finding, and their scripts ran in guests. The files are those that the lab writes.
# found DIRECTORY RATE: the shard in that directory has the finding, and a script with that rate
found() {
	sed -i '0,/"record":"result"/s/\("record":"result".*\)"findings":\[\]/\1"findings":[{"kind":"splat","signature":"bug x < y","detail":"of '"${1##*/}"'"}]/' "$1/log"
	mkdir -p "$1/finding-1"
	printf 'log\tbug x < y\n' >"$1/findings"
	echo "$2" >"$1/finding-1/rate"
	echo "the script of ${1##*/}" >"$1/finding-1/reproducer.sh"
}
found "$top/1" "3 10 1 --race=host,open --trials=4"
found "$top/2" "6 10 2 --race=host,open --trials=4"
merge "$top/1" "$top/2"
is "the same finding: status" "$status" 4
is "the same finding: one" "$(jq -c '.findings | map([.signature, .count])' "$top/merged/report.json")" '[["bug x < y",2]]'
is "the same finding: both rates together" "$(<"$top/merged/finding-1/rate")" "9 20 3 --race=host,open --trials=4"
like "the same finding: in the summary" "$(<"$top/merged/summary")" "--race=host,open --trials=4 +9 of 20  bug x < y"
like "the same finding: in its report" "$(<"$top/merged/finding-1/report")" \
	"shown it in 9 of 20 fresh guests, within a minute each; 3 of them crashed.*Seen 2 times"
is "the same finding: its script" "$(<"$top/merged/finding-1/reproducer.sh")" "the script of 1"
echo "7 10 0 --via=host --trials=1" >"$top/2/finding-1/rate"
merge "$top/1" "$top/2"
is "with other scripts: the one that shows it most often" "$(<"$top/merged/finding-1/rate")$(<"$top/merged/finding-1/reproducer.sh")" \
	"7 10 0 --via=host --trials=1the script of 2"
rm -r "$top"/[12]/finding-1
merge "$top/1" "$top/2"
is "without a script: status" "$status" 4
like "without a script: how to have one" "$err" "1 of the findings have no script yet: contrib/lab exercise --share $top/merged --budget 0"
finish
