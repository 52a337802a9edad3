# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Exercises this lab's kernel with cxl exercise-autoremove, in guest after guest, because guests crash. For each
# finding it then looks for the least that still shows it, writes that as a script, and measures how often the
# script shows the finding. All results are in one directory:
#
#   config                       the kernel's configuration
#   settings                     the machine, the kernel and the program, each line a name and a value
#   log, report.json             which trials were made in which order, and their results
#   findings                     a line for each finding: the log in which it was seen first, and its signature
#   matrix.svg                   how often two actors met, and where something was found
#   report.html                  the matrix and the findings, as a page for a browser
#   summary                      the text that is printed at the end
#   finding-N/report             the finding, with kernel and schedule: to be sent with the script
#   finding-N/reproducer.sh      needs nothing of this project
#   finding-N/rate               of its script: hits, guests, deaths, and the options that it was made of
#   finding-N/script-...         each script that was run, and the consoles of guests in which it showed the finding
#   finding-N/candidates, ...    how the least was found, and the consoles of guests that died

# exercise_target: set $target to the memdev to exercise; on the PCI machine it has to be named
exercise_target() {
	target=()
	[ "$opt_machine" = mock ] || target=(--real-hardware -b ACPI.CXL mem0)
}

# exercise_settings: print what the results depend on, besides what the log says
exercise_settings() {
	local name
	printf 'kernel\t%s\n' "${kernel##*/}"
	printf 'program\t%s\n' "$(cd "$LAB_SRC" && find attach cxl exercise util -name '*.[ch]' -print0 | LC_ALL=C sort -z |
		xargs -0 cat | sha256sum | cut -c1-12)"
	for name in machine accelerators expanders bridges slots flavor sanitizer userland modules module_args kernel_args; do
		local -n value=opt_$name
		printf '%s\t%s\n' "$name" "$value"
	done
}

# exercise_other_settings FILE FILE: print the first setting that differs, if there is one
exercise_other_settings() {
	local name value other
	while IFS=$'\t' read -r name value <&3 && IFS=$'\t' read -r _ other <&4; do
		[ "$value" = "$other" ] || { echo "$name is '$value' in the one, and '$other' in the other"; return; }
	done 3<"$1" 4<"$2"
}

# exercise_begin: make the directory for the results, in $results. If it has results already, they are continued, if
# they were made with the same settings.
exercise_begin() {
	local other
	results=${opt_share:-$LAB_CACHE/exercise/$(date +%Y%m%d-%H%M%S)}
	opt_share=$results
	mkdir -p "$results"
	exercise_settings >"$results/settings.now"
	if [ -e "$results/settings" ]; then
		other=$(exercise_other_settings "$results/settings" "$results/settings.now")
		[ -z "$other" ] || { rm "$results/settings.now"; die "$results has the results of something else: $other"; }
	fi
	mv "$results/settings.now" "$results/settings"
	touch "$results/findings"
	cp "$kernel/config" "$results/config"
}

# exercise_check ARGUMENT...: set $check to the --check among the arguments: each candidate is judged with it as well
exercise_check() {
	check=()
	while [ $# -gt 0 ]; do
		case $1 in
		--check) check=(--check "${2-}") ;;
		--check=*) check=("$1") ;;
		esac
		shift
	done
}

# exercise_tool COMMAND...: run a program of the userland, or our cxl, with the results as /share
exercise_tool() {
	"$LAB_DIR/in-root" "$userland" --ro "$installed" /usr/local --rw "$results" /share \
		--ro "$LAB_SRC" /src -- "$@"
}

# exercise_guest LIMIT LOG OPTION...: exercise in one guest; if its kernel dies, its last lines go into the log
exercise_guest() {
	local log=$2
	opt_timeout=$1
	guest_boot cxl exercise-autoremove "${target[@]}" --log "/share/$log" "${@:3}" >/dev/null \
		2> >(grep -vE 'trials, |the log is' >&2)
	[ "$status" -eq "$E_CRASH" ] || [ "$status" -eq "$E_LIMIT" ] || return 0
	cp "$boot/console.log" "$results/$log.console.log"
	exercise_tool cxl exercise-autoremove --log "/share/$log" \
		--crashed "/share/$log.console.log" >/dev/null || :
}

# shellcheck disable=SC2016 # for sh and jq to expand
# exercise_report FILTER LOG: print what jq makes of the log's report
exercise_report() {
	exercise_tool sh -c 'cxl exercise-autoremove --report "/share/$1" | jq -r "$2"' - "$2" "$1"
}

# exercise_collect LOG: add the findings of this log that no log had before
exercise_collect() {
	local signature
	while read -r signature; do
		cut -f 2 "$results/findings" | grep -qxF -- "$signature" ||
			printf '%s\t%s\n' "$1" "$signature" >>"$results/findings"
	done < <(exercise_report '.findings[].signature' "$1")
}

