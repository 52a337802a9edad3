#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Another process removes the device while it is detached. The next attach-memdev then fails with a message. If the
# device is found again, attach-memdev knows how to attach it.
# shellcheck source=test/vm/detach.sh
. "$SOURCE/test/vm/detach.sh"

whole=$(state)
bus=/sys/bus/pci
run "$CXL" detach-memdev --via host "$(mem)"
is "detached" "$status$(failed)" "0[]"
echo 1 >$bus/devices/"$host"/remove

run "$CXL" attach-memdev
is "removed since: nothing is done, and the status is 1" "$status$out" "1[]"
is "removed since: which, is said" "$err" "cxl attach-memdev: $host: has been removed since it was detached"
run "$CXL" attach-memdev
is "removed since: said once" "$status$out$err" "0[]cxl attach-memdev: nothing has been detached"

# A rescan finds the device while no driver binds by itself: no driver but its own may have it.
echo 0 >$bus/drivers_autoprobe
echo 1 >$bus/rescan
echo "$provider" >$bus/devices/"$host"/driver_override
echo 1 >$bus/drivers_autoprobe
run "$CXL" attach-memdev "$host"
is "found again: attached by its name" "$status" 0
is "found again: everything is as it was" "$(state)" "$whole"

# The device is found again while it is still in the journal: it has lost its driver_override.
run "$CXL" detach-memdev --via host "$(mem)"
is "detached once more" "$status$(failed)" "0[]"
echo 0 >$bus/drivers_autoprobe
echo 1 >$bus/devices/"$host"/remove
echo 1 >$bus/rescan
echo 1 >$bus/drivers_autoprobe
run "$CXL" attach-memdev
is "removed and found again: attached" "$status$(answer 'map([.passed, (.steps | map(.action))])')" '0[[true,["override","bind"]]]'
is "removed and found again: everything is as it was" "$(state)" "$whole"
check_dmesg
