# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Exercising this lab's kernel with cxl exercise-autoremove: guest after guest, since they crash. Then, for each
# finding, the least that still shows it, as a script, and how often that does. All in one folder:
#
#   config                       the kernel's configuration
#   journal, report.json         what was tried in which order, and what came of it
#   findings                     one on each line: the journal in which it was seen first, and its signature
#   matrix.svg                   which two actors met how often, and where something was found
#   summary                      what is printed at the end
#   finding-N/report             the finding, with kernel and schedule: to be sent with the script
#   finding-N/reproducer.sh      needs nothing of this project
#   finding-N/script-...         each script that was tried, and the consoles of guests in which it showed
#   finding-N/attempts, ...      how the least was found, and the consoles of guests that died

# What may be exercised there: on the PCI machine that has to be said.
exercise_target() {
	target=()
	[ "$opt_machine" = mock ] || target=(--real-hardware -b ACPI.CXL mem0)
}

# exercise_tool COMMAND...: a program of the userland, or our cxl, with the results as /share
exercise_tool() {
	"$LAB_DIR/in-root" "$userland" --ro "$installed" /usr/local --rw "$results" /share \
		--ro "$LAB_SRC" /src -- "$@"
}

# exercise_guest LIMIT JOURNAL OPTION...: one guest that exercises; what it said when it died is in the journal, too
exercise_guest() {
	local journal=$2
	opt_timeout=$1
	guest_boot cxl exercise-autoremove "${target[@]}" --journal "/share/$journal" "${@:3}" >/dev/null \
		2> >(grep -vE 'trials, |the journal is' >&2)
	[ "$status" -eq "$E_CRASH" ] || [ "$status" -eq "$E_LIMIT" ] || return 0
	cp "$boot/console.log" "$results/$journal.console.log"
	exercise_tool cxl exercise-autoremove --journal "/share/$journal" \
		--crashed "/share/$journal.console.log" >/dev/null || :
}

# shellcheck disable=SC2016 # for sh and jq to expand
# exercise_report FILTER JOURNAL: what jq makes of the journal's report
exercise_report() {
	exercise_tool sh -c 'cxl exercise-autoremove --report "/share/$1" | jq -r "$2"' - "$2" "$1"
}

# exercise_collect JOURNAL: what was seen in it, and in none before
exercise_collect() {
	local signature
	while read -r signature; do
		cut -f 2 "$results/findings" | grep -qxF -- "$signature" ||
			printf '%s\t%s\n' "$1" "$signature" >>"$results/findings"
	done < <(exercise_report '.findings[].signature' "$1")
}

# exercise_until SECONDS SIGNATURE JOURNAL OPTION...: guest after guest, until the options are done or the time is
# over; or, if there is a signature, until that has been seen
exercise_until() {
	local left deadline=$((SECONDS + $1)) signature=$2 journal=$3 ended=''
	while left=$((deadline - SECONDS)); [ "$left" -gt 30 ] && [ "$ended" != complete ]; do
		exercise_guest $((left + 180)) "$journal" --continue --duration "$left" "${@:4}"
		ended=$(exercise_report .ended "$journal")
		say "exercise: $(exercise_report '"\(.trials) trials, \(.findings | length) kinds of findings; the guest: \(.ended)"' "$journal")"
		[ "$status" -eq 0 ] || [ "$status" -eq 4 ] || [ "$status" -ge "$E_CRASH" ] ||
			die "exercise-autoremove ended with status $status"
		exercise_collect "$journal"
		[ -z "$signature" ] || ! exercise_report '.findings[].signature' "$journal" | grep -qxF -- "$signature" || return 0
	done
}

# shellcheck disable=SC2016 # for jq to expand
# exercise_shrink N JOURNAL SIGNATURE: the options that show what was seen in the journal with the least, in $least
exercise_shrink() {
	local answer next journal=$2 options number=0
	while answer=$(exercise_tool cxl exercise-autoremove --shrink "/share/finding-$1/attempts" --signature "$3" \
		--journal "/share/$journal"); do
		least=$(exercise_tool jq -rn --argjson answer "$answer" '$answer.least')
		next=$(exercise_tool jq -rn --argjson answer "$answer" '$answer.next // empty')
		[ -n "$next" ] || return 0
		journal=finding-$1/journal-$((number += 1))
		say "finding $1: does it show with $next?"
		read -ra options <<<"$next"
		exercise_until 600 "$3" "$journal" "${options[@]}"
	done
	return 1
}

