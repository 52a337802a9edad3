#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A machine without CXL.
# shellcheck source=test/vm/guest.sh
. "$SOURCE/test/vm/guest.sh"

run "$CXL" list-attach
is "empty" "$out" '[]'
is "done" "$status" 0
is "said why" "$err" "cxl list-attach: this system has no CXL bus"
as_cxl_cli list
as_cxl_cli list -M
modprobe cxl_core
run "$CXL" list-attach
is "a bus without devices: empty" "$out" '[]'
is "a bus without devices: nothing to say" "$err" ""
check_dmesg
