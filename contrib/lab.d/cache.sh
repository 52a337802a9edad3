# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The cache: the result of every long step is a directory, named by a key of what it was made from. A step
# makes the directory under another name, and renames it when it is complete: a directory that has its name
# is complete. A step holds a lock, so that two runs never make the same result at once.
#
#   userland-SUITE-KEY/  kernel-VERSION-FLAVOR-KEY/   results of steps
#   modules-KEY/         a kernel's modules with our own
#   checkouts/KEY/       builds of one checkout of this project
#   pictures/            pages and graphs that were looked at, with their pictures
#   boots/TIME-PID/      logs and shared directory of one boot
#   pins/                which versions were picked from the mirror
#   passed/              which parts of the test suite have passed, for which tree
#   logs/  locks/  users/

# key FILE-OR-TEXT...: a short name for exactly these inputs
key() {
	local input
	for input; do
		if [ -f "$input" ]; then cat "$input"; else printf '%s\n' "$input"; fi
	done | sha256sum | cut -c1-12
}

# cache_lock HOW: hold the lock that says that the cache is in use. `clean` may have moved the cache away after
# this process opened the lock; it then takes the lock of the new cache.
cache_lock() {
	while :; do
		mkdir -p "$LAB_CACHE/locks"
		{ exec {cache_in_use}<>"$LAB_CACHE/locks/in-use"; } 2>/dev/null || continue
		flock "$1" --nonblock "$cache_in_use" || return 1
		[ ! "$LAB_CACHE/locks/in-use" -ef "/proc/self/fd/$cache_in_use" ] || return 0
		exec {cache_in_use}>&-
	done
}

# cache_enter VERB: from now on `clean` knows that the cache is in use
cache_enter() {
	cache_lock --shared || die "the cache is being removed: $(cache_users)"
	mkdir -p "$LAB_CACHE"/{boots,checkouts,logs,pins,users}
	echo "contrib/${0##*/} $1" >"$LAB_CACHE/users/$$"
	trap cache_leave EXIT
	cache_sweep
}

# cache_sweep: remove incomplete results of killed runs
cache_sweep() {
	local part lock
	for part in "$LAB_CACHE"/*.part "$LAB_CACHE"/pins/*.part; do
		[ -e "$part" ] || continue
		lock=${part##*/}
		exec {lock_fd}<>"$LAB_CACHE/locks/${lock%.part}"
		! flock --nonblock "$lock_fd" || rm -rf "$part"
		exec {lock_fd}>&-
	done
	rm -rf --one-file-system "$LAB_CACHE".removed-*
}

cache_leave() { rm -f "$LAB_CACHE/users/$$"; }

# cache_users: print the processes that use the cache, and remove the entries of dead processes
cache_users() {
	local file list=''
	for file in "$LAB_CACHE"/users/*; do
		[ -e "$file" ] || continue
		if kill -0 "${file##*/}" 2>/dev/null; then
			list+="process ${file##*/} ($(cat "$file")), "
		else
			rm -f "$file"
		fi
	done
	echo "${list%, }"
}

# lock_take TITLE FILE: wait for the lock on FILE, and hold it in the caller's variable lock
lock_take() {
	local title=$1 file=$2
	exec {lock}<>"$file"
	if ! flock --nonblock "$lock"; then
		say "$title: waiting for $(cat "$file"), which is at it"
		flock "$lock"
	fi
	echo "process $$ (contrib/${0##*/} $verb, since $(date +%H:%M:%S))" >"$file"
}

lock_drop() { exec {lock}>&-; }

# step TITLE DIRECTORY FUNCTION [ARGUMENT...]: unless DIRECTORY exists, call FUNCTION to make it. FUNCTION
# gets another directory as its first argument and fills it; that directory is then renamed to DIRECTORY.
# The output of FUNCTION is the log of the step.
step() {
	local title=$1 directory=$2 lock
	[ ! -e "$directory" ] || return 0
	lock_take "$title" "$LAB_CACHE/locks/${directory##*/}"
	[ -e "$directory" ] || step_make "$@"
	lock_drop
}

