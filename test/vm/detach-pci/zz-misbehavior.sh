#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A provider that misbehaves, in each way that its parameters offer: exactly the check for that misbehavior fails. The
# test runs last in its boot, because it leaves a warning and mappings behind.
# shellcheck source=test/vm/detach.sh
. "$SOURCE/test/vm/detach.sh"

parameters=/sys/module/cxl_lab_accel/parameters
whole=$(state)
expander=$("$CXL" list-attach --all | jq -r '.[] | select(.attach == "none").memdev')
detail() { jq -r --arg check "$1" '.checks[] | select(.check == $check).detail' <<<"$out"; }
as_it_was() {
	reattach
	is "$1: reattached" "$status$(state)" "0$whole"
}

# Another process changes something during the detach.
echo 3000 >$parameters/remove_sleep_ms
(until compgen -G '/run/cxl/*.json' >/dev/null; do sleep 0.1; done; echo "$expander" >/sys/bus/cxl/drivers/cxl_mem/unbind) &
run "$CXL" detach-memdev --via host "$(mem)"
wait
echo 0 >$parameters/remove_sleep_ms
is "another memdev was unbound meanwhile: nothing-else failed" "$status$(failed)" '4["nothing-else"]'
like "another memdev was unbound meanwhile: which" "$(detail nothing-else)" "$expander was unbound"
echo "$expander" >/sys/bus/cxl/drivers/cxl_mem/bind
as_it_was "another memdev was unbound meanwhile"

# The provider's remove() does not return in time.
echo 60000 >$parameters/remove_sleep_ms
run "$CXL" detach-memdev --via host --timeout 2 "$(mem)"
stuck=$(jq .stuck.pid <<<"$out")
ok "a remove() that hangs: the command does not" is_there "$stuck"
is "a remove() that hangs: status 4" "$status" 4
like "a remove() that hangs: says so" "$err" "unbind $host from $provider: the kernel has not returned after 2 s"
is "a remove() that hangs: which step, and that the process is there" \
	"$(jq -r '[.stuck.step.device, (.stuck.pid | type)] | join(" ")' <<<"$out")" "$host number"
like "a remove() that hangs: where in the kernel" "$(jq -r '.stuck | .wchan + .stack' <<<"$out")" "msleep|lab_accel_remove|schedule"
is "a remove() that hangs: nothing more is claimed" "$(jq -c '[.checks[] | select(.check != "no-splat").result] | unique' <<<"$out")" '["not-checked"]'
valid "a remove() that hangs: the report is valid" detach-memdev
echo 0 >$parameters/remove_sleep_ms
until_ended "$stuck"
as_it_was "a remove() that hung"

# remove() does not return, and the command is interrupted.
echo 60000 >$parameters/remove_sleep_ms
env --default-signal=INT "$CXL" detach-memdev --via host "$(mem)" >/tmp/out 2>/tmp/err &
pid=$!
until compgen -G '/run/cxl/*.json' >/dev/null; do sleep 0.1; done
sleep 1
kill -INT $pid
status=0
wait $pid || status=$?
out=$(</tmp/out) err=$(</tmp/err)
stuck=$(jq .stuck.pid <<<"$out")
ok "interrupted in a remove() that hangs: ends before it" is_there "$stuck"
is "interrupted in a remove() that hangs: dies by the signal" "$status" 130
like "interrupted in a remove() that hangs: says where it is" "$err" \
	"unbind $host from $provider: the kernel has not returned \(process [0-9]+"
like "interrupted in a remove() that hangs: says what it leaves" "$err" \
	"interrupted: what was detached stays so; 'cxl attach-memdev $host' reattaches it"
valid "interrupted in a remove() that hangs: the report is valid" detach-memdev
echo 0 >$parameters/remove_sleep_ms
until_ended "$stuck"
as_it_was "interrupted in a remove() that hung"

# On a terminal, a step that takes long has a line
echo 2500 >$parameters/remove_sleep_ms
run env TERM=xterm "$SOURCE/test/replay/typed" '' "$CXL" detach-memdev --via host "$(mem)"
echo 0 >$parameters/remove_sleep_ms
like "a slow remove(), on a terminal: which step takes so long" "$out" $'\e\\[Kcxl: unbind '"$host from $provider: [12]\\.[0-9] s"
as_it_was "a slow remove(), on a terminal"

# When the kernel returns, a step that was given up, or whose command was killed, is not followed by another step.
modprobe vfio enable_unsafe_noiommu_mode=1
modprobe vfio-pci
override=$(cat "/sys/bus/pci/devices/$host/driver_override")
driver() { basename "$(readlink "/sys/bus/pci/devices/$host/driver")"; }
for how in time-out SIGKILL; do
	echo 60000 >$parameters/remove_sleep_ms
	if [ $how = time-out ]; then
		run "$CXL" detach-memdev --to vfio-pci --timeout 2 "$(mem)"
		code=$status pid=$(jq -r .stuck.pid <<<"$out")
	else
		"$CXL" detach-memdev --to vfio-pci "$(mem)" >/dev/null 2>&1 &
		until compgen -G '/run/cxl/*.json' >/dev/null; do sleep 0.1; done
		sleep 2
		kill -9 $!
		wait $! 2>/dev/null
		code=4 pid='[0-9]+'
	fi
	run "$CXL" attach-memdev
	is "a handover that hangs, $how" "$code" 4
	is "a handover that hangs, $how: the next command is refused" "$status$out" 1
	like "a handover that hangs, $how: and says who is stuck" "$err" \
		"^cxl attach-memdev: another command's step is still in the kernel [(]process $pid, unbind $host from ${provider}[)]$"
	echo 0 >$parameters/remove_sleep_ms
	until_ended "$(grep -oE 'process [0-9]+' <<<"$err" | cut -d ' ' -f 2)"
	is "a handover that hung, $how: no other driver has the host" "$(driver)" ""
	as_it_was "a handover that hung, $how"
	is "a handover that hung, $how: with its own override" "$(cat "/sys/bus/pci/devices/$host/driver_override")" "$override"
done

# The provider refuses to bind.
"$CXL" detach-memdev --via host "$(mem)" >/dev/null
echo 1 >$parameters/refuse
run "$CXL" attach-memdev --timeout 5
is "a provider that refuses: failed" "$status" 1
like "a provider that refuses: the kernel's error" "$err" "cannot bind $host to $provider: "
like "a provider that refuses: what is wrong" "$err" "memdev-back: $host has no memdev"
ok "a provider that refuses: the journal keeps it" test -e "/run/cxl/$host.json"
echo 0 >$parameters/refuse
as_it_was "a provider that refused"

said=$(dmesg | sed "1,/$kernel_mark/d" | "$SOURCE/contrib/lab.d/splats")
is "the kernel has not complained so far" "$said" ""
echo 1 >$parameters/remove_warn
run "$CXL" detach-memdev --via host "$(mem)"
echo 0 >$parameters/remove_warn
is "a warning: no-splat failed" "$status$(failed)" '4["no-splat"]'
like "a warning: which" "$(detail no-splat)" "warning: WARNING: .*lab_accel_remove"
as_it_was "a warning"
# The provider keeps its mapping.
echo 1 >$parameters/keep_mapping
run "$CXL" detach-memdev "$(mem)"
echo 0 >$parameters/keep_mapping
is "a mapping that stays: addresses-released failed" "$status$(failed)" '4["addresses-released"]'
like "a mapping that stays: whose" "$(detail addresses-released)" "is still mapped, by lab_accel_probe"
as_it_was "a mapping that stays"
finish
