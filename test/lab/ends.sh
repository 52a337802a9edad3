#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# How a guest of contrib/lab ends where its command does not: the command hangs, the lab is told to end; and how it ends
# at its prompt, or where no process reads what it says.
# shellcheck source=test/tap.sh
. "$SOURCE/test/tap.sh"

# where nothing depends on what the kernel checks, on the one that boots the fastest
bare=(--no-modules --flavor plain)
in_guest() { run timeout 400 "$SOURCE/contrib/lab" run "${bare[@]}" "$@"; }
log_path() { sed -n 's/^lab: .*; its log: //p' <<<"$err"; }

# The guest's own watchman killed: only the host is left to end it. That takes a while, beside all that follows.
endless=$(mktemp)
{
	LAB_BOOT_LIMIT=30 timeout 400 "$SOURCE/contrib/lab" run "${bare[@]}" --timeout 5 -- \
		sh -c 'pkill -9 sleep; sleep 1000' >/dev/null 2>&1
	echo "$?" >"$endless"
} &
watched=$!

in_guest --timeout 5 -- sh -c 'echo before; sleep 1000'
is "a hang: its status" "$status" 124
is "a hang: what it said before" "$out" before
like "a hang: said" "$err" 'lab: the guest was ended: it took longer than 5 s; its log: /'
like "a hang: the log says where everything was" "$(cat "$(log_path)")" 'sysrq: Show Blocked State'

# guests: how many guests of that lab there are
guests() { cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\0' ' ' | grep -c "boots/[0-9-]*-$lab-1 "; }
"$SOURCE/contrib/lab" run "${bare[@]}" -- sleep 1000 2>/dev/null &
lab=$!
for _ in $(seq 600); do
	[ "$(guests)" -eq 0 ] || break
	sleep 0.2
done
ok "a lab has a guest" [ "$(guests)" -gt 0 ]
kill "$lab"
wait "$lab"
is "a lab that is told to end does so: its status" "$?" 143
sleep 1
is "its guest ended with it" "$(guests)" 0

# At the prompt, someone types.
top=$(mktemp -d)
mkfifo "$top/keys"
timeout 300 script -qefc "$SOURCE/contrib/lab shell --flavor plain" "$top/screen" <"$top/keys" >/dev/null 2>&1 &
shell=$!
exec {keys}>"$top/keys"
for _ in $(seq 200); do
	! grep -qs 'root@lab' "$top/screen" || break
	sleep 1
done
# shellcheck disable=SC2016 # expanded in the guest
printf 'echo cxl is $(type -P cxl)\nexit 9\n' >&"$keys"
wait "$shell"
is "shell: its exit status" "$?" 9
exec {keys}>&-
like "shell: what was typed was done" "$(cat "$top/screen")" 'cxl is /usr/local/bin/cxl'
rm -r "$top"

out=$(timeout 300 "$SOURCE/contrib/lab" run "${bare[@]}" -- sh -c 'seq 100000; exit 6' 2>/dev/null |
	head -n 1; echo "${PIPESTATUS[0]}")
is "no process reads the output to its end: the guest continues to its own end" "$out" $'1\n6'

wait "$watched"
is "a guest that does not end itself: its status" "$(<"$endless")" 124
rm "$endless"
finish
