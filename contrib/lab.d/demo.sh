# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What each command prints, in one guest.

say "booting a machine with an accelerator (--machine $opt_machine) ..."
guest_boot bash -c '
show() { printf "\n# %s\n" "$*"; "$@"; }
printf "A CXL accelerator. What cxl-cli prints of it and of its region:\n"
show /usr/bin/cxl list -MR
printf "\nThe region is locked. Our cxl says why, and which driver owns it:\n"
show cxl list-attach --tree
show cxl list-locked --table
printf "\nThe evidence, as JSON for programs:\n"
show cxl list-attach -u
printf "\nWhat our cxl adds to a region in the listing of cxl-cli:\n"
show sh -c "cxl list -R --attach | jq -c \"map({region, lock_reason, owners})\""
printf "\nThe drivers of this kernel that can own CXL memory:\n"
show cxl list-attach --providers --table
host=$(cxl list-attach | jq -r ".[0].host")
driver=$(readlink -f "/sys/bus/cxl/devices/mem0/../driver")
printf "\nThe driver was unbound from %s; the memdev is gone, and still listed:\n" "$host"
echo "$host" >"$driver/unbind"
echo 1 >/sys/bus/cxl/flush
show cxl list-attach --table
echo "$host" >"$driver/bind"
printf "\nAll other commands are those of cxl-cli:\n"
show cxl list -MR -u
show cxl --version
'
exit "$status"
