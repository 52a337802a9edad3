#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The cache: from empty, with several verbs at once, and killed at the worst moments. Programs in PATH make these
# moments: they are slower than the real programs, or kill their caller.
# shellcheck source=test/tap.sh
. "$SOURCE/test/tap.sh"

lender=${XDG_CACHE_HOME:-$HOME/.cache}/cxl-attach
top=$(mktemp -d "${lender%/*}/cxl-attach-test.XXXXXX")
trap 'rm -rf "$top"' EXIT
export XDG_CACHE_HOME=$top
cache=$top/cxl-attach
userland=$(find "$lender" -maxdepth 1 -name 'userland-testing-*' ! -name '*.part' -printf '%T@ %p\n' |
	sort -n | tail -n 1 | cut -d' ' -f2-)

# cache_new: make a cache that has a userland, whose files are the lender's
cache_new() {
	rm -rf "$cache"
	mkdir -p "$cache"
	cp -al "$userland" "$cache"
}

# program NAME LINE...: make a program in the directory bin, which comes first in PATH
program() {
	mkdir -p "$top/bin"
	printf '%s\n' '#!/bin/bash' "${@:2}" >"$top/bin/$1"
	chmod 755 "$top/bin/$1"
}

# setup VERSION: run a set-up that ends early, because there is no such kernel
setup() { timeout 300 "$SOURCE/contrib/lab" setup --kernel "$1" 2>"$top/setup-$1" </dev/null; }

cache_new
for version in 9.7 9.8 9.9; do
	setup "$version" &
done
wait
for version in 9.7 9.8 9.9; do
	like "three kernels at once: the mirror answers for $version" "$(cat "$top/setup-$version")" \
		"the mirror has no linux-source-$version"
done

# This worker starts just before its lab is killed, and does not end with the lab.
# shellcheck disable=SC2016 # expanded in the program
program setpriv '[[ $* == *--mount-proc* ]] || exec /usr/bin/setpriv "$@"' \
	"echo begins >>$top/turns" 'sleep 3' '/usr/bin/setpriv "$@"' 'status=$?' "echo ends >>$top/turns" 'exit "$status"'
PATH=$top/bin:$PATH "$SOURCE/contrib/lab" setup --kernel 9.9 2>/dev/null </dev/null &
lab=$!
while ! [ -s "$top/turns" ]; do sleep 0.1; done
kill -KILL "$lab"
wait "$lab" 2>/dev/null
PATH=$top/bin:$PATH setup 9.9
is "killed while it starts a worker: the next waits for that" "$(paste -sd' ' "$top/turns")" "begins ends begins ends"
like "and then does its own work" "$(cat "$top/setup-9.9")" "the mirror has no linux-source-9.9"
is "nothing is left half made" "$(find "$cache" -name '*.part' -maxdepth 2 | wc -l)" 0

# shellcheck disable=SC2016 # expanded in the program
program rm '[[ $* == *--one-file-system* ]] || exec /usr/bin/rm "$@"' \
	'for top; do /usr/bin/rm -rf "$top"/userland-*/usr "$top"/*/userland-*/usr; done' 'kill -KILL "$PPID"'
PATH=$top/bin:$PATH "$SOURCE/contrib/lab" clean 2>/dev/null
is "clean, killed in the middle: no part of a result has its name" \
	"$(for result in "$cache"/userland-*; do [ ! -e "$result" ] || [ -e "$result/usr" ] || echo "$result"; done)" ""
rm "$top/bin/rm"
run "$SOURCE/contrib/lab" clean
is "clean again: done" "$status" 0
is "clean again: nothing of it is left" "$(find "$top" -mindepth 1 -maxdepth 1 -name "cxl-attach*")" ""

cache_new
run "$SOURCE/contrib/lab" clean # clean makes no other lock file
is "clean of a cache that was never used" "$status $(find "$top" -mindepth 1 -maxdepth 1 -name "cxl-attach*")" "0 "

cache_new
# shellcheck disable=SC2016 # expanded in the program
program rm "[[ \$* != *--one-file-system* ]] || { : >$top/removing; sleep 5; }" 'exec /usr/bin/rm "$@"'
PATH=$top/bin:$PATH "$SOURCE/contrib/lab" clean 2>/dev/null &
clean=$!
while [ ! -e "$top/removing" ]; do sleep 0.1; done
mkdir -p "$cache"
cp -al "$userland" "$cache"
setup 9.9
wait "$clean"
is "a run during clean: clean is done" "$?" 0
like "a run during clean: it has a cache of its own" "$(cat "$top/setup-9.9")" "the mirror has no linux-source-9.9"
ok "a run during clean: and keeps it" test -s "$cache/logs/kernel-9.9.log"
rm "$top/bin/rm"

# in_lab COMMAND...: run it with the lab's functions
in_lab() {
	# shellcheck disable=SC2016 # expanded inside
	run bash -euc 'verb=test E_LAB=125 userland='' guest_root='' LAB_CACHE=$1 LAB_SRC=$2 LAB_DIR=$2/contrib/lab.d
		say() { echo "$*" >&2; }; die() { say "$*"; exit 125; }
		for part in cache debian build; do . "$LAB_DIR/$part.sh"; done
		build_cxl() { :; }
		eval "$3"' lab "$cache" "$SOURCE" "$1"
}

# The process that names the checkout of these builds has just opened the file, and has not written to it yet.
mkdir -p "$cache/checkouts/another/userland"
: >"$cache/checkouts/another/checkout"
in_lab 'setup_build ""'
is "another run's builds: not removed before it says whose they are" "$status$(ls "$cache/checkouts/another")" $'0checkout\nuserland'
echo "$top/gone" >"$cache/checkouts/another/checkout"
mkdir -p "$cache/checkouts/killed.part"
in_lab 'setup_build ""'
is "the builds of a checkout that is gone: removed, with what is left of others" "$(ls "$cache/checkouts")" \
	"$(printf '%s\n' "$SOURCE" | sha256sum | cut -c1-12)"

# Like apt-get, this program refuses after a kill, until dpkg has completed its work.
program dpkg 'rm -f '"$top/interrupted"
# shellcheck disable=SC2016 # expanded in the program
program apt-get '[ "$1" != install ] || [ ! -e '"$top/interrupted"' ]'
: >"$top/interrupted"
PATH=$top/bin:$PATH in_lab 'host_install'
is "killed while it installed the host's package: the next run can" "$status" 0
finish
