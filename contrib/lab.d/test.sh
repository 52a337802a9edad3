# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The whole test suite. Every part prints TAP (ok, not ok, ok # SKIP), which is counted here. A part that ends with an
# error, and has reported none, counts as one failure. Two parts run at the same time: most parts keep one processor
# busy, and many wait.

counts=''
taken=$(mktemp -d) # a directory for each part that has been taken
tally=$(mktemp) # a line for each part: how many passed, failed, were skipped; and 1 if it had passed before

# part TITLE COMMAND...: run COMMAND, count its TAP, and show what failed. In the full lane, a part that has passed
# with this tree does not run again.
part() {
	local title=$1 start=$SECONDS output rc=0 passed failed skipped turn file
	part_take "$title" || return 0
	file=$(passed_file "$@")
	shift
	if [ "$opt_lanes" = all ] && [ -z "$opt_again" ] && [ -e "$file" ]; then
		part_passed "$title" "$file"
		return
	fi
	output=$(mktemp)
	"$@" >"$output" || rc=$?
	skipped=$(grep -cE '^ok .*# SKIP|^1\.\.0 # SKIP' "$output" || :)
	passed=$(($(grep -c '^ok ' "$output" || :) - $(grep -cE '^ok .*# SKIP' "$output" || :)))
	failed=$(grep -c '^not ok ' "$output" || :)
	if [ "$rc" -ne 0 ] && [ "$failed" -eq 0 ]; then
		echo "not ok - ended with status $rc, without saying why" >>"$output"
		failed=1
	fi
	exec {turn}>>"$tally"
	flock "$turn"
	printf '%-44s %4d passed, %d failed, %d skipped (%d s)\n' "$title" "$passed" "$failed" \
		"$skipped" $((SECONDS - start))
	grep '# SKIP' "$output" | sed 's/^/    /' || :
	[ "$failed" -eq 0 ] || grep -A 5 '^not ok' "$output" | sed 's/^/    /'
	[ "$rc" -eq 0 ] || [ "$failed" -gt 0 ] || tail -n 20 "$output" | sed 's/^/    /'
	echo "$passed $failed $skipped 0" >&"$turn"
	exec {turn}>&-
	rm -f "$output"
	if [ "$rc$failed$skipped" = 000 ] && [ "$passed" -gt 0 ]; then
		passed_remember "$file" "$passed" $((SECONDS - start))
	else
		passed_forget "$file"
	fi
}

# part_take TITLE: whether to run this part: it is wanted, and nobody has taken it before
part_take() { [[ $1 == *"$opt_only"* ]] && mkdir "$taken/$(key "title $1")" 2>/dev/null; }

# part_passed TITLE FILE: count the part as FILE remembers it
part_passed() {
	local passed seconds date turn
	read -r passed seconds date <"$2"
	exec {turn}>>"$tally"
	flock "$turn"
	printf '%-44s %4d passed, 0 failed, 0 skipped (passed on %s, in %d s)\n' "$1" "$passed" "$date" "$seconds"
	echo "$passed 0 0 1" >&"$turn"
	exec {turn}>&-
}

# fast_tests USERLAND BUILD [VARIABLE=VALUE...] [OPTION...]: run meson's tests. meson's log has every test's own output,
# but nothing of a test that timed out or crashed.
fast_tests() {
	local root=$1 name=$2 rc=0 lock variables=()
	shift 2
	while [[ ${1-} == [A-Z]*=* ]]; do variables+=("$1"); shift; done
	# meson has one log for each build, whatever runs the tests.
	lock_take "fast tests" "$(build_directory "$root")/$name.tests.lock"
	build_run "$root" env "${variables[@]}" meson test -C "/build/$name" --no-rebuild --quiet "$@" >&2 || rc=$?
	build_run "$root" jq -r '.stdout, if .result | IN("OK", "FAIL", "SKIP") then empty
		else "not ok - \(.name): \(.result)" end' "/build/$name/meson-logs/testlog.json"
	lock_drop
	return "$rc"
}