# exercise_visible SIGNATURE: can a script show it, or does it take somebody who compares all with how it was?
exercise_visible() {
	case $1 in
	"quiet nothing-left" | "leak of a memdev") ;;
	"quiet "* | "check "* | "restore "* | "leak "* | exposure | "taint "* | "died "* | "stuck "*) return 1 ;;
	esac
}

# shellcheck disable=SC2016 # for sh and jq to expand
# exercise_showed PLACE SIGNATURE: is it in PLACE/console.log?
exercise_showed() {
	local log=$results/$1/console.log
	case $2 in
	"quiet nothing-left") grep -q 'left behind: ' "$log" ;;
	"leak of a memdev") grep -qE 'taken: mem[0-9]+, now it is mem' "$log" ;;
	*)
		rm -f "$results/$1/judged"
		exercise_tool sh -c 'cxl exercise-autoremove --journal "/share/$1/judged" --crashed "/share/$1/console.log" >/dev/null
			jq -e --arg signature "$2" "any(.findings[]; .signature == \$signature)" "/share/$1/judged"' \
			- "$1" "$2" >/dev/null ;;
	esac
}

# exercise_try PLACE SIGNATURE: how often of --tries fresh guests does PLACE's script show it within a minute, in $hits; and
# in how many does the kernel die of this or something else, in $deaths; of three at most, where none of these shows it
exercise_try() {
	local opt_kernel_args="$opt_kernel_args oops=panic panic_on_warn=1" # it has shown all it can then
	hits=0 deaths=0
	for ((tries = 1; tries <= (hits || opt_tries < 3 ? opt_tries : 3); tries++)); do
		opt_timeout=60
		guest_boot bash "/share/$1/reproducer.sh" >/dev/null 2>&1 || :
		[ "$status" -ne "$E_CRASH" ] || deaths=$((deaths + 1))
		cp "$boot/console.log" "$results/$1/console.log"
		! exercise_showed "$1" "$2" || {
			hits=$((hits + 1))
			mv "$results/$1/console.log" "$results/$1/console-$tries.log"
		}
		say "$1: the script has shown it in $hits of $tries guests, and $deaths have crashed"
	done
	tries=$((tries - 1))
	rm -f "$results/$1/console.log" "$results/$1/judged"
}

# shellcheck disable=SC2016 # for jq to expand
# exercise_candidates SIGNATURE: with what options a script could show it, on a line each: what was found to be the
# least; the same in another way, since a shell cannot time itself as well as a program can; and what else it was seen in
exercise_candidates() {
	local way
	echo "$least"
	[[ $least != --via=* ]] && exercise_visible "$1" || return 0
	for way in turns halves one-cpu; do
		[[ "$least " == *"--interleaving=$way "* ]] || echo "$(sed 's/ --interleaving=[^ ]*//' <<<"$least") --interleaving=$way"
	done
	exercise_tool jq -r --arg signature "$1" --arg least "${least%% *}" '.findings[] |
		select(.signature == $signature) | (.interleavings | keys[]) as $way | .cases | keys[] |
		select(contains(",")) | "--race=\(.)" | select(. != $least) | "\(.) --interleaving=\($way)"' /share/report.json
}

# exercise_script N SIGNATURE: one that shows it in half of all guests, or as often as can be had
exercise_script() {
	local options place folder=finding-$1 number=0 candidates
	local best=$least best_hits=-1 best_tries='' best_deaths=0 best_place=''
	mapfile -t candidates < <(exercise_candidates "$2")
	for options in "${candidates[@]}"; do
		place=$folder/script-$((number += 1))
		mkdir -p "$results/$place"
		say "finding $1: a script of $options"
		opt_timeout=300
		# The fewest iterations were enough once. The script goes on for as long as one lets it.
		# shellcheck disable=SC2086 # several options
		guest_boot cxl exercise-autoremove "${target[@]}" --script $options --iterations 10000 \
			>"$results/$place/reproducer.sh"
		exercise_visible "$2" || {
			say "finding $1: whether it shows, only cxl exercise-autoremove can tell"
			best_place=$place best_hits=''
			break
		}
		exercise_try "$place" "$2"
		[ "$hits" -le "$best_hits" ] ||
			best=$options best_hits=$hits best_tries=$tries best_deaths=$deaths best_place=$place
		[ $((hits * 2)) -lt "$opt_tries" ] || break
	done
	cp "$results/$best_place/reproducer.sh" "$results/$folder/reproducer.sh"
	least=$best hits=$best_hits tries=$best_tries deaths=$best_deaths
}

