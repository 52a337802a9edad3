#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# With a real accelerator, the commands of cxl-cli do the same as the distribution's cxl.
# shellcheck source=test/vm/guest.sh
. "$SOURCE/test/vm/guest.sh"

is "this cxl comes first in PATH" "$(type -P cxl)" "$CXL"
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
# The userland of Debian 13 has neither man nor asciidoctor.
if type -P man >/dev/null; then
	run man -w cxl-list-attach
	is "man finds the manual page" "$status" 0
	run "$CXL" help list-attach
	like "help on list-attach" "$out" 'cxl-list-attach - list the CXL memdevs'
else
	run "$CXL" help list-attach
	is "help on list-attach, without man: cannot" "$status" 5
fi
check_dmesg