# exercise_until SECONDS SIGNATURE LOG OPTION...: run guest after guest, until the options are done or the time is
# over; or, if there is a signature, until it has been seen
exercise_until() {
	local left deadline=$((SECONDS + $1)) signature=$2 log=$3 ended=''
	while left=$((deadline - SECONDS)); [ "$left" -gt 30 ] && [ "$ended" != complete ]; do
		exercise_guest $((left + 180)) "$log" --continue --duration "$left" "${@:4}"
		ended=$(exercise_report .ended "$log")
		say "exercise: $(exercise_report '"\(.trials) trials, \(.findings | length) kinds of findings; the guest: \(.ended)"' "$log")"
		[ "$status" -eq 0 ] || [ "$status" -eq 4 ] || [ "$status" -ge "$E_CRASH" ] ||
			die "exercise-autoremove ended with status $status"
		exercise_collect "$log"
		[ -z "$signature" ] || ! exercise_report '.findings[].signature' "$log" | grep -qxF -- "$signature" || return 0
	done
}

# shellcheck disable=SC2016 # for jq to expand
# exercise_shrink N LOG SIGNATURE: set $least to the options of the least that shows this finding of the log
exercise_shrink() {
	local answer next log=$2 options number=0
	while answer=$(exercise_tool cxl exercise-autoremove --shrink "/share/finding-$1/candidates" --signature "$3" \
		--log "/share/$log"); do
		least=$(exercise_tool jq -rn --argjson answer "$answer" '$answer.least')
		next=$(exercise_tool jq -rn --argjson answer "$answer" '$answer.next // empty')
		[ -n "$next" ] || return 0
		log=finding-$1/log-$((number += 1))
		say "finding $1: does it show with $next?"
		read -ra options <<<"$next"
		exercise_until 600 "$3" "$log" "${options[@]}" "${check[@]}"
	done
	return 1
}

# exercise_visible SIGNATURE: can a script show it, or is a comparison with the baseline needed?
exercise_visible() {
	case $1 in
	"quiet nothing-left" | "leak of a memdev") ;;
	"quiet "* | "check "* | "restore "* | "leak "* | exposure | "health "* | "taint "* | "died "* | "stuck "*) return 1 ;;
	esac
}

# shellcheck disable=SC2016 # for sh and jq to expand
# exercise_showed DIRECTORY SIGNATURE: does DIRECTORY/console.log show it?
exercise_showed() {
	local log=$results/$1/console.log
	case $2 in
	"quiet nothing-left") grep -q 'left behind: ' "$log" ;;
	"leak of a memdev") grep -qE 'taken: mem[0-9]+, now it is mem' "$log" ;;
	*)
		rm -f "$results/$1/judged"
		exercise_tool sh -c 'cxl exercise-autoremove --log "/share/$1/judged" --crashed "/share/$1/console.log" >/dev/null
			jq -e --arg signature "$2" "any(.findings[]; .signature == \$signature)" "/share/$1/judged"' \
			- "$1" "$2" >/dev/null ;;
	esac
}

# exercise_reproduce DIRECTORY SIGNATURE: run the script in DIRECTORY in --guests fresh guests, for a minute each. Set
# $hits to the number of guests that showed the finding, $deaths to the number of guests whose kernel died of this or
# something else, and $guests to the number of guests: at most three, if none of them shows it.
exercise_reproduce() {
	local opt_kernel_args="$opt_kernel_args oops=panic panic_on_warn=1" # after a crash, the script has shown what it can
	hits=0 deaths=0
	for ((guests = 1; guests <= (hits || opt_guests < 3 ? opt_guests : 3); guests++)); do
		opt_timeout=60
		guest_boot bash "/share/$1/reproducer.sh" >/dev/null 2>&1 || :
		[ "$status" -ne "$E_CRASH" ] || deaths=$((deaths + 1))
		cp "$boot/console.log" "$results/$1/console.log"
		! exercise_showed "$1" "$2" || {
			hits=$((hits + 1))
			mv "$results/$1/console.log" "$results/$1/console-$guests.log"
		}
		say "$1: the script has shown it in $hits of $guests guests, and $deaths have crashed"
	done
	guests=$((guests - 1))
	rm -f "$results/$1/console.log" "$results/$1/judged"
}

# shellcheck disable=SC2016 # for jq to expand
# exercise_candidates SIGNATURE: print options with which a script could show it, one set a line: the least that was
# found; the same in other interleavings, because a shell cannot time itself as well as a program; and the other cases
# that had it
exercise_candidates() {
	local interleaving
	echo "$least"
	[[ $least != --via=* ]] && exercise_visible "$1" || return 0
	for interleaving in turns halves one-cpu; do
		[[ "$least " == *"--interleaving=$interleaving "* ]] || echo "$(sed 's/ --interleaving=[^ ]*//' <<<"$least") --interleaving=$interleaving"
	done
	[[ "$least " == *"--interleaving=loops "* ]] || echo "$(sed 's/ --\(interleaving\|at\)=[^ ]*//g' <<<"$least") --interleaving=loops"
	exercise_tool jq -r --arg signature "$1" --arg least "${least%% *}" '.findings[] |
		select(.signature == $signature) | (.interleavings | keys[]) as $interleaving | .cases | keys[] |
		select(contains(",")) | "--race=\(.)" | select(. != $least) | "\(.) --interleaving=\($interleaving)"' /share/report.json
}

