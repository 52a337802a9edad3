#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Another process detaches the memdev, and the test reattaches it by hand.
# shellcheck source=test/vm/detach.sh
. "$SOURCE/test/vm/detach.sh"

whole=$(state)
driver=$(readlink -f "/sys/bus/cxl/devices/$(mem)/../driver")
# watched FILE TEXT: what --watch-only reports when TEXT is written to FILE meanwhile
watched() {
	mkfifo /tmp/said
	"$CXL" detach-memdev --watch-only 60 "$(mem)" >/tmp/watched 2>/tmp/said &
	read -r _ </tmp/said
	echo "$2" >"$1"
	wait $!
	status=$? out=$(cat /tmp/watched)
	rm /tmp/said
}
back() {
	echo 1 >/sys/bus/cxl/flush
	echo "$host" >"$driver/bind"
	is "$1: back" "$(state)" "$whole"
}

watched /sys/bus/cxl/drivers/cxl_mem/unbind "$(mem)"
is "the memdev is unbound by hand: every check passed" "$status$(failed)" "0[]"
ok "the exposure is measured" jq -e '.exposure.us > 0 and .exposure.how == "measured"' <<<"$out"
valid "the report is valid" detach-memdev /tmp/watched
is "no journal is kept of it" "$(compgen -G '/run/cxl/*.json')" ""
back "the memdev"
watched "$driver/unbind" "$host"
is "the host is unbound by hand: every check passed" "$status$(failed)" "0[]"
back "the host"
# The write comes immediately after the devices were read, before anything else.
CXL_TEST_STOP_AT=planned "$CXL" detach-memdev --watch-only 60 "$(mem)" >/tmp/watched 2>/tmp/said &
pid=$!
until grep -q '^State:.*stopped' "/proc/$pid/status"; do sleep 0.1; done
echo "$host" >"$driver/unbind"
kill -CONT "$pid"
wait "$pid"
status=$? out=$(cat /tmp/watched)
is "the host is unbound when the devices have just been read: every check passed" "$status$(failed)" "0[]"
rm /tmp/said
back "the host"
run "$CXL" detach-memdev --watch-only 1 "$(mem)"
is "nobody does anything" "$status$out" 1
like "nobody does anything: says so" "$err" "nothing was detached within 1 s"

# The next command removes the entry of a host that was reattached by hand.
"$CXL" detach-memdev "$(mem)" >/dev/null
back "by hand"
run "$CXL" attach-memdev
is "what was reattached by hand is forgotten" "$status$out$(compgen -G '/run/cxl/*.json')" "0[]"
check_dmesg
