#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The handover for virtualization: the host goes to another driver, and is taken back. Both are also killed after every
# step. On PCI the other driver is vfio-pci. On the mock it is a driver that binds to any device and does nothing with it.
# shellcheck source=test/vm/detach.sh
. "$SOURCE/test/vm/detach.sh"

whole=$(state)
device=$(echo /sys/bus/{pci,platform}/devices/"$host" | xargs -n 1 ls -d 2>/dev/null)
driver() { basename "$(readlink "$device/driver")"; }
override=$(cat "$device/driver_override")
to=alarmtimer
if [[ $host == 0000:* ]]; then
	# There is no IOMMU here, and VFIO needs an option for that.
	modprobe vfio enable_unsafe_noiommu_mode=1
	modprobe vfio-pci
	to=vfio-pci
fi

run "$CXL" detach-memdev --to nowhere "$(mem)"
is "a driver that is not there: cannot" "$status" 5
is "and nothing has changed" "$(state)" "$whole"
# The unbind from the provider fails: the host must not get another driver later.
unbind=/sys/bus/$(basename "$(readlink -f "$device/subsystem")")/drivers/$provider/unbind
mount --bind /dev/full "$unbind"
run "$CXL" detach-memdev --to $to "$(mem)"
umount "$unbind"
is "a handover that fails: says so" "$status" 1
like "a handover that fails: where" "$err" "cannot unbind $host from $provider: No space left on device"
is "a handover that fails: nothing has changed" "$(state)$(compgen -G '/run/cxl/*.json')" "$whole"
is "a handover that fails: nor has the override" "$(cat "$device/driver_override")" "$override"
run "$CXL" detach-memdev --to $to "$(mem)"
is "handed over: every check passed" "$status$(failed)" "0[]"
is "handed over: the other driver has it" "$(driver)" $to
is "handed over: nobody owns the region" "$(answer '.handover | map([.driver, .result, .regions])')$err" \
	"[[\"$to\",\"free\",[]]]"
run "$CXL" list-attach
is "list-attach: detached, and to whom" "$(answer 'map([.attach, .driver, .provider, .detached_by.hand_to])')" \
	"[[\"detached\",\"$to\",\"$provider\",\"$to\"]]"
reattach
is "taken back" "$status$(state)" "0$whole"
is "taken back: with the override that it had" "$(cat "$device/driver_override")" "$override"
run "$CXL" detach-memdev --to $to "$(mem)"
rmmod "$provider"
reattach
is "taken back, and its module was unloaded meanwhile" "$status$(state)" "0$whole"
# A driver_override names another driver, and no process has acted on it yet.
echo $to >"$device/driver_override"
for method in host bus; do
	run "$CXL" detach-memdev -f --via $method "$(mem)"
	is "$method, with the driver_override of another driver: detached" "$status$(failed)" "0[]"
	reattach
	is "$method, with the driver_override of another driver: reattached" "$status$(state)" "0$whole"
	is "$method: the driver_override stays" "$(cat "$device/driver_override")" $to
done
echo "${override#(null)}" >"$device/driver_override"
results=''
for _ in $(seq 10); do
	run "$CXL" detach-memdev --to $to --reattach "$(mem)"
	results+="$status $(answer .reattach.passed) "
done
is "ten times there and back" "$(xargs -n 2 <<<"$results" | sort | uniq -c | xargs)" "10 0 true"
is "everything is as it was" "$(state)" "$whole"

killed step-0 detach-memdev --to $to "$(mem)"
run "$CXL" detach-memdev "$(mem)"
is "half way there: not detached again" "$status" 1
like "half way there: what to do" "$err" "$host: detached, and not completely reattached [(]run 'cxl attach-memdev $host' first[)]"
reattached "half way there"
is "half way there: the override is as it was" "$(cat "$device/driver_override")" "$override"
for point in step-1 acted handed; do
	killed $point detach-memdev --to $to "$(mem)"
	reattached "killed during the handover, $point"
done
for point in step-0 step-1 step-2 returned back; do
	"$CXL" detach-memdev --to $to "$(mem)" >/dev/null
	killed $point attach-memdev "$host"
	reattached "killed during the reattach, $point"
done
is "the override is as it was" "$(cat "$device/driver_override")" "$override"
check_dmesg
