# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Merges the results of the shards of a schedule, which contrib/lab exercise --shard has made, perhaps on several
# machines, into one directory. That directory has the results that one run has (exercise.sh), and:
#
#   shard-I                      the results of shard I, copied
#
# Two findings with the same signature are the same finding. Of several scripts, the one that has shown the finding
# most often counts, in the guests of all shards that have the same script.

# exercise_merge_refuse WHY: remove everything that was made, and end
exercise_merge_refuse() {
	rm -rf "${results:?}"/*
	[ -n "$opt_share" ] || rmdir "$results"
	die "cannot merge: $*"
}

# exercise_merge_logs DIRECTORY...: copy each log to shard-I/log, and merge them into log and report.json
exercise_merge_logs() {
	local directory other shard logs=() rc=0
	for directory; do
		[ -s "$directory/log" ] && [ -s "$directory/settings" ] ||
			exercise_merge_refuse "$directory has no results of contrib/lab exercise"
		other=$(exercise_other_settings "$directory/settings" "$1/settings")
		[ -z "$other" ] || exercise_merge_refuse "$directory and $1 were made in different ways: $other"
		shard=$(sed -n '/"record":"start"/{s/.*"shard":\([0-9]*\),.*/\1/p;q}' "$directory/log")
		[ -n "$shard" ] || exercise_merge_refuse "$directory has the results of a whole run, or of several, not of a shard"
		[ ! -e "$results/shard-$shard" ] || exercise_merge_refuse "$directory and another directory are both of shard $shard"
		mkdir "$results/shard-$shard"
		cp "$directory/log" "$results/shard-$shard"
		say "shard $shard: $directory"
		directories[shard]=$directory
		logs+=(--merge "/share/shard-$shard/log")
	done
	exercise_tool cxl exercise-autoremove "${logs[@]}" --log /share/log >"$results/report.json" || rc=$?
	[ "$rc" -eq 0 ] || [ -s "$results/report.json" ] || exercise_merge_refuse "the logs do not belong together"
	return "$rc"
}

# exercise_merge_rates SIGNATURE: print the best of its scripts: hits, guests, deaths, a directory with it, its options
exercise_merge_rates() {
	local directory number
	for directory in "$results"/shard-*/finding-*; do
		[ -s "$directory/rate" ] || continue
		number=${directory##*-}
		[ "$(sed -n "${number}p" "${directory%/*}/findings" | cut -f 2)" = "$1" ] || continue
		echo "$directory $(<"$directory/rate")"
	done | awk '{
			directory = $1; hits = $2; guests = $3; deaths = $4
			sub(/^[^ ]+ [^ ]+ [^ ]+ [^ ]+ /, "")
			if (!($0 in place)) place[$0] = directory
			if (hits != "-") { known[$0] = 1; sum[$0] += hits; all[$0] += guests; died[$0] += deaths }
		}
		END {
			best = -2
			for (options in place) {
				rate = options in known ? sum[options] / all[options] : -1
				if (rate > best || rate == best && options < chosen) { best = rate; chosen = options }
			}
			if (best == -1) print "-", "-", 0, place[chosen], chosen
			else if (best >= 0) print sum[chosen], all[chosen], died[chosen], place[chosen], chosen
		}'
}

# exercise_merge_finding N: write line N of the findings, if a shard has worked on that finding
exercise_merge_finding() {
	local log signature hits guests deaths from least
	IFS=$'\t' read -r log signature < <(sed -n "$1p" "$results/findings")
	read -r hits guests deaths from least < <(exercise_merge_rates "$signature") || return 0
	mkdir "$results/finding-$1"
	[ ! -e "$from/reproducer.sh" ] || cp "$from/reproducer.sh" "$results/finding-$1"
	echo "$hits $guests $deaths $least" >"$results/finding-$1/rate"
	echo "$least" >"$results/finding-$1/least"
	hits=${hits#-} guests=${guests#-}
	exercise_write "$1" "$log" "$signature"
}

# exercise_merge_findings: the findings in the logs of all shards, including those that only the shrinking has met
exercise_merge_findings() {
	local shard log number left=0
	exercise_collect log
	for shard in "${!directories[@]}"; do
		for log in $(cut -f 1 "$results/shard-$shard/findings" | sort -u); do
			exercise_collect "shard-$shard/$log"
		done
	done
	for ((number = 1; number <= $(wc -l <"$results/findings"); number++)); do
		exercise_merge_finding "$number"
		[ -e "$results/finding-$number/report" ] || left=$((left + 1))
	done
	[ "$left" -eq 0 ] || say "exercise: $left of the findings have no script yet: contrib/lab exercise --share $results --budget 0"
}

# exercise_merge DIRECTORY...: merge the results in these directories
exercise_merge() {
	local results directories=() shard rc=0
	setup_tools
	setup_guest_root
	setup_build "$opt_sanitizer"
	results=${opt_share:-$LAB_CACHE/exercise/$(date +%Y%m%d-%H%M%S)-merged}
	mkdir -p "$results"
	[ -z "$(ls -A "$results")" ] || die "$results has something in it already: merge into a new directory"
	exercise_merge_logs "$@" || rc=$?
	say "exercise: the results are in $results"
	for shard in "${!directories[@]}"; do cp -r "${directories[shard]}/." "$results/shard-$shard"; done
	cp "$results/shard-$shard"/{settings,config} "$results"
	touch "$results/findings"
	opt_flavor=$(sed -n 's/^flavor\t//p' "$results/settings")
	opt_kernel_args=$(sed -n 's/^kernel_args\t//p' "$results/settings")
	exercise_merge_findings
	exercise_summarize
	exercise_tool jq -r 'select(.ended != "complete") | "lab: not complete: \(.why)"' /share/report.json >&2
	exit "$rc"
}
