#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# exercise-autoremove on the PCI machine finds each kind of misbehavior that the provider's parameters offer. On real
# hardware it runs only with an option.
# shellcheck source=test/vm/guest.sh
. "$SOURCE/test/vm/guest.sh"

parameters=/sys/module/cxl_lab_accel/parameters
state() { "$CXL" list-attach --all | jq -c 'map(del(.memdev, .id, .endpoint, .port, .bus) | .regions |= map(del(.region)))'; }
whole=$(state)
mem() { basename /sys/bus/pci/drivers/cxl_lab_accel/0000:*/mem*; }
exercise() {
	rm -f /tmp/log
	run "$CXL" exercise-autoremove --log /tmp/log --real-hardware -b ACPI.CXL "$(mem)" "$@"
}
# planted SWITCH ON OFF OPTION...: run it with that parameter of the provider on; the report is in $out
planted() {
	echo "$2" >"$parameters/$1"
	exercise "${@:4}"
	echo "$3" >"$parameters/$1"
}
signatures() { answer '.findings | map(.signature)'; }

run "$CXL" exercise-autoremove
is "real hardware is refused" "$status$(grep -o 'on a bus of real hardware' <<<"$err")" "3on a bus of real hardware"
exercise --via memdev --via host --via endpoint --via pci-remove --trials 2
is "each actor alone: nothing is found" "$status$(answer '[.ended, .trials, .findings]')" '0["complete",8,[]]'
is "each actor alone: everything is as it was" "$(state)" "$whole"

planted remove_warn 1 0 --via host --trials 2
is "a warning is found, and named" "$status$(signatures)" '4["warning lab_accel_remove"]'
is "a warning: each time, also when the actor was measured" "$(answer '[.findings[0].count, .ended]')" '[3,"complete"]'
like "a warning: the whole report" "$(jq -r '.findings[0].detail' <<<"$out")" "lab_accel_remove.*Call Trace:.*pci_device_remove.*end trace"
planted keep_reference 1 0 --via host --trials 8
is "a reference that is kept is found" "$status$(signatures)" '4["leak of a memdev"]'
# The present memdev was made before the parameter was off again, and is therefore also kept.
"$CXL" detach-memdev -f --reattach "$(mem)" >/dev/null
# One kernel of the lab looks for wrong locking, and one for wrong use of memory: the full lane runs this on both.
if [ -e /proc/lockdep ]; then
	planted remove_inversion 1 0 --via host --trials 1
	is "locks in another order are found, and named" "$status$(signatures)" '4["lockdep lab_accel_lock_both < lab_accel_remove"]'
elif zgrep -qx CONFIG_KASAN=y /proc/config.gz; then
	planted remove_use_after_free 1 0 --via host --trials 1
	like "use after free is found, and named" "$status$(signatures)" '^4\["kasan lab_accel_(use_after_free < lab_accel_)?remove"\]$'
fi
planted remove_sleep_ms 60000 0 --via host --timeout 3 --trials 5
is "a remove() that hangs is found, and nothing more is done" "$status$(answer '[.ended, .trials, (.findings | map(.kind))]')" \
	'4["stopped",0,["stuck"]]'
like "a remove() that hangs: where" "$(jq -r '.findings[0].detail' <<<"$out")" "host \(process [0-9]+\) has not returned after 3 s"
until_ended "$(jq -r '.findings[0].detail' <<<"$out" | sed -n 's/.*(process \([0-9]*\)).*/\1/p')"
"$CXL" attach-memdev --all >/dev/null
begun=$(date +%s%N)
planted remove_sleep_ms 3000 0 --via memdev --max-exposure 1 --trials 1
most=$((($(date +%s%N) - begun) / 1000))
is "an exposure that is too long is found" "$status$(answer '[.ended, (.findings | map([.signature, .count]))]')" '4["complete",[["exposure",2]]]'
exposure=$(jq -r '.findings[0].detail' <<<"$out" | sed -n 's/.*gone for \([0-9]*\) us.*/\1/p')
ok "an exposure that is too long: how long" test "$exposure" -ge 2950000 -a "$exposure" -le "$most"
planted remove_sleep_ms 3000 0 --via host --max-exposure 1 --trials 1
is "where there is none, there is none" "$status$(signatures)" '0[]'
# Most trials do not read a decoder that its port does not count as committed. That it has changed is found
# in one that reads everything: every 16th, and the last one.
bus() { "$CXL" detach-memdev -f --reattach --via bus "$(mem)" >/dev/null; } # makes all decoders anew
trial_of() { jq -s 'map(select(.record == "result" and (.findings | length) > 0).trial)' -c /tmp/log; }
planted alter_decoder 5 0 --via host --trials 40
is "a decoder that was altered is found" "$status$(signatures)" '4["check nothing-else"]'
is "a decoder that was altered: in a trial that reads everything" "$(trial_of)" '[15]'
bus
planted alter_decoder 5 0 --via host --trials 8
is "a decoder that was altered, at the last trial" "$status$(signatures)$(trial_of)" '4["check nothing-else"][7]'
bus
planted keep_mapping 1 0 --via memdev --trials 1
is "a mapping that is kept is found" "$status$(signatures)" '4["check addresses-released"]'
planted keep_range 1 0 --via memdev --trials 1
is "addresses that stay taken are found" "$status$(signatures)" '4["check addresses-released"]'
# This seed draws a remove() during which no region may lose its driver.
echo 114 >"$parameters/race"
exercise --race host,region --interleaving loops --trials 1
echo 0 >"$parameters/race"
is "a race that happens for 72 us is found, and named" "$status$(answer '[.findings[].signature | select(test("race_at < lab_accel_remove"))] | length > 0')" \
	"4true"
like "a race: what the driver was not prepared for" "$(jq -r '.findings[].detail' <<<"$out")" "a region has lost its driver at the beginning of remove"
"$CXL" attach-memdev --all >/dev/null
is "after all that, everything is as it was" "$(state | jq -c 'map(.attach)')" "$(jq -c 'map(.attach)' <<<"$whole")"

# This comes last: no process can use the device any more, because a process that dies in the kernel keeps its locks.
start=$SECONDS
planted remove_oops 1 0 --via host --timeout 600 --trials 5
is "an oops of who does it is found, named, and nothing more is done" "$status$(answer '[.ended, (.findings | map([.kind, .signature]))]')" \
	'4["stopped",[["splat","bug lab_accel_oops < lab_accel_remove"]]]'
ok "an oops: not after the time that an actor may take" test $((SECONDS - start)) -lt 600
finish
