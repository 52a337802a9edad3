# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Measures which lines and branches of the C code the parts of the test suite execute, with a build of its own. The
# parts are those of test.sh; this file replaces the function part() of test.sh. The counts of each part are kept, so
# that a lane can be finished in pieces:
#
#   counts/TITLE/KEY    what contrib/lab.d/coverage makes of the part's counts; KEY.failed if the part did not pass.
#                       TITLE and KEY are those of passed.sh

coverage() {
	local tree plan functions=("${tests[@]}") rc=0
	[ "$opt_lanes" != fast ] || functions=(test_fast)
	tree=$(tree_now "$LAB_SRC") # before anything of it is built
	coverage_setup
	passed_begin "$tree"
	plan=$(mktemp)
	# shellcheck disable=SC2064 # the name is local
	trap "rm -f '$plan'; leave_lanes" EXIT
	coverage_parts "${functions[@]}" >"$plan"
	from_both_ends "${functions[@]}"
	coverage_print || rc=$?
	[ "$(tree_now "$LAB_SRC")" = "$tree" ] || die "the tree has changed since this began: the figures are those of no tree"
	return "$rc"
}

test_fast() { part "fast tests" fast_tests "$userland" dev; }

# coverage_setup: make the build that counts, and all that a guest needs. After this the parts build nothing.
coverage_setup() {
	local counts name
	if [ "$opt_lanes" = fast ]; then
		[ "$(id -u)" -eq 0 ] || die "root is needed to set up and run the lab (mounts and chroot)"
		cache_enter coverage
		setup_host
		setup_userland testing
		build_checkout
		kernel='' modules='' # no test needs these
		build_coverage
	else
		setup
	fi
	step() { :; }
	build() { :; }
	# Counts that killed runs have left
	for counts in "$(build_directory "$userland")"/coverage.[0-9]*; do
		name=${counts##*/coverage.}
		kill -0 "${name%.tap}" 2>/dev/null || rm -rf "$counts"
	done
}

# coverage_parts FUNCTION...: print the parts of these functions that run this build, one a line: the file that keeps
# its counts, and the title. The other parts need another compiler option, another libcxl or another processor, or test
# the lab itself; or they make each system call of the program fail, and this build has system calls of its own.
coverage_parts() (
	part() { ! coverage_counts "${@:2}" || printf '%s\t%s\n' "$(coverage_file "$@")" "$1"; }
	for function; do "$function"; done
) 2>/dev/null

coverage_counts() {
	case "$* " in
	*"vm_tests inject "* | *"--userland trixie "* | *"--userland fleet "* | fleet_tests* | foreign_tests* | completion_tests* | pictures_tests* | build_run* | planted* | time_to_bug* | "env SOURCE="* | "$LAB_SRC/contrib/fuzz "* | "fast_tests "*" plain "*) return 1 ;;
	"fast_tests "*" address "*) [ "$opt_lanes" = default ] ;; # the full lane also runs them without sanitizers, and all
	esac
}

coverage_file() {
	local file
	file=$(passed_file "$@")
	echo "$LAB_CACHE/counts/${file#"$LAB_CACHE/passed/"}"
}

# part TITLE COMMAND...: run COMMAND with the build that counts, unless its counts are known
part() {
	local title=$1 file counts rc=0 start=$SECONDS
	coverage_counts "${@:2}" && part_take "$title" || return 0
	file=$(coverage_file "$@")
	[ "$opt_lanes" = fast ] || [ -n "$opt_again" ] || [ ! -e "$file" ] || return 0
	counts=$(build_directory "$userland")/coverage.$BASHPID
	rm -rf "$counts"
	mkdir "$counts"
	"${@:2}" >"$counts.tap" || rc=$?
	! grep -A 5 '^not ok' "$counts.tap" >&2 || rc=1
	say "$title: $([ "$rc" -eq 0 ] || echo "failed, ")$((SECONDS - start)) s"
	mkdir -p "${file%/*}"
	rm -f "$file" "$file.failed"
	build_run "$userland" /src/contrib/lab.d/coverage add /build/coverage "/build/${counts##*/}" >"$file.part" || rc=$?
	mv "$file.part" "$file$([ "$rc" -eq 0 ] || echo .failed)"
	rm -rf "$counts" "$counts.tap"
	find "${file%/*}" -type f -printf '%T@ %p\n' | sort -rn | tail -n +6 | cut -d' ' -f2- | xargs -r -d '\n' rm -f
}

# fast_tests USERLAND BUILD [VARIABLE=VALUE...]: replaces that of test.sh, and counts
fast_tests() {
	local rc=0 lock variables=("${@:3}")
	lock_take "fast tests" "$(build_directory "$userland")/coverage.tests.lock"
	# Some tests run the program as a user who is not root, or without any variable in its environment: the counts go
	# where libgcov puts them by itself, which has to be writable on recorded machines (COUNTING_BUILD), and each file is
	# there before, writable by everybody. Some tests compare everything that the program prints.
	# shellcheck disable=SC2016 # expanded inside
	build_run "$userland" env "${variables[@]}" GCOV_ERROR_FILE=/dev/null COUNTING_BUILD=/build/coverage sh -ec '
		find /build/coverage -name "*.gcno" | while read -r notes; do
			install -m 666 /dev/null "${notes%.gcno}.gcda"
		done
		meson test -C /build/coverage --no-rebuild --quiet --no-suite bench --timeout-multiplier 3 >&2 || rc=$?
		find /build/coverage -name "*.gcda" -size +0 -exec cp --parents -t "$1" {} +
		find /build/coverage -name "*.gcda" -delete
		exit ${rc-0}' sh "/build/${counts##*/}" || rc=$?
	lock_drop
	return "$rc"
}

# coverage_of VERB [TITLE FILE]...: run contrib/lab.d/coverage on these files of the cache
coverage_of() {
	"$LAB_DIR/in-root" "$userland" --ro "$LAB_SRC" /src --ro "$LAB_CACHE/counts" /mnt -- \
		/src/contrib/lab.d/coverage "${@/#"$LAB_CACHE/counts"//mnt}"
}

# coverage_print: print the figures of all parts in the plan; fails if a part has failed or is missing
coverage_print() {
	local file title kept known=() failed=() missing=() functions
	functions=$(build_directory "$userland")/coverage.missing
	while IFS=$'\t' read -r file title; do
		kept=$file
		[ -e "$file" ] || kept=$file.failed
		if [ -e "$kept" ]; then known+=("$title" "$kept"); else missing+=("$title"); fi
		[ -e "$file" ] || [ ! -e "$kept" ] || failed+=("$title")
	done <"$plan"
	if [ ${#known[@]} -gt 0 ]; then
		coverage_of print "${known[@]}"
		coverage_of missing "${known[@]}" >"$functions"
		say "what they did not execute, by function: $functions"
	fi
	for title in "${failed[@]}"; do
		say "$title: some tests failed with this build: what they would have executed is not counted"
	done
	for title in "${missing[@]}"; do say "$title: not counted yet"; done
	[ $((${#failed[@]} + ${#missing[@]})) -eq 0 ] || return "$E_LAB"
}
