#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Hooks on the real kernel: what exists when each hook runs. Nothing is changed if a hook refuses, is ended, or is left
# behind by a killed command. test/replay/hooks.sh tests on recorded machines which hooks run in which order.
# shellcheck disable=SC2016 # hooks expand what they do
# shellcheck source=test/vm/detach.sh
. "$SOURCE/test/vm/detach.sh"

whole=$(state)
hooks=/etc/cxl/detach.d
log=/tmp/called
# hook NAME [LINE...]: make a hook that records its phase, and whether the memdev exists, and then runs these lines
hook() {
	mkdir -p $hooks
	printf '%s\n' '#!/bin/bash' "here=none; for path in /sys/bus/cxl/devices/mem*; do
		[[ \$(readlink \$path) != */$host/mem* ]] || here=there; done" \
		"echo \"$1 \$1 \$here\" >>$log" "${@:2}" >$hooks/"$1"
	chmod 0755 $hooks/"$1"
}
# called: print what was called since the last time
called() { [ ! -e $log ] || xargs <$log; rm -f $log; }
# unchanged WHAT: everything is as it was, and another command can run
unchanged() {
	is "$1: nothing has changed" "$(state)$(compgen -G '/run/cxl/*.json')" "$whole"
	ok "$1: the lock is free" flock -n /run/cxl/lock true
}

hook 10-first
hook 20-second
run "$CXL" detach-memdev "$(mem)"
is "detach: every check passed" "$status$(failed)" "0[]"
is "detach: there before, gone afterwards" "$(called)" \
	"10-first pre-detach there 20-second pre-detach there 20-second post-detach none 10-first post-detach none"
valid "detach: the report" detach-memdev
run "$CXL" attach-memdev "$host"
is "attach: every check passed" "$status$(answer 'map(.passed)')" "0[true,null]"
is "attach: gone before, there afterwards" "$(called)" \
	"10-first pre-attach none 20-second pre-attach none 20-second post-attach there 10-first post-attach there"
valid "attach: the report" attach-memdev
is "attach: everything is as it was" "$(state)" "$whole"

hook 20-second '[ $1 != pre-detach ]'
run "$CXL" detach-memdev "$(mem)"
is "refused" "$status$out$err" "3cxl detach-memdev: refused by hook 20-second: pre-detach: exit status 1"
is "refused: canceled" "$(called)" "10-first pre-detach there 20-second pre-detach there 10-first cancel-detach there"
unchanged refused
hook 20-second '[ $1 != pre-detach ] || sleep 1000'
run "$CXL" detach-memdev --hook-timeout 10 "$(mem)"
is "time-out" "$status$out" 3
is "time-out: canceled" "$(called)" \
	"10-first pre-detach there 20-second pre-detach there 20-second cancel-detach there 10-first cancel-detach there"
unchanged time-out
rm $hooks/20-second
killed pre-detach detach-memdev "$(mem)"
is "killed after a hook: nothing else was called" "$(called)" "10-first pre-detach there"
unchanged "killed after a hook"

# The hook ends what uses the memory.
sleep 1000 7<"/dev/cxl/$(mem)" &
user=$!
run "$CXL" detach-memdev --no-hooks "$(mem)"
is "in use: refused without the hook" "$status$(called)" 3
hook 10-first "[ \$1 != pre-detach ] || kill $user"
run "$CXL" detach-memdev --reattach "$(mem)"
is "in use until the hook has run: detached and reattached" "$status$(answer '[.passed, .reattach.passed]')" "0[true,true]"
is "detached and reattached: all phases" "$(called)" \
	"10-first pre-detach there 10-first post-detach none 10-first pre-attach none 10-first post-attach there"
valid "detached and reattached: the report" detach-memdev
unchanged "detached and reattached"
hook 10-first '[ $1 != pre-attach ]'
run "$CXL" detach-memdev --reattach "$(mem)"
is "not reattached: refused" "$status$(answer '[.passed, has("reattach")]')" "3[true,false]"
like "not reattached: by which hook" "$err" "refused by hook 10-first: pre-attach: exit status 1"
is "not reattached: the phases" "$(called)" "10-first pre-detach there 10-first post-detach none 10-first pre-attach none"
run "$CXL" attach-memdev --no-hooks
is "not reattached: it is in the journal" "$status$(state)$(called)" "0$whole"

# The kernel refuses; or the hook itself does what the command is about to do.
hook 10-first
unbind=/sys/bus/$(basename "$(readlink -f "$(echo /sys/bus/{pci,platform}/devices/"$host" | xargs -n 1 ls -d 2>/dev/null)/subsystem")")/drivers/$provider/unbind
mount --bind /dev/full "$unbind"
run "$CXL" detach-memdev --via host "$(mem)"
umount "$unbind"
is "the kernel refuses, and nothing is detached: canceled" "$status$(called)" "110-first pre-detach there 10-first cancel-detach there"
valid "the kernel refuses: the report" detach-memdev
unchanged "the kernel refuses"
hook 10-first "[ \$1 != pre-detach ] || { echo $host >$unbind; echo 1 >/sys/bus/cxl/flush; }"
run "$CXL" detach-memdev "$(mem)"
is "a hook that unbinds the host: failed, and canceled" "$status$(called)" "110-first pre-detach there 10-first cancel-detach none"
hook 10-first
run "$CXL" attach-memdev "$host"
is "a host that is in no journal: its hooks" "$status$(called)" "010-first pre-attach none 10-first post-attach there"
unchanged "a host that is in no journal"

# These commands call no hook.
run "$CXL" destroy-region -f "$("$CXL" list-attach | jq -r '.[0].regions[0].region')"
is "the guard: calls none" "$status$(called)" 3
run "$CXL" detach-memdev --watch-only 1 "$(mem)"
is "--watch-only: calls none" "$status$(called)" 1
bus=()
[[ $host != 0000:* ]] || bus=(--real-hardware -b ACPI.CXL)
run "$CXL" exercise-autoremove "${bus[@]}" "$(mem)" --via host --trials 1 --timeout 20
is "the exerciser: calls none" "$status$(called)" 0
rm -r /etc/cxl
check_dmesg
