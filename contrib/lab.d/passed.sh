# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Remembers which parts of the test suite have passed for which tree, so that the full lane can be finished in pieces:
#
#   passed/TITLE/KEY    how many checks passed, in how many seconds, on which date; TITLE is also a key
#
# KEY is made from everything that the part depends on: the files of the checkout, which include the part's own scripts
# and the lab with its configuration; the part's command with its variables; and the packages from the mirror.

# The variables that configure a part. A new variable in test.sh has to be named here.
passed_variables=(ROUNDS RACE_SECONDS ROWS_EVERY DAMAGE_EVERY DAMAGE_INSIDE_EVERY LIST_EVERY INJECT_EVERY INJECT_ROUNDS)

# passed_begin TREE: record what is the same for all parts of this run, which began with that tree
passed_begin() {
	tree=$1
	passed_common=$(key "$tree" "${kernel##*/}" "$kernel/origin" "${modules##*/}" "${userland##*/}" "$userland/lab/packages")
}

# passed_mirror ARGUMENT...: print what came from the mirror for these arguments of a part
passed_mirror() {
	while [ $# -gt 0 ]; do
		case $1 in
		--kernel) cat "$LAB_CACHE/pins/kernel-${2:-newest}/package" ;;
		--userland) (step() { :; }; setup_userland "$2"; cat "$userland/lab/packages") ;;
		fleet | fleet_tests)
			(step() { :; }
			for name in fleet package; do setup_own_userland "$name" ''; cat "$userland/lab/packages"; done) ;;
		completion_tests) (step() { :; }; setup_own_userland shells ''; cat "$userland/lab/packages") ;;
		*) [ ! -e "$1/lab/packages" ] || cat "$1/lab/packages" ;;
		esac 2>/dev/null || echo "not yet"
		shift
	done
}

# passed_file TITLE COMMAND...: print the file that remembers that this part has passed
passed_file() {
	local title=$1 variable variables=''
	shift
	for variable in "${passed_variables[@]}"; do variables+="$variable=${!variable-}"$'\n'; done
	echo "$LAB_CACHE/passed/$(key "title $title")/$(key "$passed_common" "${*@Q}" "$variables" "$(passed_mirror "$@")")"
}

# passed_remember FILE PASSED SECONDS: remember it, unless the tree has changed since this run began
passed_remember() (
	[ "$(tree_now "$LAB_SRC")" = "$tree" ] || exit 0
	exec {lock}<>"$LAB_CACHE/locks/passed"
	flock "$lock"
	mkdir -p "${1%/*}"
	echo "$2 $3 $(date '+%Y-%m-%d %H:%M')" >"$LAB_CACHE/passed.part"
	mv "$LAB_CACHE/passed.part" "$1"
	# The latest files are enough to tell how long the part takes.
	find "${1%/*}" -type f -printf '%T@ %p\n' | sort -rn | tail -n +21 | cut -d' ' -f2- | xargs -r -d '\n' rm -f
)

# passed_forget FILE: the part has not passed this time
passed_forget() { rm -f "$1"; }

# passed_seconds FILE: print how long that part took when it last passed, with any tree; nothing if it never passed
passed_seconds() {
	find "${1%/*}" -type f -printf '%T@ %p\n' 2>/dev/null | sort -rn | head -n 1 | cut -d' ' -f2- |
		xargs -r -d '\n' cut -d' ' -f2
}

# passed_parts FUNCTION: print the parts that FUNCTION would run, one a line: passed_file and the title
passed_parts() (
	part() { printf '%s\t%s\n' "$(passed_file "$@")" "$1"; }
	step() { :; }
	build() { :; }
	"$1"
) 2>/dev/null

# passed_missing FUNCTION...: print the parts that have not passed for this tree, as passed_parts does. The number of
# all parts goes into the file $tally.parts.
passed_missing() {
	local function file title
	for function; do
		passed_parts "$function" || :
	done | tee "$tally.parts" | while IFS=$'\t' read -r file title; do
		[ -e "$file" ] || printf '%s\t%s\n' "$file" "$title"
	done
}

# passed_left FUNCTION...: print how many seconds these parts still take, as far as known; name the parts on stderr
passed_left() {
	local file title seconds sum=0
	while IFS=$'\t' read -r file title; do
		[[ $title == *"$opt_only"* ]] && { [ ! -e "$file" ] || [ -n "$opt_again" ]; } || continue
		seconds=$(passed_seconds "$file")
		printf '    %-52s %s\n' "$title" "${seconds:+about $(((seconds + 59) / 60)) min}" >&2
		sum=$((sum + ${seconds:-0}))
	done < <(for function; do passed_parts "$function" || :; done)
	echo "$sum"
}

# passed_plan FUNCTION...: print what is left of these functions' parts, of which two run at the same time
passed_plan() {
	local seconds
	say "left of the full lane, and how long each part took when it passed the last time:"
	seconds=$(passed_left "$@")
	say "together about $(((seconds / 2 + 59) / 60)) min, without the parts that have no time yet"
}

# passed_summary FUNCTION...: print how many parts of the full lane are still missing
passed_summary() {
	local missing
	missing=$(passed_missing "$@" | wc -l)
	echo "$missing of $(wc -l <"$tally.parts") parts of the full lane have yet to pass with this tree"
}
