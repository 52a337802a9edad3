#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# On the real kernel: each system call of detach-memdev and attach-memdev that writes fails, and the commands are killed
# before and after each such call (test/inject). With INJECT_EVERY=N, only every Nth of these faults.
# shellcheck source=test/vm/guest.sh
. "$SOURCE/test/vm/guest.sh"

INJECT_TOP=$(mktemp -d)
FAULT=$(dirname "$CXL")/../libexec/cxl-attach/fault
export INJECT_TOP FAULT INJECT_LIVE=1 CXL_STATE_DIR=/run/cxl PYTHONDONTWRITEBYTECODE=1
truth >/dev/null
before=$(truth)
for round in ${INJECT_ROUNDS-detach attach}; do
	started=$SECONDS
	run "$SOURCE/test/inject/inject" "$round" --writing --every "${INJECT_EVERY:-61}"
	is "$round: nothing lost, a clear message, a documented status" "$status$(grep -v -E '^(calls|counts): ' <<<"$out$err" | head -n 20)" 0
	grep -E '^(calls|counts): ' <<<"$out" | sed 's/^/# /'
	echo "# $round: $((SECONDS - started)) s"
done
is "the kernel has as many attached as before" "$(truth | tr -d '0-9')" "$(tr -d '0-9' <<<"$before")"
rm -rf "$INJECT_TOP"
check_dmesg
