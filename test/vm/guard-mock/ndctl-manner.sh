#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# test/cxl-attach.sh, which speaks as ndctl's tests do and not TAP. It leaves the guest without cxl_test, so
# what comes after it in the boot finds it loaded again.
# shellcheck source=test/vm/guest.sh
. "$SOURCE/test/vm/guest.sh"

ok "this machine is cxl_test's" test -e /sys/module/cxl_test
run bash "$SOURCE/test/cxl-attach.sh"
[ "$status" -ne 77 ] || skip_all "$(tail -n 1 <<<"$out")"
is "test/cxl-attach.sh" "$status" 0
[ "$status" -eq 0 ] || printf '# %s\n' "${out//$'\n'/$'\n# '}" "${err//$'\n'/$'\n# '}"
ok "the mock is there again" modprobe cxl_test type2_test=1
echo 1 >/sys/bus/cxl/flush
is "and its accelerator is attached" "$("$CXL" list-attach | jq -c 'map(.attach)')" '["attached"]'
check_dmesg
