#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# contrib/lab coverage counts exactly what was executed. The test uses a small checkout, whose lines and branches are
# known. Its parts of the test suite are the fast tests and one guest.
# shellcheck source=test/tap.sh
. "$SOURCE/test/tap.sh"

lender=${XDG_CACHE_HOME:-$HOME/.cache}/cxl-attach
top=$(mktemp -d "${lender%/*}/cxl-attach-test.XXXXXX")
trap 'rm -rf "$top"' EXIT
export XDG_CACHE_HOME=$top
mkdir "$top/cxl-attach"
cp -a "$lender/pins" "$top/cxl-attach"
for result in "$lender"/{userland,kernel,modules,kvm}-*; do
	[[ $result == *.part ]] || ln -s "$result" "$top/cxl-attach"
done

tree=$top/tree
mkdir -p "$tree"/{util,cxl/command,attach/read,test}
cp -r "$SOURCE/contrib" "$tree"
cp -r "$SOURCE"/test/{truth,provider,tap.sh} "$tree/test"
mkdir "$tree/test/vm"
cp "$SOURCE/test/vm/validate" "$tree/test/vm"
cat >"$tree/meson_options.txt" <<-OPTIONS
	option('docs', type: 'feature')
	option('tests', type: 'feature')
	option('test-points', type: 'boolean')
OPTIONS
cat >"$tree/meson.build" <<-BUILD
	project('small', 'c')
	root = include_directories('.')
	library = static_library('util', 'util/sign.c', 'attach/read/never.c')
	program = executable('program', 'cxl/command/child.c', include_directories: root, link_with: library)
	other = executable('other', 'test/other.c', include_directories: root, link_with: library)
	executable('never', 'test/never.c', include_directories: root, link_with: library, install: true)
	test('program', program)
	test('other', other)
	test('any', find_program('true'))
BUILD
# Four lines of code. One is a branch with two outcomes, and each of the two programs takes one of them.
cat >"$tree/util/sign.c" <<-CODE
	int sign(int number);
	int sign(int number)
	{
		if (number < 0)
			return -1;
		return 1;
	}
CODE
cat >"$tree/attach/read/never.c" <<-CODE
	int never(int number);
	int never(int number)
	{
		return number ? 7 : 8;
	}
CODE
# What the child executes before it leaves by _exit() counts.
cat >"$tree/cxl/command/child.c" <<-CODE
	#include <sys/wait.h>
	#include <unistd.h>
	int sign(int number);
	int main(void)
	{
		int status = 1;
		if (fork() == 0) {
			status = sign(3) != 1;
			_exit(status);
		}
		wait(&status);
		return status != 0;
	}
CODE
cat >"$tree/test/other.c" <<-CODE
	int sign(int number);
	int main(void)
	{
		return sign(-3) != -1;
	}
CODE
cat >"$tree/test/never.c" <<-CODE
	int never(int number);
	int main(void)
	{
		return never(1) != 7;
	}
CODE
# One of these parts needs another libcxl. In the default lane, tests that run with a sanitizer are counted without it.
# shellcheck disable=SC2016 # for the lab to expand
sed -i -E 's/^tests=.*/tests=(test_one test_guest)/; s|/src/test/vm/run [^|]*|sh -c "${directories[*]}" |' "$tree/contrib/lab.d/test.sh"
cat >>"$tree/contrib/lab.d/test.sh" <<-'PARTS'
	test_one() {
		[ "$opt_lanes" = default ] || part "fast tests" fast_tests "$userland" dev
		part "fast tests, sanitizers" fast_tests "$userland" address DAMAGE_INSIDE_EVERY=5
		part "older" vm_tests false --userland trixie
	}
	test_guest() { part "guest" vm_tests '/usr/local/bin/never && echo "ok 1 - it runs"' --no-modules --sanitizer thread; }
PARTS

# figures DIRECTORY: print executed lines, all lines, executed branches, all branches
figures() { sed -nE "s|^$1 +([0-9]+) of +([0-9]+) +[0-9.]+ % +([0-9]+) of +([0-9]+) .*|\\1 \\2 \\3 \\4|p" <<<"$out"; }

run timeout 300 "$tree/contrib/lab" coverage
is "done" "$status" 0
is "two programs, each of which goes one way" "$(figures util)" "4 4 2 2"
is "a child that leaves by _exit()" "$(figures cxl/command)" "7 7 2 2"
is "what no program executes" "$(figures attach/read)" "0 2 0 2"
is "in total, without the tests' own code" "$(figures total)" "11 13 4 6"
is "these are all" "$(wc -l <<<"$out")" 5
is "which lines are missing" "$(cat "$(sed -n 's/^lab: what they did not execute, by function: //p' <<<"$err")")" \
	"   2 attach/read/never.c never: 2 4"
run timeout 300 "$tree/contrib/lab" coverage
is "a second time: nothing is added up" "$(figures total)" "11 13 4 6"

run timeout 300 "$tree/contrib/lab" coverage --lanes default --only guest
is "a guest: what it has executed" "$(figures attach/read) of $(figures total)" "2 2 1 2 of 2 13 1 6"
is "a part of the lane is missing: the status" "$status" 125
is "a part of the lane is missing: which" "$(grep 'not counted yet' <<<"$err")" "lab: fast tests, sanitizers: not counted yet"
run timeout 300 "$tree/contrib/lab" coverage --lanes default
is "with all parts: done" "$status" 0
is "with all parts: each with those before it" "$(figures 'fast tests, sanitizers') $(figures guest) $(figures total)" \
	"11 13 4 6 13 13 5 6 13 13 5 6"
is "what was counted does not run again" "$(grep -cE ': (failed, )?[0-9]+ s$' <<<"$err")" 1
# shellcheck disable=SC2016 # for the guest
sed -i 's|&& echo "ok 1 - it runs"|; echo c >/proc/sysrq-trigger|' "$tree/contrib/lab.d/test.sh"
run timeout 300 "$tree/contrib/lab" coverage --lanes default --only guest
is "a guest that crashes: the status" "$status" 125
like "a guest that crashes: said" "$err" "what it executed is not counted.*guest: some tests failed with this build"

sed -i "s/'true'/'false'/" "$tree/meson.build"
run timeout 300 "$tree/contrib/lab" coverage
is "a test fails: the status" "$status" 125
like "a test fails: said" "$err" "some tests failed with this build"
is "a test fails: the figures of the others" "$(figures total)" "11 13 4 6"
finish
