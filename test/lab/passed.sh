#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# contrib/lab test finishes the full lane in pieces: it remembers for each tree which parts have passed. The test runs
# the lab's own code, in a small checkout whose parts are files: each part prints $top/parts/PART.
# shellcheck source=test/tap.sh
. "$SOURCE/test/tap.sh"

lender=${XDG_CACHE_HOME:-$HOME/.cache}/cxl-attach
top=$(mktemp -d "${lender%/*}/cxl-attach-test.XXXXXX")
trap 'rm -rf "$top"' EXIT
export XDG_CACHE_HOME=$top
cache=$top/cxl-attach
mkdir "$cache"
cp -a "$lender/pins" "$cache"
for result in "$lender"/{userland,kernel,modules}-*; do
	[[ $result == *.part ]] || ln -s "$result" "$cache"
done

tree=$top/tree
mkdir -p "$tree/test" "$top/parts"
cp -r "$SOURCE/contrib" "$tree"
cp -r "$SOURCE"/test/{truth,provider} "$tree/test"
echo "project('none', 'c')" >"$tree/meson.build"
touch "$tree/build-dev.ini"
cat >"$tree/meson_options.txt" <<-OPTIONS
	option('docs', type: 'feature')
	option('tests', type: 'feature')
	option('test-points', type: 'boolean')
OPTIONS
# The real parts of the checkout are not tested here.
sed -i -e 's/^tests=.*/tests=(test_one test_others)/' -e 's/^tests_last=.*/tests_last=(test_last)/' \
	"$tree/contrib/lab.d/test.sh"
cat >>"$tree/contrib/lab.d/test.sh" <<PARTS
print() { echo "\$1" >>$top/ran; cat $top/parts/\$1; ! grep -q '^not ok' $top/parts/\$1; }
test_one() { part "part one" print one; }
test_others() {
	part "part two" print two
	[ "\$opt_lanes" = default ] || ROUNDS=4 part "part three" print three --kernel 7.3
}
test_last() { part "lab: last" print last; }
PARTS
for part in one two three last; do echo "ok 1 - $part" >"$top/parts/$part"; done

# tests OPTION...: run them; the output is in $out, and the parts that ran are in $ran
tests() {
	rm -f "$top/ran"
	run timeout 300 "$tree/contrib/lab" test "$@"
	ran=$(sort "$top/ran" 2>/dev/null | paste -sd' ')
}
last_line() { tail -n 1 <<<"$out"; }
missing() { sed -n 's/ parts of the full lane have yet to pass with this tree$//p' <<<"$out"; }

tests --lanes all --only 'part t'
is "two of four parts: they run" "$status $ran" "0 three two"
is "the last line counts them" "$(last_line)" "2 passed, 0 failed, 0 skipped"
is "how many are missing" "$(missing)" "2 of 4"
like "the line before the last: how many, and how long" "$out" $'\n2 parts in [0-9]+ min\n2 passed'
like "what is left was said before" "$err" "left of the full lane.*    part two +"$'\n'".*    part three +"$'\n'".*together about 0 min"

tests --lanes all
is "the others: they run" "$status $ran" "0 last one"
like "what had passed is said, with date and time" "$out" \
	"part two +1 passed, 0 failed, 0 skipped \\(passed on 20[0-9-]+ [0-9:]+, in [0-9]+ s\\)"
is "and counts" "$(last_line)" "4 passed, 0 failed, 0 skipped"
is "none is missing" "$(missing)" "0 of 4"
like "how many had passed before" "$out" $'\n4 parts in [0-9]+ min, 2 of which had passed before\n'
is "only these were left" "$(grep -oE 'part (one|two|three)|lab: last' <<<"$err" | paste -sd,)" "part one,lab: last"

tests
is "the default lane runs everything" "$status $ran" "0 last one two"
tests --lanes all
is "the full lane again: nothing runs" "$status $ran $(last_line)" "0  4 passed, 0 failed, 0 skipped"
tests --lanes all --again
is "--again: everything runs" "$status $ran" "0 last one three two"
like "how long each took is known" "$err" "part three +about [0-9]+ min"
ROUNDS=5 tests --lanes all --only 'part'
is "with another number of rounds: what it matters for" "$status $ran" "0 one two"

