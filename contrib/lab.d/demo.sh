# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Shows what the commands are for, in one guest: contrib/lab.d/demo-guest, in color on a terminal.

say "booting a machine with an accelerator (--machine $opt_machine) ..."
color=no
[ ! -t 1 ] || [ -n "${NO_COLOR-}" ] || color=yes
guest_boot env COLOR="$color" /src/contrib/lab.d/demo-guest
exit "$status"
