#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Hooks of detach-memdev and attach-memdev, on a recorded machine: which hooks run, in which order, what they are told,
# and what follows from how they end. On a recorded machine nothing changes: the operation then ends with status 4.
# test/vm/detach/hooks.sh tests it on the real kernel.
# shellcheck disable=SC2016 # hooks expand what they do
# shellcheck source=test/replay/machine.sh
. "$SOURCE/test/replay/machine.sh"

export CXL_STATE_DIR=$machine_top/state machine_sys=bind
log=$machine_top/log
mkdir "$CXL_STATE_DIR"
machine pci-shared
hooks=$machine/etc/cxl/detach.d
unbind=$machine/sys/bus/pci/drivers/cxl_lab_accel/unbind
# What detach-memdev also needs: a file to write to, a file that libcxl looks for, and a kernel log
mkdir -p "$machine/sys/bus/cxl/drivers/cxl_mem" "$machine/dev/cxl"
: >"$machine_top/kmsg"
: >"$machine/dev/cxl/mem0"
with_log=(--bind "$machine_top/kmsg" /dev/kmsg)

# as_before: no hooks, and nothing is detached
as_before() {
	rm -rf "${machine:?}/etc" "$log" "$CXL_STATE_DIR"/*.json
	mkdir -p "$hooks"
	: >"$unbind"
	machine_more=("${with_log[@]}")
}
# hook NAME [LINE...]: make a hook that records that it was called, and then runs these lines
hook() {
	printf '%s\n' '#!/bin/bash' "echo \"$1 \$*\" >>$log" "${@:2}" >"$hooks/$1"
	chmod 0755 "$hooks/$1"
}
# called: print what was called, in order
called() { [ ! -e "$log" ] || xargs <"$log"; }
detach() { run on_machine unshare -n "$CXL" detach-memdev --via host "$@"; }
attach() { run on_machine unshare -n "$CXL" attach-memdev "$@"; }
answer() { jq -c "$1" <<<"$out"; }
# untouched WHAT: nothing was written, the journal is empty, and no command has the lock
untouched() {
	is "$1: nothing was changed" "$(cat "$unbind")$(compgen -G "$CXL_STATE_DIR/*.json")" ""
	ok "$1: the lock is free" flock -n "$CXL_STATE_DIR/lock" true
}

# processes_of WORD: print the processes that have WORD in their command line
processes_of() { pgrep -f "$1" | xargs; }

# The order, and the report
as_before
hook 20-second
hook 10-first
hook 9-by_name
detach mem0
is "detach: the operation was done" "$status$(cat "$unbind")" 40000:11:00.0
is "detach: before in order, afterwards in the opposite one" "$(called)" \
	"10-first pre-detach 20-second pre-detach 9-by_name pre-detach 9-by_name post-detach 20-second post-detach 10-first post-detach"
is "detach: the report has them" "$(answer '.hooks | map([.phase, .hook, .result, has("took_us")]) | .[0, 5]')" \
	$'["pre-detach","10-first","done",true]\n["post-detach","10-first","done",true]'
keep detach-memdev
as_before
hook 10-first
detach --no-hooks mem0
is "--no-hooks: none is called" "$status$(answer 'has("hooks")')$(called)" 4false
as_before
hook 10-first
detach -v mem0
is "-v: which one runs" "$(grep -c '^cxl detach-memdev: hook 10-first: \(pre\|post\)-detach$' <<<"$err")" 2
as_before
hook 10-first
run on_machine unshare -n "$CXL" detach-memdev --watch-only 1 mem0
is "--watch-only: none is called" "$status$(called)" 1

# What a hook is given
as_before
hook 10-look "env | sort >$machine_top/environment" "cat >$machine_top/input-\$1" "{ pwd; umask; ls /proc/self/fd | wc -l; echo \$#; } >$machine_top/given" \
	"ps -o pgid=,sid= -p \$\$ | xargs -n 1 | uniq | wc -l >>$machine_top/given" 'echo to stdout' 'echo to stderr >&2'
secret=1 detach --hook-timeout 7 mem0
like "its output: all on standard error" "$err" $'to stdout\nto stderr'
ok "its output: the answer is JSON" jq -e .plan <<<"$out"
# bash itself sets _, PWD and SHLVL.
is "environment: no more than this" "$(grep -vE '^(_|PWD|SHLVL|OLDPWD)=' "$machine_top/environment" | xargs)" \
	"CXL_HOOK_TIMEOUT=7 CXL_HOSTS=0000:11:00.0 CXL_MEMDEVS=mem0 CXL_STATE_DIR=$CXL_STATE_DIR CXL_STATUS=4 HOME=/root LC_ALL=C.UTF-8 PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
is "directory, umask, files, arguments, a session of its own" "$(xargs <"$machine_top/given")" "/ 0022 4 1 1"
is "input, before: the phase, and the plan" "$(jq -c '[.phase, .status, .plan.method, .plan.memdevs]' "$machine_top/input-pre-detach")" \
	'["pre-detach",null,"host",["mem0"]]'
is "input, afterwards: the exit status, too" "$(jq -c '[.phase, .status, .plan.method]' "$machine_top/input-post-detach")" '["post-detach",4,"host"]'
for phase in pre post; do
	out=$(<"$machine_top/input-$phase-detach")
	keep hook-input
	out=$(jq .plan <<<"$out")
	keep detach-memdev-plan
done

# One hook refuses.
as_before
hook 10-first
hook 20-second
hook 30-no '[ "$1" != pre-detach ] || exit 7'
hook 40-never
detach mem0
is "refused: by which one, and with which status" "$status$out$err" "3cxl detach-memdev: refused by hook 30-no: pre-detach: exit status 7"
is "refused: those that had run are canceled, in the opposite order" "$(called)" \
	"10-first pre-detach 20-second pre-detach 30-no pre-detach 20-second cancel-detach 10-first cancel-detach"
untouched refused
hook 20-second '[ "$1" = pre-detach ] || exit 1'
rm "$log"
detach mem0
is "refused, and one cannot be canceled: says so, and the others are" "$status$(called)$err" \
	"310-first pre-detach 20-second pre-detach 30-no pre-detach 20-second cancel-detach 10-first cancel-detachcxl detach-memdev: refused by hook 30-no: pre-detach: exit status 7
cxl detach-memdev: warning: hook 20-second: cancel-detach: exit status 1"

# One hook does not end.
as_before
hook 10-first
hook 20-hangs '[ "$1" != pre-detach ] || { sleep 8765 & sleep 8765; }'
detach --hook-timeout 5 mem0
is "time-out: says so" "$status$out$err" "3cxl detach-memdev: refused by hook 20-hangs: pre-detach: killed, since it had not ended after 5 s"
is "time-out: the one that was killed is canceled as well" "$(called)" \
	"10-first pre-detach 20-hangs pre-detach 20-hangs cancel-detach 10-first cancel-detach"
is "time-out: its whole group is killed" "$(processes_of 'sleep 8765')" ""
untouched time-out
as_before
hook 10-stubborn 'trap "" TERM' '[ "$1" != pre-detach ] || { sleep 8765 & while :; do sleep 0.1; done; }'
detach --hook-timeout 2.5 mem0
is "time-out of one that ignores SIGTERM" "$status$err" \
	"3cxl detach-memdev: refused by hook 10-stubborn: pre-detach: killed, since it had not ended after 2.5 s"
is "time-out of one that ignores SIGTERM: its whole group is killed" "$(processes_of 'sleep 8765')" ""
as_before
hook 10-tidy 'trap "echo tidied >>'"$log"'; exit" TERM' '[ "$1" != pre-detach ] || { sleep 8765 & wait; }'
detach --hook-timeout 2.5 mem0
is "time-out: it has time to put back what it did" "$status$(called)" "310-tidy pre-detach tidied 10-tidy cancel-detach"
as_before
hook 10-crashes '[ "$1" != pre-detach ] || kill -SEGV $$'
detach mem0
is "a crash: refused" "$status$err" "3cxl detach-memdev: refused by hook 10-crashes: pre-detach: killed by signal 11, Segmentation fault"
is "a crash: canceled" "$(called)" "10-crashes pre-detach 10-crashes cancel-detach"
untouched "a crash"
as_before
hook 10-first
printf 'exit 0\n' >"$hooks/20-no-interpreter"
chmod 0755 "$hooks/20-no-interpreter"
detach mem0
is "no program: refused, and run by no shell" "$status$err" \
	"3cxl detach-memdev: refused by hook 20-no-interpreter: pre-detach: cannot be run: Exec format error"
is "no program: only the other one is canceled" "$(called)" "10-first pre-detach 10-first cancel-detach"

# Afterwards, no hook can refuse.
as_before
hook 10-first
hook 20-fails '[ "$1" != post-detach ] || exit 5'
detach mem0
is "afterwards, one fails: the exit status is that of the operation" "$status$(answer '.hooks[2] | [.hook, .result, .status]')" \
	'4["20-fails","failed",5]'
like "afterwards, one fails: a warning" "$err" "cxl detach-memdev: warning: hook 20-fails: post-detach: exit status 5"
is "afterwards, one fails: the others run" "$(called)" "10-first pre-detach 20-fails pre-detach 20-fails post-detach 10-first post-detach"
keep detach-memdev

# The operation fails.
as_before
hook 10-first
machine_more=()
detach mem0
is "no kernel log: canceled" "$status$(called)" "510-first pre-detach 10-first cancel-detach"
untouched "no kernel log"
as_before
hook 10-first
machine_more+=(--dev-bind /dev/full "/sys/bus/pci/drivers/cxl_lab_accel/unbind")
detach mem0
is "the kernel refuses the step, and nothing is detached: canceled" "$status$(called)" "110-first pre-detach 10-first cancel-detach"
is "the kernel refuses the step: the report has it" "$(answer '.hooks | map(.phase)')" '["pre-detach","cancel-detach"]'
keep detach-memdev
rm -f "$CXL_STATE_DIR"/*.json

# Hooks that must not run
problem() { # WHAT NAME PROBLEM
	detach mem0
	is "$1: refused" "$status$out$err" "3cxl detach-memdev: $hook_directory$2: $3 (expected ${4-an executable file} that root owns, and that no other user can write)
cxl detach-memdev: refused: remove it, or run no hooks with --no-hooks"
	is "$1: no other is called either" "$(called)" ""
	untouched "$1"
	detach --dry-run mem0
	is "$1: the plan is refused, too" "$status" 3
	keep detach-memdev-plan
	detach --no-hooks --dry-run mem0
	is "$1: not with --no-hooks" "$status$err" 0
}
hook_directory=/etc/cxl/detach.d
as_before
hook 10-first
hook 20-bad
chmod -x "$hooks/20-bad"
problem "not executable" /20-bad "not executable"
is "not executable: the plan says which" "$(detach --dry-run mem0; answer '.hooks[1]')" '{"phase":"pre-detach","hook":"20-bad","problem":"not executable"}'
chmod 0775 "$hooks/20-bad"
problem "writable by its group" /20-bad "writable by others than its owner"
chmod 0757 "$hooks/20-bad"
problem "writable by all" /20-bad "writable by others than its owner"
chmod 0755 "$hooks/20-bad"
chown 1000 "$hooks/20-bad"
problem "not root's" /20-bad "not owned by root"
rm "$hooks/20-bad"
ln -s nowhere "$hooks/20-bad"
problem "a link to nothing" /20-bad "No such file or directory"
rm "$hooks/20-bad"
mkfifo -m 0755 "$hooks/20-bad"
problem "a pipe" /20-bad "not a file"
rm "$hooks/20-bad"
chmod 0777 "$hooks"
problem "a directory that all can write" "" "writable by others than its owner" "a directory"
chmod 0755 "$hooks"
chown 1000 "$hooks"
problem "a directory that is not root's" "" "not owned by root" "a directory"
rm -r "$hooks"
: >"$hooks"
problem "no directory" "" "Not a directory" "a directory"

# Which names are hooks
as_before
hook 10-first
ln "$hooks/10-first" "$hooks/20_LINKED"
ln -s 10-first "$hooks/30-symbolic"
for name in README.md 10-first.dpkg-old 10-first~ .hidden '#10-first#' 'two words' $'new\nline'; do hook "$name"; done
mkdir "$hooks/directory"
detach --dry-run mem0
is "names: which are hooks" "$status$err$(answer '.hooks | map(select(.phase == "pre-detach").hook)')" '0["10-first","20_LINKED","30-symbolic"]'
detach --dry-run -v mem0
is "names: which are not" "$(grep -c 'ignored (a hook is a file whose name has only letters, digits' <<<"$err")" 8
detach mem0
is "names: the others are not called" "$(called | xargs -n 2 | sort | uniq -c | xargs)" "3 10-first post-detach 3 10-first pre-detach"
as_before
detach mem0
is "an empty directory" "$status$(answer 'has("hooks")')" 4false

# A dry run lists them, and runs none.
as_before
hook 10-first
hook 20-second
detach --dry-run mem0
is "dry run: the hooks" "$status$(answer '.hooks | map(.phase + " " + .hook)')" \
	'0["pre-detach 10-first","pre-detach 20-second","post-detach 20-second","post-detach 10-first"]'
keep detach-memdev-plan
detach --dry-run --reattach mem0
is "dry run, --reattach: those afterwards as well" "$(answer '.hooks[4:] | map(.phase + " " + .hook)')" \
	'["pre-attach 10-first","pre-attach 20-second","post-attach 20-second","post-attach 10-first"]'
detach --dry-run --tree mem0
is "dry run, as a tree: on standard error" "$err" "cxl detach-memdev: hooks: pre-detach: 10-first 20-second
cxl detach-memdev: hooks: post-detach: 20-second 10-first"
detach --dry-run --no-hooks mem0
is "dry run, --no-hooks" "$(answer 'has("hooks")')" false
is "dry run: none is called" "$(called)" ""
chmod 0700 "$machine/etc/cxl"
run on_machine unshare -n setpriv --reuid 1000 --clear-groups "$CXL" detach-memdev --dry-run mem0
is "dry run: a user who may not know which there are" "$status$err$(answer .verdict)" \
	'1cxl detach-memdev: cannot read /etc/cxl/detach.d: Permission denied"allowed"'

# A hook may use this program.
as_before
hook 10-lists "$CXL list-attach >$machine_top/listed" "$CXL attach-memdev >>$machine_top/listed 2>&1" "echo \$? >>$machine_top/listed"
detach mem0
is "a hook that lists: does not wait for itself" "$status$(head -n 1 "$machine_top/listed")" "4["
like "a hook that reattaches: is refused at once" "$(tail -n 2 "$machine_top/listed")" \
	"^cxl attach-memdev: process [0-9]+ is detaching or reattaching a memdev"$'\n1'

# A hook may change the machine.
used_by_sleep() {
	run on_machine unshare -n bash -c 'sleep 60 8</dev/null & "$CXL" detach-memdev --via host mem0; status=$?; kill $!; exit $status'
}
as_before
hook 10-frees "rm $devices/mem0/dev"
echo 1:3 >"$devices/mem0/dev"
used_by_sleep
is "in use until a hook has run: not refused" "$status$(called)" "410-frees pre-detach 10-frees post-detach"
as_before
hook 10-first
echo 1:3 >"$devices/mem0/dev"
used_by_sleep
is "in use even then: refused, and canceled" "$status$(called)" "310-first pre-detach 10-first cancel-detach"
like "in use even then: says so" "$err" "refused without -f: .*  open mem0 sleep "
untouched "in use even then"
rm "$devices/mem0/dev"
as_before
hook 10-first
run on_machine unshare -n "$CXL" detach-memdev --via port mem0
is "more would be lost, which no hook can change: none is called" "$status$(called)" 3
as_before
mv "$devices/mem1" "$machine_top/mem1"
mv "$devices/region1" "$machine_top/region1"
hook 10-adds "[ \$1 != pre-detach ] || mv $machine_top/{mem1,region1} $devices"
machine_more+=(--bind "$machine/sys/bus/cxl" "$machine/sys/bus/cxl")
run on_machine unshare -n "$CXL" detach-memdev -f --via port mem0
is "more would be lost than the hooks were told: refused, even with -f" "$status$(called)" "310-adds pre-detach 10-adds cancel-detach"
like "more would be lost: says what" "$err" \
	"cxl detach-memdev: mem1: refused: it would be lost as well now, and was not in the plan that the hooks were given"
as_before
hook 10-removes "[ \$1 = pre-detach ] && mv $devices/mem0 $machine_top/mem0 || mv $machine_top/mem0 $devices"
detach mem0
is "the memdev is gone after the hooks: failed, and canceled" "$status$(called)$err" \
	"110-removes pre-detach 10-removes cancel-detachcxl detach-memdev: mem0: no such memdev (attached: none)"
untouched "the memdev is gone"

# Signals
# signaled SIGNAL: detach-memdev gets it while the hook waits; its status is in $status
signaled() {
	local i
	rm -f "$machine_top/pid"
	on_machine unshare -n bash -c 'echo $$ >'"$machine_top/pid"'; exec env --default-signal=INT "$CXL" detach-memdev --via host mem0 2>'"$machine_top/error" >"$machine_top/out" &
	for ((i = 0; i < 100; i++)); do
		! grep -q "20-waits $phase" "$log" 2>/dev/null || break
		sleep 0.1
	done
	kill "-$1" "$(<"$machine_top/pid")"
	status=0
	wait $! || status=$?
}
# waiting PHASE: a hook waits in that phase
waiting() {
	phase=$1
	as_before
	hook 10-first
	hook 20-waits "[ \$1 != $phase ] || { sleep 8765 & sleep 8765; }"
}
for signal in INT:130 TERM:143 HUP:129; do
	waiting pre-detach
	signaled ${signal%:*}
	is "SIG${signal%:*}: it ends by that" "$status" ${signal#*:}
	is "SIG${signal%:*}: all that has run is canceled" "$(called)" \
		"10-first pre-detach 20-waits pre-detach 20-waits cancel-detach 10-first cancel-detach"
	is "SIG${signal%:*}: says so" "$(cat "$machine_top/error")" "cxl detach-memdev: refused by hook 20-waits: pre-detach: interrupted
cxl detach-memdev: interrupted: nothing was changed"
	is "SIG${signal%:*}: no process is left" "$(processes_of 'sleep 8765')" ""
	untouched "SIG${signal%:*}"
done
waiting post-detach
signaled TERM
is "SIGTERM in a post phase: it ends by that, no other follows, and the report is there" \
	"$status$(called)$(jq -c '.hooks | map(.result)' "$machine_top/out")" \
	'14310-first pre-detach 20-waits pre-detach 20-waits post-detach["done","done","interrupted"]'
like "SIGTERM in a post phase: says what it leaves" "$(cat "$machine_top/error")" \
	"cxl detach-memdev: interrupted: 0000:11:00.0 is attached as before"
is "SIGTERM in a post phase: no process is left" "$(processes_of 'sleep 8765')" ""
as_before
hook 10-slow 'sleep 1.5'
run on_machine unshare -n env TERM=xterm "$SOURCE/test/replay/typed" '' "$CXL" detach-memdev --via host mem0
like "a hook that takes long, on a terminal: a line that says so, and is erased" "$out" \
	$'\e\\[Kcxl: hook 10-slow: pre-detach: 1 s\r\e\\[K'
waiting pre-detach
signaled KILL
is "SIGKILL: nothing is canceled" "$status$(called)" "13710-first pre-detach 20-waits pre-detach"
untouched SIGKILL
sleep 3
is "SIGKILL: no process is left" "$(processes_of 'sleep 8765')" ""
as_before
hook 10-first
hook 20-signals '[ "$1" != pre-detach ] || kill -TERM $(ps -o ppid= -p $(ps -o ppid= -p $$))'
detach mem0
is "a signal just before the first step: canceled" "$status$(called)" \
	"14310-first pre-detach 20-signals pre-detach 20-signals cancel-detach 10-first cancel-detach"
is "a signal just before the first step: says so, once" "$(grep -c ': interrupted: nothing was changed$' <<<"$err")" 1
untouched "a signal just before the first step"
# A build without the points at which it can be killed is a release's, as on Debian 13 here.
if grep -qa CXL_TEST_KILL_AT "$(elf "$CXL")"; then
	as_before
	hook 10-first
	CXL_TEST_KILL_AT=pre-detach detach mem0
	is "killed after a hook: nothing was changed" "$status$(called)" "13710-first pre-detach"
	untouched "killed after a hook"
fi

# attach-memdev
entry() { # HOST MEMDEV
	jq -n --arg boot "$(cat /proc/sys/kernel/random/boot_id)" --arg host "$1" --arg memdev "$2" '{boot_id: $boot, time_us: 1, method: "host",
		hosts: [{host: $host, bus: "pci", driver: "cxl_lab_accel", memdev: $memdev, regions: []}],
		undo: [{action: "bind", bus: "pci", driver: "cxl_lab_accel", device: $host}]}' >"$CXL_STATE_DIR/$1.json"
}
machine pci-unbound
mkdir -p "$machine/dev/cxl" "$machine/sys/bus/pci/drivers/cxl_lab_accel" "$machine/sys/bus/pci/devices/0000:99:00.0"
unbind=$machine/sys/bus/pci/drivers/cxl_lab_accel/bind
as_before
attach
is "attach: nothing is to be done, and none is called" "$status$(called)" 0
hook 10-first "cat >$machine_top/input-\$1" "env | grep -E '^CXL_(HOSTS|MEMDEVS|STATUS)=' | sort | xargs >>$log"
hook 20-second
entry 0000:11:00.0 mem0
entry 0000:99:00.0 mem9
attach --timeout 1
is "attach: once for all" "$(called)" \
	"10-first pre-attach CXL_HOSTS=0000:11:00.0 0000:99:00.0 CXL_MEMDEVS=mem0 mem9 20-second pre-attach 20-second post-attach 10-first post-attach CXL_HOSTS=0000:11:00.0 0000:99:00.0 CXL_MEMDEVS=mem0 mem9 CXL_STATUS=$status"
is "attach: the report has them, after all others" "$(answer 'map(has("hooks")), (.[-1].hooks | map(.phase + " " + .result))')" \
	$'[false,false,true]\n["pre-attach done","pre-attach done","post-attach done","post-attach done"]'
is "attach: the plan" "$(jq -c '.plan | map([.hosts[0].host, .steps[0].action])' "$machine_top/input-pre-attach")" \
	'[["0000:11:00.0","bind"],["0000:99:00.0","bind"]]'
keep attach-memdev
for phase in pre post; do
	out=$(<"$machine_top/input-$phase-attach")
	keep hook-input
	out=$(jq .plan <<<"$out")
	keep attach-memdev
done
hook 20-second 'exit 1'
rm -f "$log"
attach
is "attach: refused" "$status$err" "3cxl attach-memdev: refused by hook 20-second: pre-attach: exit status 1"
is "attach: refused: canceled" "$(called | tr ' ' '\n' | grep -c -e cancel-attach)$(answer 'map(.hooks | map(.phase))')" \
	'1[["pre-attach","pre-attach","cancel-attach"]]'
keep attach-memdev
as_before
hook 10-first
entry 0000:11:00.0 mem0
machine_more=()
attach
is "attach: no kernel log: canceled" "$status$(called)" "510-first pre-attach 10-first cancel-attach"
rm "$log"
attach --dry-run
is "attach: dry run" "$status$(called)$(answer 'map(keys)')" '0[["format_version","hosts","steps"],["format_version","hooks"]]'
keep attach-memdev
attach --dry-run --no-hooks
is "attach: --no-hooks" "$status$(answer 'map(keys)')" '0[["format_version","hosts","steps"]]'
as_before
entry 0000:11:00.0 mem0
hook 10-adds "[ \$1 != pre-attach ] || cp $CXL_STATE_DIR/0000:11:00.0.json $machine_top/kept; [ \$1 != pre-attach ] || sed s/0000:11:00.0/0000:99:00.0/ <$machine_top/kept >$CXL_STATE_DIR/0000:99:00.0.json" \
	"rm -f $CXL_STATE_DIR/0000:11:00.0.json"
attach
is "attach: another host after the hooks: refused, and canceled" "$status$(called)$err" \
	"310-adds pre-attach 10-adds cancel-attachcxl attach-memdev: 0000:99:00.0: refused: it was not in the plan that the hooks were given"

# Without hooks, the search for hooks costs one system call; with --no-hooks, it costs none.
# Without the processes of other tests, which the command also looks at
machine pci-shared
machine_more=(--unshare-pid)
# Print each call that names a file. The other calls depend on the sanitizer, and on when a process gets the processor.
traced() { # OPTION...
	run on_machine unshare -n strace -f -e trace=%file -o "$machine_top/calls" "$CXL" detach-memdev --dry-run mem0 "$@"
	sed -n 's/^[0-9]* *\([a-z0-9]*\)([^"]*"\([^"0-9][^"]*\)".*/\1 \2/p' "$machine_top/calls" | grep -v ' /proc/' | LC_ALL=C sort
}
if [ -n "$(command -v strace)" ] && on_machine strace -o /dev/null true 2>/dev/null; then
	traced --no-hooks >"$machine_top/without"
	traced >"$machine_top/with"
	like "no directory: the calls are there" "$(wc -l <"$machine_top/without")" '^[1-9][0-9]{2,}$'
	is "no directory: one call more than with --no-hooks" "$(LC_ALL=C comm -3 "$machine_top/with" "$machine_top/without")" "openat /etc/cxl/detach.d"
fi

for schema in detach-memdev detach-memdev-plan attach-memdev hook-input; do
	ok "every answer is valid: $schema" all_valid $schema
done
finish