echo "ok 1 # SKIP not here" >>"$top/parts/one"
echo "not ok 1 - two" >"$top/parts/two"
tests
is "the default lane: a part that fails" "$status $(last_line)" "1 2 passed, 1 failed, 1 skipped"
tests --lanes all
is "what has not passed the last time, or skips, does not count" "$status $ran $(last_line)" "1 one two 3 passed, 1 failed, 1 skipped"
is "and is missing" "$(missing)" "2 of 4"
for part in one two; do echo "ok 1 - $part" >"$top/parts/$part"; done
tests --lanes all
is "until it passes" "$status $ran $(missing)" "0 one two 0 of 4"

echo "a file" >"$tree/file"
tests --lanes all --only last
is "with a new file: nothing has passed" "$status $ran $(missing)" "0 last 3 of 4"
chmod 755 "$tree/file"
tests --lanes all --only last
is "with another mode: nothing has passed" "$ran $(missing)" "last 3 of 4"
rm "$tree/file"
tests --lanes all
is "with the tree as it was: all has" "$status $ran $(missing)" "0  0 of 4"

# Not gcc: with another gcc, the kernel would be built again.
for result in "$cache"/userland-testing-*; do
	target=$(readlink "$result")
	rm "$result"
	cp -al "$target" "$result"
	sed -i 's/^strace .*/& or so/' "$result/lab/packages"
done
tests --lanes all --only last
is "with other packages: nothing has passed" "$status $ran $(missing)" "0 last 3 of 4"

# shellcheck disable=SC2016 # for the lab to expand
sed -i 's|^print() { |&date +%N >"$LAB_SRC/contrib/new"; |' "$tree/contrib/lab.d/test.sh"
tests --lanes all --only 'part one'
is "the tree changes meanwhile: nothing is remembered" "$status $(missing)" "0 4 of 4"
rm "$tree/contrib/new"
tests --lanes all --only 'part one'
is "not for the tree of the beginning either" "$ran" "one"
rm "$tree/contrib/new"
# shellcheck disable=SC2016 # for the lab to expand
sed -i 's|^print() { .*|print() { echo "$1" >>'"$top"'/ran; [ "$1" = last ] \&\& date >"$LAB_SRC/new"; cat '"$top"'/parts/$1; }|' "$tree/contrib/lab.d/test.sh"
tests --lanes all --only part
tests --lanes all
is "what passed before, with the tree of the beginning, is not enough after a change" "$status $ran" "1 last"
like "which is said" "$out" "not ok - the tree has changed since this began"
rm "$tree/new"

if command -v git >/dev/null; then
	git init -q "$tree"
	echo /build/ >"$tree/.gitignore"
	git -C "$tree" add -A
	tests --lanes all --only 'part two'
	mkdir "$tree/build"
	date >"$tree/build/log"
	tests --lanes all --only 'part two'
	is "with git: what it ignores is not of the tree" "$ran" ""
	rm "$tree/.gitignore"
	git -C "$tree" add -A
	tests --lanes all --only 'part two'
	is "with git: a change is one, committed or not" "$ran" "two"
	rm -rf "$tree/build"
fi

for process in 1 2; do
	"$tree/contrib/lab" test --lanes all --again --only part >"$top/out$process" 2>"$top/err$process" </dev/null &
	processes[process]=$!
done
for process in 1 2; do
	wait "${processes[process]}"
	is "two at once: number $process" "$? $(tail -n 1 "$top/out$process")" "0 3 passed, 0 failed, 0 skipped"
done
is "two at once: nothing is left half made" "$(find "$cache" -name '*.part' | wc -l)" 0

# A part that takes long, and whose lab is killed
# shellcheck disable=SC2016 # for the lab to expand
sed -i 's|^print() { .*|print() { echo "$BASHPID" >'"$top"'/long; sleep 1000; }|' "$tree/contrib/lab.d/test.sh"
rm -f "$top/long"
"$tree/contrib/lab" test --only 'part one' >/dev/null 2>&1 </dev/null &
lab=$!
for _ in $(seq 600); do
	[ ! -s "$top/long" ] || break
	sleep 0.1
done
kill -KILL "$lab"
wait "$lab" 2>/dev/null
sleep 3
ok "killed: its parts end with it" test ! -e "/proc/$(<"$top/long")"
lab=$SOURCE/contrib/lab.d
is "what parts are told by variables is part of what is remembered" \
	"$(sed -n 's/ part ".*//p' "$lab/test.sh" | grep -oE '[A-Z_]+=' | sort -u | tr -d '=' |
		grep -vwF -f <(sed -n 's/^passed_variables=(\(.*\))/\1/p' "$lab/passed.sh" | tr ' ' '\n'))" ""
finish
