#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Runs test/cxl-attach.sh, which reports as ndctl's tests do, and not in TAP. That test unloads cxl_test; this one loads
# it again, for the tests that follow in the same boot.
# shellcheck source=test/vm/guest.sh
. "$SOURCE/test/vm/guest.sh"

ok "this machine has cxl_test" test -e /sys/module/cxl_test
run bash "$SOURCE/test/cxl-attach.sh"
[ "$status" -ne 77 ] || skip_all "$(tail -n 1 <<<"$out")"
is "test/cxl-attach.sh" "$status" 0
[ "$status" -eq 0 ] || printf '# %s\n' "${out//$'\n'/$'\n# '}" "${err//$'\n'/$'\n# '}"
ok "the mock is loaded again" modprobe cxl_test type2_test=1
echo 1 >/sys/bus/cxl/flush
is "and its accelerator is attached" "$("$CXL" list-attach | jq -c 'map(.attach)')" '["attached"]'
check_dmesg