# exercise_script N SIGNATURE: make a script that shows it in half of all guests, or else the most frequent script
exercise_script() {
	local options directory top=finding-$1 number=0 candidates
	local best=$least best_hits=-1 best_guests='' best_deaths=0 best_directory=''
	mapfile -t candidates < <(exercise_candidates "$2")
	for options in "${candidates[@]}"; do
		directory=$top/script-$((number += 1))
		mkdir -p "$results/$directory"
		say "finding $1: a script of $options"
		opt_timeout=300
		# The fewest trials were enough once. The script makes more trials, until it is ended.
		# shellcheck disable=SC2086 # several options
		guest_boot cxl exercise-autoremove "${target[@]}" --script $options --trials 10000 \
			>"$results/$directory/reproducer.sh"
		exercise_visible "$2" || {
			say "finding $1: whether it shows, only cxl exercise-autoremove can tell"
			best_directory=$directory best_hits=''
			break
		}
		exercise_reproduce "$directory" "$2"
		[ "$hits" -le "$best_hits" ] ||
			best=$options best_hits=$hits best_guests=$guests best_deaths=$deaths best_directory=$directory
		[ $((hits * 2)) -lt "$opt_guests" ] || break
	done
	cp "$results/$best_directory/reproducer.sh" "$results/$top/reproducer.sh"
	least=$best hits=$best_hits guests=$best_guests deaths=$best_deaths
}

# shellcheck disable=SC2016 # for sh and jq to expand
# exercise_write N LOG SIGNATURE: write the report that is sent with the script
exercise_write() {
	{
		echo "$3"
		echo
		echo "Kernel: $(exercise_report .kernel log), flavor $opt_flavor, configured as in config beside this directory${opt_kernel_args:+, with $opt_kernel_args}"
		echo "Shown by: cxl exercise-autoremove $least"
		echo "${hits:+Its script has shown it in $hits of $guests fresh guests, within a minute each; $deaths of them crashed.}"
		echo
		exercise_report '.findings[] | "\(.signature)\n\nSeen \(.count) times, in \(.cases | keys | join(" and "))\n\n\(.detail)\u001e"' "$2" |
			awk -v RS='\036\n' -v signature="$3" 'index($0, signature "\n") == 1'
	} >"$results/finding-$1/report"
	printf '%-50s %5s of %2s  %s\n' "$least" "${hits:--}" "${guests:--}" "$3" >"$results/finding-$1/line"
}

# exercise_finding N: shrink line N of the findings, unless an earlier run has, and write its script and report
exercise_finding() {
	local log signature least='' hits='' guests='' deaths=0
	IFS=$'\t' read -r log signature < <(sed -n "$1p" "$results/findings")
	local top=$results/finding-$1
	[ ! -s "$top/least" ] || least=$(<"$top/least")
	[ -n "$least" ] || rm -rf "$top"
	mkdir -p "$top"
	if [ -n "$least" ] || exercise_shrink "$1" "$log" "$signature"; then
		echo "$least" >"$top/least"
		exercise_script "$1" "$signature"
	else
		say "finding $1 cannot be shrunk: $signature"
	fi
	echo "${hits:--} ${guests:--} $deaths $least" >"$top/rate"
	exercise_write "$1" "$log" "$signature"
}

# exercise_next: print the number of a finding without a report; findings with a kernel report come first
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

# exercise_summarize: print the summary, and keep it
exercise_summarize() {
	{
		exercise_tool /src/contrib/lab.d/exercise-matrix /share/report.json /share/matrix.svg
		! compgen -G "$results/finding-*/line" >/dev/null || {
			echo
			echo 'The least that shows each, and how often its script does:'
			cat "$results"/finding-*/line
		}
	} | tee "$results/summary"
}

exercise() {
	local number results check
	# The use of freed memory then shows.
	[ -n "$opt_kernel_args" ] || [ "$opt_flavor" = kasan ] || opt_kernel_args=slab_debug=FZP
	exercise_begin
	exercise_target
	exercise_check "${args[@]}"
	say "exercise: the results are in $results"
	# Run until every case has had its trials, or the time is over.
	exercise_until $((opt_budget * 60)) '' log --trials "$opt_trials" ${opt_shard:+--shard "$opt_shard"} "${args[@]}"
	exercise_tool cxl exercise-autoremove --report /share/log --html /share/report.html >"$results/report.json" || :
	while [ "$opt_guests" -gt 0 ] && number=$(exercise_next) && [ -n "$number" ]; do
		exercise_finding "$number"
	done
	exercise_summarize
	[ ! -s "$results/findings" ] || exit 4
}