# vm_tests 'DIRECTORY...' OPTION...: run all these directories of test/vm in one boot, and then the checks that they
# leave to the host. If the directory $counts is set, the guest counts into it.
vm_tests() {
	local directories share kernel_options rc=0
	read -ra directories <<<"$1"
	shift
	share=$(mktemp -d)
	kernel_options
	"$LAB_SRC/contrib/lab" run "${kernel_options[@]}" --timeout 900 "$@" --share "$share" \
		${counts:+--counts "$counts"} -- \
		env ROUNDS="${ROUNDS-}" RACE_SECONDS="${RACE_SECONDS-}" ROWS_EVERY="${ROWS_EVERY-}" INJECT_EVERY="${INJECT_EVERY-}" \
		${INJECT_ROUNDS:+INJECT_ROUNDS="$INJECT_ROUNDS"} LEAVE_TO_HOST=/share \
		/src/test/vm/run "${directories[@]}" || rc=$?
	build_run_with "$userland" --ro "$share" /share -- env SOURCE=/src /src/test/vm/validate /share || rc=1
	rm -rf "$share"
	return "$rc"
}

# vm_tests_guard_pci OPTION...: all kinds of memory in one window: attached, locked by firmware, an expander's
vm_tests_guard_pci() {
	vm_tests 'guard guard-pci' --machine pci --expanders 2 --module-args locked=0000:12:00.0 --timeout 1800 "$@"
}

# vm_tests_leaks OPTION...: the kernel counts who has allocated memory with kmalloc(), and has not freed it
vm_tests_leaks() { vm_tests leaks --kernel-args 'slab_debug=U,kmalloc-*' "$@"; }

# planted WAY...: tests that the exerciser finds and shrinks what the lab's provider does wrong
planted() { env SOURCE="$LAB_SRC" "$LAB_SRC/test/exercise/planted.sh" "$@"; }

# walk_tests MINUTES OPTION... -- OPTION...: the walk at random
walk_tests() {
	local minutes=$1 kernel_options
	shift
	kernel_options
	"$LAB_SRC/contrib/lab" walk "${kernel_options[@]}" --budget "$minutes" "$@"
}

# test_every_call: each part takes minutes to an hour, and can be finished separately
test_every_call() {
	local round
	for round in detach attach; do
		INJECT_EVERY=1 INJECT_ROUNDS=$round part "inject: $round in a guest, every call that writes" vm_tests inject --timeout 14400
	done
	for round in $(sed -n 's/^    "\([a-z-]*\)": Round.*/\1/p' "$LAB_SRC/test/inject/rounds.py"); do
		part "inject: $round, every call" build_run "$userland" env INJECT_EVERY=1 INJECT_ROUNDS="$round" SOURCE=/src \
			CXL=/build/dev/cxl/cxl CXL_EXERCISE=/build/dev/exercise/exercise-autoremove FAULT=/build/dev/test/fault \
			/src/test/replay/inject.sh
	done
}

# time_to_bug: run contrib/bench --time-to-bug in one guest of each kind; no test depends on the times
time_to_bug() { env SOURCE="$LAB_SRC" "$LAB_SRC/test/bench/time-to-bug-lab.sh"; }

