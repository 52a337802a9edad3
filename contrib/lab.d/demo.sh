# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The story that the product can tell today, in one guest.

say "booting a machine with an accelerator (--machine $opt_machine) ..."
guest_boot bash -c '
show() { printf "\n# %s\n" "$*"; "$@"; }
printf "A CXL accelerator. What cxl-cli says of it, and of the region behind it:\n"
show /usr/bin/cxl list -MR
printf "\nThe region is locked. By whom? Our cxl:\n"
show cxl list-attach --tree
show cxl list-locked --table
printf "\nAnd how do we know? All that was seen, for programs to read:\n"
show cxl list-attach -u
printf "\nThe same in the listing of cxl-cli (here: what is added to the region):\n"
show sh -c "cxl list -R --attach | jq -c \"map({region, lock_reason, owners})\""
printf "\nThe drivers of this kernel that can own CXL memory at all:\n"
show cxl list-attach --providers --table
host=$(cxl list-attach | jq -r ".[0].host")
driver=$(readlink -f "/sys/bus/cxl/devices/mem0/../driver")
printf "\nTaken down behind its back (its driver unbound from %s), it is not forgotten:\n" "$host"
echo "$host" >"$driver/unbind"
echo 1 >/sys/bus/cxl/flush
show cxl list-attach --table
echo "$host" >"$driver/bind"
printf "\nEverything else that cxl-cli does, it still does:\n"
show cxl list -MR -u
show cxl --version
'
exit "$status"
