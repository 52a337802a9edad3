# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The walk at random (test/walk) on this lab's kernel. It runs guest after guest, because a crashed kernel, or a machine
# that cannot be restored, needs a fresh guest. It prints TAP, and keeps these files in one directory:
#
#   log-N              the output of the walk in guest number N
#   console-N          the console of that guest, if it did not end well
#   json-N/            the output of all commands, which is validated at the end

# Kernel functions in the reports that Documentation/findings describes
walk_documented='devm_cxl_add_endpoint|cxl_add_ep|__mock_cxl_decoders_setup'

# walk_arguments ARGUMENT...: the arguments of the walk; $seed is their seed or a fresh one, and $options has all
# arguments that each guest gets unchanged
walk_arguments() {
	seed=$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')
	first=0 beyond=1000000000000 options=()
	while [ $# -gt 0 ]; do
		case $1 in
		--seed | --first | --sequences)
			[[ ${2-} =~ ^[0-9]+$ ]] || wrong_usage "walk: $1 needs a number" ;;
		esac
		case $1 in
		--seed) seed=$2; shift ;;
		--first) first=$2; shift ;;
		--sequences) beyond=$2; shift ;;
		*) options+=("$1") ;;
		esac
		shift
	done
	[ "$beyond" = 1000000000000 ] || beyond=$((first + beyond))
}

# walk_guest NUMBER SECONDS: run one guest; print its output without the numbers of sequences
walk_guest() {
	mkdir -p "$results/json-$1"
	opt_timeout=$(($2 + 900))
	guest_boot /share/walk --results "/share/json-$1" "${options[@]}" --seed "$seed" --first "$first" \
		--sequences $((beyond - first)) --seconds "$2" \
		> >(tee "$results/log-$1" | grep --line-buffered -v '^# sequence')
	status=$(cat "$boot/guest/status" 2>/dev/null || echo none)
}

# walk_crashed NUMBER: a guest did not end by itself; a documented bug of the kernel is counted separately
walk_crashed() {
	cp "$boot/console.log" "$results/console-$1"
	if grep -qE "$walk_documented" "$results/console-$1" && "$LAB_DIR/splats" <"$results/console-$1" >/dev/null; then
		echo "# documented behavior of the kernel: it crashed in sequence $last of seed $seed ($results/console-$1)"
		return
	fi
	echo "not ok - walk: the guest ended with '$status' in sequence $last of seed $seed ($results/console-$1)"
	walk_failed=1
}

# walk_validate: every output is valid by its published schema
walk_validate() {
	local command
	for command in detach-memdev attach-memdev list-attach; do
		# shellcheck disable=SC2016 # expanded inside
		if "$LAB_DIR/in-root" "$userland" --ro "$LAB_SRC" /src --ro "$results" /share -- sh -c 'find /share/json-* \
			-name "$1-*.json" -print0 | xargs -0r /src/test/validate "/src/Documentation/schema/$1.schema.json"' sh $command; then
			echo "ok - walk: $(find "$results"/json-* -name "$command-*.json" | wc -l) outputs of $command are valid"
		else
			echo "not ok - walk: an output of $command is not valid"
			walk_failed=1
		fi
	done
}

# walk_summary: print the counts of all guests
walk_summary() {
	sed -n 's/.* - walk: seed .*: \([0-9]*\) sequences, \([0-9]*\) moves$/\1 \2/p' "$results"/log-* |
		awk '{s += $1; m += $2} END {print "# walk: " s + 0 " sequences, " m + 0 " moves in all"}'
}

# walk OPTION...: the options of test/walk
walk() {
	local results=$opt_share seed first beyond options last number=0 deadline walk_failed=0
	deadline=$((SECONDS + opt_budget * 60))
	walk_arguments "$@"
	: "${results:=$(mktemp -d "$LAB_CACHE/boots/walk-XXXXXX")}"
	opt_share=$results
	cp "$(build_directory "$guest_root")/$(build_name "$opt_sanitizer")/test/walk" "$results/walk"
	echo "# walk: seed $seed, results in $results"
	while [ $((deadline - SECONDS)) -gt 0 ] && [ "$first" -lt "$beyond" ]; do
		walk_guest $((number += 1)) $((deadline - SECONDS))
		last=$(sed -n 's/^# sequence //p' "$results/log-$number" | tail -n 1)
		[[ $status =~ ^[0-9]+$ ]] || walk_crashed "$number"
		! grep -q '^not ok' "$results/log-$number" || walk_failed=1
		[ -n "$last" ] || { echo "not ok - walk: nothing was walked"; walk_failed=1; break; }
		first=$((last + 1))
	done
	walk_validate
	walk_summary
	return "$walk_failed"
}