# fixes: set opt_patch to every candidate fix of drivers/cxl, and the attribute that says which memdevs were attached
fixes() {
	local fix
	opt_patch=()
	for fix in "$LAB_SRC"/contrib/findings/*.cocci; do
		! grep -q '^// Directories: drivers/cxl$' "$fix" || opt_patch+=("$fix")
	done
}

# test_fixed_kernels: tests that pass on the unpatched kernels also pass with every candidate fix
test_fixed_kernels() {
	local opt_patch
	fixes
	part "with the candidate fixes: guest with an accelerator" vm_tests "accelerators attribute detach" --timeout 1800
	part "with the candidate fixes: leaks" vm_tests_leaks --timeout 1800
	part "with the candidate fixes: guard" vm_tests 'guard guard-mock' --timeout 1800
	part "with the candidate fixes: PCI guest" vm_tests "pci attribute" --machine pci --accelerators 2 --expanders 1 --bridges 2 \
		--timeout 1800
	part "with the candidate fixes: guard, PCI guest" vm_tests_guard_pci
	part "with the candidate fixes: races" vm_tests claims-races --timeout 3600
	part "with the candidate fixes, kernel 7.2: PCI guest" vm_tests "accelerators attribute" --kernel 7.2 --machine pci
}

# Other systems in the field: kernels with attach and without cxl_test's accelerator, kernels without attach, an older
# cxl-cli
test_other_lanes() {
	[ "$opt_lanes" = all ] || return 0
	part "guest with expanders, every row" vm_tests expanders --module-args type2_test=0 --timeout 1800
	part "guard, every row" vm_tests 'guard guard-mock' --timeout 1800
	part "guard, PCI guest, every row" vm_tests_guard_pci
	part "exercise, with the thread sanitizer" vm_tests exercise --sanitizer thread --timeout 1800
	ROUNDS=200 part "exercise, each actor 200 times" vm_tests exercise --timeout 7200
	ROUNDS=200 part "exercise, each actor 200 times, kasan" vm_tests exercise --flavor kasan --timeout 7200
	part "lab exercise, on a driver that misbehaves" planted reference warn sleep mapping range inversion use-after-free oops
	part "exercise, PCI guest whose driver misbehaves, kasan" vm_tests exercise-pci --machine pci --flavor kasan --timeout 1800
	RACE_SECONDS=300 part "readers of a host that comes and goes" vm_tests accelerators --timeout 1800
	RACE_SECONDS=300 part "readers of a host that comes and goes, PCI guest" vm_tests accelerators --machine pci --timeout 1800
	part "bench, guest with an accelerator" vm_tests "bench bench-live" --timeout 1800
	part "bench, guest with expanders" vm_tests bench-live --module-args type2_test=0
	part "bench, PCI guest with as many devices as two bridges take" vm_tests bench-live --machine pci \
		--accelerators 0 --expanders 62 --bridges 2 --timeout 1800
	part "bench, time to a bug" time_to_bug
	part "detach, PCI guest" vm_tests detach --machine pci --expanders 1 --timeout 1800
	part "leaks, 20 rounds" vm_tests_leaks --timeout 1800
	part "leaks, PCI guest, 20 rounds" vm_tests_leaks --machine pci --expanders 1 --timeout 1800
	test_every_call
	ROUNDS=100 part "claims, 100 rounds" vm_tests claims --timeout 7200
	ROUNDS=100 part "claims, 100 rounds on PCI" vm_tests "claims claims-pci" --machine pci --timeout 7200
	ROUNDS=64 part "claims, 64 rounds of races" vm_tests claims-races --timeout 3600
	ROUNDS=64 part "claims, 64 rounds of races, kasan" vm_tests claims-races --flavor kasan --timeout 7200
	ROUNDS=100 part "claims, 100 rounds, kasan" vm_tests claims --flavor kasan --timeout 7200
	part "walk, an hour: guest with an accelerator" walk_tests 60
	part "walk, an hour: PCI guest with two bridges" walk_tests 60 --machine pci --accelerators 2 --bridges 2
	part "walk, an hour: PCI guest with four accelerators" walk_tests 60 --machine pci --accelerators 4
	part "kernel 7.2: PCI guest with an accelerator" vm_tests accelerators --kernel 7.2 --machine pci
	part "kernel 7.2: PCI guest with two and an expander" vm_tests pci --kernel 7.2 --machine pci \
		--accelerators 2 --expanders 1 --bridges 2
	part "kernel 6.12: PCI guest with expanders" vm_tests no-attach --kernel 6.12 --machine pci \
		--accelerators 0 --expanders 2
	part "kernel 6.12: guest with expanders" vm_tests no-attach --kernel 6.12 --module-args ''
	part "Debian's own kernel, booted: PCI guest" vm_tests stock --machine pci --flavor stock --timeout 1800
	part "fleet: PCI guest with systemd, Prometheus and Ansible" vm_tests fleet --machine pci --flavor stock --userland fleet \
		--expanders 1 --timeout 3600
	part "kernel with CXL built in: PCI guest" vm_tests stock --machine pci --flavor builtin
	part "arm64: unit and replay tests" foreign_tests arm64 unit replay
	part "s390x (big-endian): unit and replay tests" foreign_tests s390x unit replay
	part "cxl-cli 81: guest with an accelerator" vm_tests accelerators --userland trixie
	part "cxl-cli 81: PCI guest with an accelerator" vm_tests accelerators --userland trixie --machine pci
	part "cxl-cli 81: guard, guest with an accelerator" vm_tests "guard guard-mock" --userland trixie --timeout 1800
	part "cxl-cli 81: guard, PCI guest with two expanders" vm_tests_guard_pci --userland trixie
	part "cxl-cli 81: guest with expanders" vm_tests expanders --module-args type2_test=0 \
		--userland trixie --timeout 1800
	test_fixed_kernels
}

# pictures_tests USERLAND BROWSER: make pages and graphs in one userland, and look at them in the other one, which also
# draws the figures of the benchmarks
pictures_tests() {
	local pictures=$LAB_CACHE/pictures rc=0
	rm -rf "$pictures"
	mkdir -p "$pictures"
	build_run_with "$1" --rw "$pictures" /share -- env SOURCE=/src CXL=/build/dev/cxl/cxl \
		CXL_EXERCISE=/build/dev/exercise/exercise-autoremove PAGES=/build/dev/test/pages \
		/src/test/pictures/make /share || rc=1
	build_run_with "$2" --rw "$pictures" /share -- /src/test/pictures/look /share || rc=1
	build_run "$2" env SOURCE=/src /src/test/bench/record.sh || rc=1
	return "$rc"
}

test_pictures() {
	local tools=$userland
	setup_own_userland pictures "a browser"
	part "pictures: a browser, Graphviz and gnuplot" pictures_tests "$tools" "$userland"
	userland=$tools
}

# fuzz_tests: run all fuzz targets; the full lane runs them longer, with other texts each time
fuzz_tests() {
	if [ "$opt_lanes" = default ]; then
		part "fuzz, 1 min" "$LAB_SRC/contrib/fuzz" --minutes 1 --seed 1
	else
		part "fuzz, 10 min" "$LAB_SRC/contrib/fuzz" --minutes 10
	fi
}

# completion_tests: in a userland that has these shells
completion_tests() {
	local userland=$userland built
	built=$(build_directory "$userland")
	setup_own_userland shells "zsh and fish"
	"$LAB_DIR/in-root" "$userland" --ro "$LAB_SRC" /src --ro "$built" /build -- env SOURCE=/src \
		CXL=/build/dev/cxl/cxl CXL_EXERCISE=/build/dev/exercise/exercise-autoremove /src/test/replay/shells.sh
}

test_without_guest() {
	local older leave_out=(--no-suite once --no-suite processor)
	[ "$opt_lanes" = default ] || leave_out=()
	part "static checks" build_run "$userland" /src/test/static
	# The two other builds run the same tests, but with a sample of damages and listings. In the default lane, tests
	# that have the same result with every libcxl and cxl-cli run with the sanitizers only.
	[ "$opt_lanes" = default ] || part "fast tests" fast_tests "$userland" dev

	build_cxl "$userland" address
	part "fast tests, sanitizers" fast_tests "$userland" address DAMAGE_INSIDE_EVERY=10 LIST_EVERY=3

	older=$userland
	setup_userland trixie
	build "cxl on Debian 13 (libcxl 81)" "$userland" plain
	part "fast tests, Debian 13 (libcxl 81)" fast_tests "$userland" plain DAMAGE_INSIDE_EVERY=10 LIST_EVERY=2 "${leave_out[@]}"
	userland=$older

	part "fleet: apt install, metrics, alerts, units, role, purge" fleet_tests metrics prometheus units ansible
	part "completions of zsh and fish" completion_tests
	fuzz_tests
	lab_scripts fuzz
	[ "$opt_lanes" = default ] || test_pictures
	setup_stock_modules
	part "Debian's own kernel" build_run_with "$userland" --ro "$stock_modules" /mnt -- env SOURCE=/src \
		CXL=/build/dev/cxl/cxl /src/test/stock/providers.sh
}

test_mock_guests() {
	ROWS_EVERY=5 ROUNDS=2 RACE_SECONDS=10 part "guest with an accelerator" vm_tests \
		"accelerators guard guard-mock detach claims exercise" --timeout 2400
	ROUNDS=2 part "leaks: guest with an accelerator" vm_tests_leaks
	ROUNDS=3 part "claims, races" vm_tests claims-races --timeout 1800
	ROWS_EVERY=5 part "guest with expanders" vm_tests expanders --module-args type2_test=0 --timeout 1800
	INJECT_EVERY=127 part "inject: a guest with an accelerator" vm_tests inject --timeout 1800
	part "guest without CXL" vm_tests no-cxl --no-modules
	part "walk: guest with an accelerator" walk_tests 5 -- --seed 1 --sequences 12
}

test_pci_guests() {
	ROUNDS=2 RACE_SECONDS=10 part "PCI guest with an accelerator" vm_tests "accelerators claims claims-pci providers" \
		--machine pci --timeout 1800
	part "PCI guest with two and an expander" vm_tests pci --machine pci --accelerators 2 \
		--expanders 1 --bridges 2 --timeout 1800
	part "PCI guest with four accelerators" vm_tests pci-four --machine pci --accelerators 4
	part "PCI guest whose accelerator is unplugged" vm_tests pci-hotplug --machine pci
	part "PCI guest that firmware set nothing up in" vm_tests pci-uncommitted --machine pci --no-modules
	part "PCI guest with an expander beside" vm_tests detach-pci --machine pci --expanders 1 --timeout 1800
	part "a region deleted under its driver" vm_tests guard-delete --machine pci --expanders 1
	part "exercise, PCI guest whose driver misbehaves" vm_tests exercise-pci --machine pci
	# Not on the lockdep kernel: it reports the locks of pciehp (Documentation/kernel-behavior.md)
	part "exercise, PCI guest with what is beside the memdev" vm_tests exercise-field --machine pci \
		--accelerators 2 --expanders 1 --bridges 2 --slots keep --flavor plain --timeout 1800
}

test_more_pci_guests() {
	part "tutorial: PCI guest with two accelerators" vm_tests tutorial --machine pci --accelerators 2
	part "walk: PCI guest with two bridges" walk_tests 5 --machine pci --accelerators 2 --bridges 2 \
		-- --seed 1 --sequences 5
	part "walk: PCI guest with four accelerators" walk_tests 5 --machine pci --accelerators 4 \
		-- --seed 1 --sequences 3
	ROWS_EVERY=10 part "guard, PCI guest with two expanders beside" vm_tests_guard_pci
}

# lab_scripts NAME...: run these tests of the lab itself
lab_scripts() {
	local name
	for name; do part "lab: $name" env SOURCE="$LAB_SRC" "$LAB_SRC/test/lab/$name.sh"; done
}

# test_lab_without_guest: tests of a build, of a release, and of its packages
test_lab_without_guest() {
	lab_scripts build release bench
	if [ "$opt_lanes" = default ]; then
		part "lab: package, short" env SOURCE="$LAB_SRC" "$LAB_SRC/test/lab/package.sh" short
	else
		lab_scripts package
	fi
}

# Tests of the lab that boot guests also test time limits: they come last, and only beside one another. The default lane
# has the tests whose subject every other test needs: the results of a guest, and the demo.
test_lab_demo() {
	local machine
	for machine in mock pci; do
		part "lab: demo, $machine" env SOURCE="$LAB_SRC" "$LAB_SRC/test/lab/demo.sh" "$machine"
	done
}
test_lab_run() { lab_scripts run; }
test_lab_more() {
	local script
	[ "$opt_lanes" = all ] || return 0
	for script in "$LAB_SRC"/test/lab/*.sh; do
		script=$(basename "$script" .sh)
		[[ $script == @(bench|build|demo|fuzz|package|release|run|shards) ]] || lab_scripts "$script"
	done
	test_shards
}

# test_shards: tests that need GNU parallel, and the tools of the engines that have job files
test_shards() {
	local tools=$userland
	setup_own_userland jobs "what starts jobs and checks them"
	part "job files" "$LAB_DIR/in-root" "$userland" --ro "$LAB_SRC" /src -- env SOURCE=/src /src/test/jobs/jobs.sh
	part "lab: shards" env SOURCE="$LAB_SRC" GNU_PARALLEL="$userland/usr/bin/parallel" "$LAB_SRC/test/lab/shards.sh"
	userland=$tools
}

tests=(test_without_guest test_pci_guests test_more_pci_guests test_other_lanes test_lab_without_guest test_mock_guests)
tests_last=(test_lab_demo test_lab_run test_lab_more)

# from_both_ends FUNCTION...: run them from the first and at the same time from the last. Each of the two takes the parts
# that the other one has not taken, until they meet: neither waits for the other.
from_both_ends() {
	steps=("$@")
	lanes from_start from_end
}
from_start() {
	local step
	for step in "${steps[@]}"; do "$step"; done
}
from_end() {
	local step
	for ((step = ${#steps[@]} - 1; step >= 0; step--)); do "${steps[step]}"; done
}

# lanes FUNCTION...: run these at the same time, each in its own process group. All of these groups end with this shell,
# even if it is killed. A lane that ends before its parts have run, as when a build fails, is also a failure.
lanes() {
	local lane watch
	set -m
	for lane; do
		("$lane") &
		lane_groups+=($!)
	done
	(tail --pid=$$ -f /dev/null; kill -- "${lane_groups[@]/#/-}" 2>/dev/null) &
	watch=$!
	set +m
	for lane in "${lane_groups[@]}"; do
		wait "$lane" || echo "0 1 0 0" >>"$tally"
	done
	lane_groups=()
	kill -- "-$watch"
	wait "$watch" 2>/dev/null || :
}
lane_groups=()
leave_lanes() {
	[ ${#lane_groups[@]} -eq 0 ] || kill -- "${lane_groups[@]/#/-}"
	rm -rf "$tally" "$tally.parts" "$taken"
	cache_leave
}

test_all() {
	local parts passed failed skipped before all=("${tests[@]}" "${tests_last[@]}")
	trap leave_lanes EXIT
	[ "$opt_lanes" = default ] || passed_plan "${all[@]}"
	from_both_ends "${tests[@]}"
	from_both_ends "${tests_last[@]}"
	read -r parts passed failed skipped before < <(awk '{p += $1; f += $2; s += $3; b += $4}
		END {print NR, p + 0, f + 0, s + 0, b + 0}' "$tally")
	echo
	if [ "$before" -gt 0 ] && [ "$(tree_now "$LAB_SRC")" != "$tree" ]; then
		echo "not ok - the tree has changed since this began: what had passed before, has passed with another"
		failed=$((failed + 1))
	fi
	[ "$opt_lanes" = default ] || passed_summary "${all[@]}"
	echo "$parts part$([ "$parts" -eq 1 ] || echo s) in $(((SECONDS + 30) / 60)) min$([ "$before" -eq 0 ] || echo ", $before of which had passed before")"
	echo "$passed passed, $failed failed, $skipped skipped"
	[ "$failed" -eq 0 ]
}
