#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What contrib/lab run gives to a command in the guest, and what it gets back.
# shellcheck source=test/tap.sh
. "$SOURCE/test/tap.sh"

# in_guest OPTION... -- COMMAND...: nothing depends on what the kernel checks, so use the flavor that boots the fastest
bare=(--no-modules --flavor plain)
in_guest() { run timeout 400 "$SOURCE/contrib/lab" run "${bare[@]}" "$@"; }
log_path() { sed -n 's/^lab: .*; its log: //p' <<<"$err"; }

run "$SOURCE/contrib/lab" run
is "run without a command: wrong usage" "$status" 2
run "$SOURCE/contrib/lab" run --kernel no-version -- true
is "no kernel version: wrong usage" "$status" 2
run "$SOURCE/contrib/lab" frobnicate
is "no such verb: wrong usage" "$status" 2
for wrong in "--accelerators 5" "--bridges 3" "--bridges 2 --expanders 62" "--slots drop" "--machine vax"; do
	# shellcheck disable=SC2086 # an option and its value
	run "$SOURCE/contrib/lab" run --machine pci $wrong -- true
	is "run $wrong: wrong usage" "$status" 2
done
run "$SOURCE/contrib/lab" run --machine pci --expanders 31 -- true
like "run --expanders 31: wrong usage, more devices than a bridge has room for" "$status$err" '^2.*there is room for 31 devices \(--bridges 1\), not for 32'
run "$SOURCE/contrib/lab" --help
like "--help says the statuses" "$out" '123 the guest.s kernel crashed, 124 the time'
is "--help: all verbs begin in the same column" "$(sed '1,/^$/d; /^Options/,$d' <<<"$out" | grep -cE '^( | {3,11})[^ ]')" 0
run "$SOURCE/contrib/lab" shell
is "shell without a terminal: wrong usage" "$status" 2

share=$(mktemp -d)
# shellcheck disable=SC2016 # expanded in the guest
in_guest --share "$share" -- bash -c '
	echo "to stdout: $1"; echo "to stderr" >&2; echo "to /dev/stderr" >/dev/stderr
	echo "noise on the console" >/dev/console
	for i in 1 2 3; do echo "<0>noise from the kernel" >/dev/kmsg; done
	head -c 3000000 /dev/zero | tr "\0" x >/share/large
	ls /sys/class/net >/share/net
	python3 /src/test/lab/escape.py sh -c "mount -o remount,rw / && touch /etc/written /src/written" 2>/share/refused
	cat >/share/stdin
	programs() { bash -c :; sh -c :; jq -n 1; sed q; modprobe -n kmem; cxl list-attach; /usr/bin/cxl list; } &>/dev/null
	programs # a missing file is looked up once
	cd /sys/kernel/tracing
	echo 1 >events/9p/9p_client_req/enable
	programs
	echo 0 >events/9p/9p_client_req/enable
	grep -v "^#" trace >/share/asked
	echo 1 >events/9p/9p_client_req/enable
	head -c 1 /src/README.md >/dev/null
	echo 0 >events/9p/9p_client_req/enable
	grep -c 9p_client_req trace >/share/asked-after
	exit 77' bash "an argument  with 'quotes' and \$signs"
is "its exit status" "$status" 77
is "stdout, and nothing else" "$out" "to stdout: an argument  with 'quotes' and \$signs"
is "stderr, beside the lab's own lines" "$(grep -v '^lab: ' <<<"$err")" $'to stderr\nto /dev/stderr'
is "a large file comes back" "$(stat -c %s "$share/large")" 3000000
is "no network but loopback" "$(cat "$share/net")" lo
is "the host cannot be written" "$(grep -c 'Read-only file system' "$share/refused")" 2
ok "the host was not written" [ ! -e "$SOURCE/written" ]
is "programs that start do not ask the host for their files" "$(<"$share/asked")" ""
ok "it is seen who does" [ "$(<"$share/asked-after")" -gt 0 ]
is "stdin is empty" "$(stat -c %s "$share/stdin")" 0
rm -r "$share"

in_guest -- sh -c 'sleep 1; echo c >/proc/sysrq-trigger; sleep 100'
is "a crash: its status" "$status" 123
like "a crash: said" "$err" "lab: the guest's kernel crashed; its log: /"
like "a crash: the log has it" "$(cat "$(log_path)")" 'sysrq: Trigger a crash.*Kernel panic'

in_guest -- sh -c 'echo "WARNING: CPU: 0 PID: 1 at nowhere" >/dev/kmsg; exit 3'
is "a kernel report: the command's status" "$status" 3
like "a kernel report: said" "$err" "lab: the guest's kernel reported a bug; its log: /"

run "$SOURCE/contrib/lab" status
like "status: the kernel's package" "$out" 'kernel .*linux-source-[0-9.]+=.*, sha256 [0-9a-f]{64}'
like "status: the userland's packages" "$out" 'userland .*cxl [0-9]+.*libcxl-dev [0-9]+'
finish
