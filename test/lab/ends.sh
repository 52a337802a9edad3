#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# How a guest of contrib/lab ends if its command does not end: the command hangs, or the lab is told to end. Also how a
# guest ends at its prompt, or if no process reads its output.
# shellcheck source=test/tap.sh
. "$SOURCE/test/tap.sh"

# Nothing here depends on what the kernel checks: the tests run on the flavor that boots the fastest.
bare=(--no-modules --flavor plain)
in_guest() { run timeout 400 "$SOURCE/contrib/lab" run "${bare[@]}" "$@"; }
log_path() { sed -n 's/^lab: .*; its log: //p' <<<"$err"; }

# The guest's own time limit is killed, so that only the host can end the guest. The rest of the test runs meanwhile.
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

# guests: print how many guests that lab has
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

# A user types at the prompt.
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