step_make() {
	local title=$1 directory=$2 part=$2.part log start=$SECONDS worker
	shift 2
	log=$LAB_CACHE/logs/${directory##*/}.log
	rm -rf "$part"
	mkdir "$part"
	step_worker "$1" "$part" "${@:2}" >"$log" 2>&1 </dev/null &
	worker=$!
	step_progress "$title" "$worker" "$log" "$start"
	if ! wait "$worker"; then
		tail -n 20 "$log" | sed 's/^/    /' >&2
		rm -rf "$part"
		die "$title: failed; its whole log: $log"
	fi
	mv "$part" "$directory"
	say "$title: done in $((SECONDS - start)) s"
}

# The worker and all its processes are in a process namespace that ends when this script ends, even by
# SIGKILL. Otherwise the next run would fill the same directory beside an orphan. The worker's processes also hold
# the script's locks: they end a moment after the script, and start a moment before their end is tied to it.
step_worker() {
	# shellcheck disable=SC2046 # one word per function is meant
	export -f $(compgen -A function)
	export LAB_SRC LAB_DIR LAB_CACHE E_LAB KERNEL_AT_LEAST userland kernel
	exec setpriv --pdeathsig KILL unshare --mount --pid --fork --kill-child --mount-proc \
		bash -c 'set -euo pipefail; "$@"' worker "$@"
}

# step_progress TITLE PID LOG START: until the step ends, show in one line what it is doing
step_progress() {
	local title=$1 pid=$2 log=$3 start=$4 line width
	if [ ! -t 2 ]; then
		say "$title ..."
		while kill -0 "$pid" 2>/dev/null; do sleep 0.2; done
		return 0
	fi
	width=$(tput cols 2>/dev/null || echo 80)
	while kill -0 "$pid" 2>/dev/null; do
		line="lab: $title: $((SECONDS - start)) s: $(tail -n 1 "$log" | tr -d '\000-\037')"
		printf '\r\033[K%s' "${line:0:$((width - 1))}" >&2
		sleep 0.5
	done
	printf '\r\033[K' >&2
}

cache_status() {
	local path
	[ -d "$LAB_CACHE" ] || { echo "nothing is cached in $LAB_CACHE"; return; }
	echo "cache      $LAB_CACHE ($(du -sh "$LAB_CACHE" | cut -f1))"
	for path in "$LAB_CACHE"/userland-*/; do
		[[ -e $path/lab/packages && $path != *.part/ ]] || continue
		printf 'userland   %s (%s): %s\n' "$(basename "$path")" "$(du -sh "$path" | cut -f1)" \
			"$(grep -E '^(cxl|libcxl1|libcxl-dev|gcc|meson|qemu-system-x86) ' "$path/lab/packages" |
				paste -sd,)"
	done
	for path in "$LAB_CACHE"/kernel-*/; do
		[[ -e $path/release && $path != *.part/ ]] || continue
		printf 'kernel     %s (%s): %s, release %s\n' "$(basename "$path")" \
			"$(du -sh "$path" | cut -f1)" "$(cat "$path/origin")" "$(cat "$path/release")"
	done
	for path in "$LAB_CACHE"/modules-*/; do
		[[ ! -d $path || $path == *.part/ ]] || printf 'modules    %s (%s): for %s\n' "$(basename "$path")" \
			"$(du -sh "$path" | cut -f1)" "$(ls "$path")"
	done
	for path in "$LAB_CACHE"/checkouts/*/; do
		[ -e "$path/checkout" ] || continue
		printf 'builds     %s (%s)\n' "$(cat "$path/checkout")" "$(du -sh "$path" | cut -f1)"
	done
	for path in "$LAB_CACHE"/*.part; do
		[ ! -e "$path" ] || printf 'unfinished %s (%s)\n' "$(basename "$path")" "$(du -sh "$path" | cut -f1)"
	done
	printf 'boots      %s logged in %s (%s)\n' \
		"$(find "$LAB_CACHE/boots" -mindepth 1 -maxdepth 1 | wc -l)" "$LAB_CACHE/boots" \
		"$(du -sh "$LAB_CACHE/boots" | cut -f1)"
	[ -z "$(cache_users)" ] || echo "in use by  $(cache_users)"
}

# cache_clean renames the cache before it removes anything: a directory that has its name is complete, even
# if this process is killed. A run that starts meanwhile has a new cache.
cache_clean() {
	local users aside
	[ -d "$LAB_CACHE" ] || { cache_sweep; say "nothing is cached in $LAB_CACHE"; return; }
	if ! cache_lock --exclusive; then
		users=$(cache_users)
		die "not removed: in use by ${users:-what a killed run has started and is about to end}"
	fi
	aside=$(mktemp -d "$LAB_CACHE.removed-XXXXXX")
	mv "$LAB_CACHE" "$aside"
	cache_sweep
	say "removed $LAB_CACHE"
}
