# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Before and after a patch: run the reproducers of known findings (contrib/findings) on two kernels, in one guest of
# each in turn, until there is a statement. Then run the exerciser on each kernel. Without --patch, each finding is
# compared with its own candidate fix. All results are in one directory:
#
#   NAME.rates, NAME.kernels     how often the finding has shown on either kernel, and which kernels those are
#   NAME-before-N, NAME-after-N  what the reproducer printed in a guest, and its console
#   signatures.before, .after    what the exerciser has found
#   compare.json                 all of it
#
# A reproducer says in comments:
#
#   # Guest: OPTION...           options of contrib/lab run
#   # Beside: NAME...            candidate fixes that both kernels have; without them another finding shows first
#   # Crash: REGULAR-EXPRESSION  the finding has shown if a guest crashed with this on its console
#
# A reproducer prints a line for each of its trials: "shown" or "not shown".

readonly FINDINGS=$LAB_SRC/contrib/findings

# After how many guests of each kernel the rates are looked at, besides at the end. Each look is a chance to be
# wrong: the intervals of compare-rates allow for that many looks.
readonly COMPARE_LOOKS=(1 3 10 15)

# compare_words NAME WORD: print what the comment WORD of a reproducer says
compare_words() { sed -n "s/^# $2: //p" "$FINDINGS/$1.sh"; }

# compare_kernel PATCH...: set up the kernel with these patches, and its modules
compare_kernel() {
	opt_patch=("$@")
	setup_kernel "$opt_kernel" "$opt_flavor"
	kernel_use
	setup_machine
}

# compare_guest NAME SIDE NUMBER: run the reproducer in one guest; adds to shown, trials and others
compare_guest() {
	local log=$results/$1-$2-$3 crash seen
	guest_boot env SOURCE=/src bash "/src/contrib/findings/$1.sh" >"$log" 2>"$log.err" || :
	cp "$boot/console.log" "$log.console"
	crash=$(compare_words "$1" Crash)
	seen=$(grep -cx shown "$log" || :)
	shown=$((shown + seen)) trials=$((trials + seen + $(grep -cx 'not shown' "$log" || :)))
	case $status in
	0) ;;
	"$E_CRASH" | "$E_LIMIT")
		if [ -n "$crash" ] && grep -qE "$crash" "$log.console"; then
			shown=$((shown + 1)) trials=$((trials + 1))
		else
			others=$((others + 1))
		fi ;;
	*) die "the reproducer of $1 ended with status $status: $log.err" ;;
	esac
}

# compare_finding NAME: run it on both kernels in turn, until there is a statement or --guests is reached
compare_finding() {
	local name=$1 number verdict side before=() after=() options parsed=() beside
	local -A total=([before]='0 0 0' [after]='0 0 0') kernels=()
	for beside in $(compare_words "$name" Beside); do before+=("$FINDINGS/$beside.cocci"); done
	after=("${before[@]}" "${patches[@]}")
	# The patches are sorted, so that two findings can share a kernel.
	[ ${#patches[@]} -gt 0 ] || mapfile -t after < <(printf '%s\n' "${before[@]}" "$FINDINGS/$name.cocci" | sort)
	eval "parsed=($(compare_words "$name" Guest))"
	options=("${parsed[@]}")
	for ((number = 1; number <= opt_guests; number++)); do
		for side in before after; do
			local shown trials others opt_machine opt_flavor opt_kernel_args opt_timeout opt_module_args
			compare_options "${options[@]}"
			if [ "$side" = before ]; then compare_kernel "${before[@]}"; else compare_kernel "${after[@]}"; fi
			kernels[$side]=$(cat "$kernel/release")
			read -r shown trials others <<<"${total[$side]}"
			compare_guest "$name" "$side" "$number"
			total[$side]="$shown $trials $others"
		done
		echo "${total[before]} ${total[after]}" >"$results/$name.rates"
		printf '%s\n' "${kernels[before]}" "${kernels[after]}" >"$results/$name.kernels"
		[[ " ${COMPARE_LOOKS[*]} $opt_guests " == *" $number "* ]] || continue
		# shellcheck disable=SC2086 # two numbers each
		verdict=$(exercise_tool /src/contrib/lab.d/compare-rates verdict ${total[before]% *} ${total[after]% *})
		say "compare: $name: ${total[before]% *} before, ${total[after]% *} after (shown, trials), in $number guests each: $verdict"
		case $verdict in
		gone | new | more | less) break ;;
		esac
	done
}

# compare_options OPTION...: set the options that a reproducer asks for, besides the flavor of the command line
compare_options() {
	opt_machine=mock opt_kernel_args='' opt_timeout=300 opt_flavor=$flavor opt_module_args=''
	while [ $# -gt 0 ]; do
		case $1 in
		--machine) opt_machine=$2 ;;
		--kernel-args) opt_kernel_args=$2 ;;
		--timeout) opt_timeout=$2 ;;
		*) die "a reproducer cannot ask for $1" ;;
		esac
		shift 2
	done
	[ "$opt_machine" = pci ] || opt_module_args=type2_test=1
}

# compare_exercised SIDE PATCH...: run the exerciser on that kernel for half of the time
compare_exercised() {
	local side=$1 opt_machine opt_kernel_args opt_timeout opt_module_args
	shift
	compare_options --kernel-args slab_debug=FZP
	compare_kernel "$@"
	exercise_target
	: >"$results/findings"
	exercise_until $((opt_budget * 30)) '' "exercise-$side" --trials "$opt_trials"
	cut -f 2 "$results/findings" | sort -u >"$results/signatures.$side"
	rm "$results/findings"
}

# compare_names NAME...: print these names, or the names of all findings that can be compared, one a line
compare_names() {
	local name
	for name; do
		[ -e "$FINDINGS/$name.sh" ] || wrong_usage "no such finding: $name; there are $(compare_names | paste -sd' ')"
		echo "$name"
	done
	[ $# -gt 0 ] || (cd "$FINDINGS" && printf '%s\n' *.sh | sed 's/\.sh$//')
}

compare() {
	local patches=("${opt_patch[@]}") results name names flavor=$opt_flavor
	names=$(compare_names "${args[@]}")
	opt_patch=()
	setup
	results=${opt_share:-$LAB_CACHE/compare/$(date +%Y%m%d-%H%M%S)}
	opt_share=$results
	mkdir -p "$results"
	say "compare: the results are in $results"
	for name in $names; do compare_finding "$name"; done
	if [ ${#patches[@]} -gt 0 ] && [ "$opt_budget" -gt 0 ]; then
		compare_exercised before
		compare_exercised after "${patches[@]}"
	fi
	exercise_tool /src/contrib/lab.d/compare-rates report /share
}
