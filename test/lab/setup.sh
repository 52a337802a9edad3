#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The lab's set-up survives a kill, and two runs of it wait for each other. The test runs the real set-up of the
# userland, in its own cache. It borrows the kernel from the cache in use.
# shellcheck source=test/tap.sh
. "$SOURCE/test/tap.sh"

lender=${XDG_CACHE_HOME:-$HOME/.cache}/cxl-attach
top=$(mktemp -d "${lender%/*}/cxl-attach-test.XXXXXX")
trap 'rm -rf "$top"' EXIT
export XDG_CACHE_HOME=$top
cache=$top/cxl-attach

# On a host without apt, and as a user who is not root
mkdir "$top/bin"
for command in /usr/bin/* /usr/sbin/*; do
	case ${command##*/} in
	apt-get | dpkg-deb | mmdebstrap) ;;
	*) ln -sf "$command" "$top/bin" ;;
	esac
done
PATH=$top/bin run "$SOURCE/contrib/lab" setup
is "no Debian: the lab cannot" "$status" 125
is "no Debian: what is missing" "$err" \
	"lab: please install what this host lacks: mmdebstrap dpkg-deb apt-get (on Debian, the lab does it by itself)"
public=$(mktemp -d)
chmod 755 "$public"
cp -r "$SOURCE/contrib" "$public"
run setpriv --reuid 65534 --regid 65534 --clear-groups "$public/contrib/lab" run -- true
rm -r "$public"
is "not root: the lab cannot" "$status" 125
is "not root: said" "$err" "lab: root is needed to set up and run the lab (mounts and chroot)"

"$SOURCE/contrib/lab" setup 2>"$top/first" &
first=$!
for _ in $(seq 1200); do
	[ -z "$(find "$cache"/userland-*.part -maxdepth 1 -name usr 2>/dev/null)" ] || break
	sleep 0.1
done
part=$(echo "$cache"/userland-*.part)
ok "killed in the middle: there is something unfinished" [ -d "$part" ]
kill -9 "$first"
wait "$first" 2>/dev/null
sleep 1
going_on=''
for process in /proc/[0-9]*; do
	[[ $(tr '\0' ' ' <"$process/cmdline" 2>/dev/null) != *"$part"* ]] || going_on+=" ${process#/proc/}"
done
is "killed: nothing of it goes on" "$going_on" ""
ok "killed: nothing has the finished name" [ ! -e "${part%.part}" ]
run "$SOURCE/contrib/lab" status
like "killed: status says what is unfinished" "$out" 'unfinished userland-'

mkdir -p "$cache/pins"
cp -a "$lender"/pins/* "$cache/pins"
find "$lender" -maxdepth 1 -name 'kernel-*' ! -name '*.part' -exec cp -al {} "$cache" \;
"$SOURCE/contrib/lab" run --no-modules --flavor plain -- echo from the second >"$top/second.out" 2>"$top/second" &
second=$!
sleep 3
"$SOURCE/contrib/lab" run --no-modules --flavor plain -- echo from the third >"$top/third.out" 2>"$top/third" &
third=$!
sleep 2
run "$SOURCE/contrib/lab" clean
is "clean while in use: refused" "$status" 125
like "clean while in use: by whom" "$err" "not removed: in use by .*process $second \\(contrib/lab run\\)"
wait "$second"
is "the next run sets up again, and runs" "$?" 0
is "its output" "$(cat "$top/second.out")" "from the second"
wait "$third"
is "a third at the same time runs too" "$?" 0
is "its output" "$(cat "$top/third.out")" "from the third"
like "the third waited, and said for which process" "$(cat "$top/third")" \
	"userland Debian testing: waiting for process $second \\(contrib/lab run, since [0-9:]+\\)"
is "the userland was made once" "$(cat "$top/second" "$top/third" | grep -c 'userland .*: done in')" 1
is "what was unfinished is gone" "$(find "$cache" -maxdepth 1 -name '*.part' | wc -l)" 0

run "$SOURCE/contrib/lab" clean
is "clean: done" "$status" 0
ok "clean: all is gone" [ ! -e "$cache" ]
run "$SOURCE/contrib/lab" status
like "status: nothing is cached" "$out" '^nothing is cached'
finish