# shellcheck disable=SC2016 # for sh and jq to expand
# exercise_write N JOURNAL SIGNATURE: what one sends along
exercise_write() {
	{
		echo "$3"
		echo
		echo "Kernel: $(exercise_report .kernel journal), flavour $opt_flavor, configured as in config beside this folder${opt_kernel_args:+, with $opt_kernel_args}"
		echo "Shown by: cxl exercise-autoremove $least"
		echo "${hits:+Its script has shown it in $hits of $tries fresh guests, within a minute each; $deaths of them crashed.}"
		echo
		exercise_report '.findings[] | "\(.signature)\n\nSeen \(.count) times, in \(.cases | keys | join(" and "))\n\n\(.detail)\u001e"' "$2" |
			awk -v RS='\036\n' -v signature="$3" 'index($0, signature "\n") == 1'
	} >"$results/finding-$1/report"
}

# exercise_finding N: that line of the findings; what an earlier run has shrunk is not shrunk again
exercise_finding() {
	local journal signature least='' hits='' tries='' deaths=0
	IFS=$'\t' read -r journal signature < <(sed -n "$1p" "$results/findings")
	local folder=$results/finding-$1
	[ ! -s "$folder/least" ] || least=$(<"$folder/least")
	[ -n "$least" ] || rm -rf "$folder"
	mkdir -p "$folder"
	if [ -n "$least" ] || exercise_shrink "$1" "$journal" "$signature"; then
		echo "$least" >"$folder/least"
		exercise_script "$1" "$signature"
	else
		say "finding $1 cannot be shrunk: $signature"
	fi
	exercise_write "$1" "$journal" "$signature"
	printf '%-50s %5s of %2s  %s\n' "$least" "${hits:--}" "${tries:--}" "$signature" >"$folder/line"
}

# exercise_next: the number of a finding that has not been looked at: those first that the kernel complains of
exercise_next() {
	local number signature others=''
	while IFS=$'\t' read -r number _ signature; do
		[ ! -e "$results/finding-$number/report" ] || continue
		exercise_visible "$signature" && [[ $signature != @("quiet "*|"leak "*) ]] && { echo "$number"; return 0; }
		others+=" $number"
	done < <(nl -ba -w 1 "$results/findings")
	# shellcheck disable=SC2086 # several words
	set -- $others
	echo "${1-}"
}

exercise() {
	local number results
	results=${opt_share:-$LAB_CACHE/exercise/$(date +%Y%m%d-%H%M%S)}
	opt_share=$results
	mkdir -p "$results"
	touch "$results/findings"
	cp "$kernel/config" "$results/config"
	exercise_target
	# What uses memory that has been given back is to find something else there, so that it shows.
	[ -n "$opt_kernel_args" ] || [ "$opt_flavor" = kasan ] || opt_kernel_args=slab_debug=FZP
	say "exercise: the results are in $results"
	# Until every contest was visited as often as it should be, or the time is over
	exercise_until $((opt_budget * 60)) '' journal --iterations "$opt_iterations" "${args[@]}"
	exercise_tool cxl exercise-autoremove --report /share/journal >"$results/report.json" || :
	while number=$(exercise_next); [ -n "$number" ]; do
		exercise_finding "$number"
	done
	{
		exercise_tool /src/contrib/lab.d/exercise-matrix /share/report.json /share/matrix.svg
		[ ! -s "$results/findings" ] || { echo; echo 'The least that shows each, and how often its script does:'; cat "$results"/finding-*/line; }
	} | tee "$results/summary"
	[ ! -s "$results/findings" ] || exit 4
}
