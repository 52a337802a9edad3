# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The story that the product can tell today, in one guest.

say "booting a machine with an accelerator (--machine $opt_machine) ..."
guest_boot bash -c '
show() { printf "\n# %s\n" "$*"; "$@"; }
printf "A CXL accelerator. What cxl-cli says of it, and of the region behind it:\n"
show /usr/bin/cxl list -MR
printf "\nThe region is locked. By whom, and how do we know? Our cxl:\n"
show cxl list-attach -u
printf "\nEverything else that cxl-cli does, it still does:\n"
show cxl list -MR -u
show cxl --version
'
exit "$status"
