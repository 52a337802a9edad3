#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# With a real accelerator there, all that is not ours is as the distribution's cxl has it.
# shellcheck source=test/vm/guest.sh
. "$SOURCE/test/vm/guest.sh"

is "ours comes first in PATH" "$(type -P cxl)" "$CXL"
as_cxl_cli list -MRDTE
as_cxl_cli list -vvv
as_cxl_cli list -m mem0 -u
as_cxl_cli create-region
as_cxl_cli create-region -m mem0
as_cxl_cli destroy-region region99
as_cxl_cli help list
as_cxl_cli help frobnicate
as_cxl_cli frobnicate
as_cxl_cli list --frobnicate
as_cxl_cli version
# Debian 13's userland has neither man nor what our pages are made with.
if type -P man >/dev/null; then
	run man -w cxl-list-attach
	is "our manual page is where man finds it" "$status" 0
	run "$CXL" help list-attach
	like "help on ours" "$out" 'cxl-list-attach - list the CXL memdevs'
else
	run "$CXL" help list-attach
	is "help on ours, without man: cannot" "$status" 5
fi
check_dmesg
