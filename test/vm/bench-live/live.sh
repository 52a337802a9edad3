#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# contrib/bench --live measures a listing of this machine's memdevs, attached or not. No check depends on speed.
# shellcheck source=test/vm/guest.sh
. "$SOURCE/test/vm/guest.sh"

memdevs=$(find /sys/bus/cxl/devices -name 'mem[0-9]*' | wc -l)
ok "there is something to measure" test "$memdevs" -ge 1

run "$SOURCE/contrib/bench" --live --runs 1 --json /tmp/live.json
is "done" "$status$err" 0
like "a line with this number of memdevs" "$out" "time from start to end. +memdevs +list-attach.* $memdevs( +[0-9.]+){7}"
is "all memdevs were there, and each program has run once" \
	"$(jq -c '.runs[0] | [.memdevs, (.list_attach, .one_cpu, .bare_loop, .cxl_list, .handed_over, .bare_exec | length)]' /tmp/live.json)" \
	"[$memdevs,1,1,1,1,1,1]"

printf '#!/bin/sh\n"%s" "$@" | jq -c "del(.[0])"\n' "$CXL" >/tmp/forgetful
chmod +x /tmp/forgetful
run env CXL=/tmp/forgetful "$SOURCE/contrib/bench" --live --runs 1
is "a wrong answer is not measured" "$status" 1
like "which, is said" "$err" "$memdevs memdevs: .*forgetful list-attach --all: its answer is not"
check_dmesg
