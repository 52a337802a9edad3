#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# list-attach and list-attach --follow read the machine while the host is unbound and bound all the time. A reader of a
# region that the kernel assembles can deadlock with it (Documentation/findings/region-deadlock.md): then nothing goes on.
# RACE_SECONDS says for how long at least.
# shellcheck source=test/vm/guest.sh
. "$SOURCE/test/vm/guest.sh"

seconds=${RACE_SECONDS:-30}
host=$(basename "$(readlink -f /sys/bus/cxl/devices/mem0/..)")
driver=$(readlink -f /sys/bus/cxl/devices/mem0/../driver)
top=$(mktemp -d)
end=$(($(date +%s) + seconds))
is_time() { [ ! -e "$top/stop" ]; }

bind_often() {
	local binds=0
	while is_time; do
		echo "$host" >"$driver/unbind"
		echo "$host" >"$driver/bind" && binds=$((binds + 1))
		echo $binds >"$top/binds"
	done 2>/dev/null
}
list_often() {
	local lists=0
	while is_time; do
		timeout --kill-after 5 60 "$CXL" list-attach >/dev/null 2>>"$top/said" || echo $? >>"$top/failed"
		lists=$((lists + 1))
		echo $lists >"$top/lists"
	done
}

echo 0 >"$top/binds"
touch "$top/failed" "$top/said"
"$CXL" list-attach --follow >"$top/one" 2>>"$top/said" & one=$!
"$CXL" list-attach --follow >"$top/other" 2>>"$top/said" & other=$!
bind_often & binder=$!
list_often & lister=$!

# A read is interrupted within about a second, and the kernel goes on. How fast depends on the machine; two minutes without
# another bind are a deadlock.
longest=0 last=0 since=$(date +%s) now=$since
until [ "$now" -ge "$end" ] && [ "$last" -gt 5 ] || [ "$longest" -ge 120 ]; do
	sleep 1
	binds=$(cat "$top/binds") now=$(date +%s)
	[ "$binds" = "$last" ] || { last=$binds since=$now; }
	[ $((now - since)) -le $longest ] || longest=$((now - since))
done
touch "$top/stop"
# Whoever waits for the kernel for ever ends only now, if at all.
for _ in $(seq 30); do
	kill -0 $binder 2>/dev/null || kill -0 $lister 2>/dev/null || break
	sleep 1
done
echo "# $(cat "$top/binds") binds, $(cat "$top/lists") listings in $((now - end + seconds)) s; the longest time without a bind was $longest s"
sed 's/^/# /' "$top/said" | sort | uniq -c | head -5
ok "the host was bound several times" test "$(cat "$top/binds")" -gt 5
ok "it was never kept from being bound for two minutes" test "$longest" -lt 120
is "the loop of binds has ended" "$(kill -0 $binder 2>&1 | grep -c 'No such process')" 1
is "every listing ended by itself" "$(sort "$top/failed" | uniq -c | awk '$2 >= 124')" ""
ok "--follow still runs" kill -0 $one $other
ok "... and ends" kill $one $other
wait $one $other $binder $lister 2>/dev/null
# The kernel can undo a bind that comes too soon after an unbind (Documentation/findings/undone-bind.md).
echo 1 >/sys/bus/cxl/flush
[ -e "$driver/$host" ] || echo "$host" >"$driver/bind"
is "the host is attached" "$("$CXL" list-attach --host "$host" | jq -r '.[].attach')" attached
for lines in one other; do
	is "... and has told of it" "$(jq -rs 'map(.event) | unique | join(" ")' "$top/$lines" | grep -oE 'attached|detached' | sort -u | xargs)" \
		"attached detached"
done
is "no process is stuck" "$(ps axo stat=,comm= | awk '$1 ~ /^D/ && $2 ~ /cxl|bash/')" ""
check_dmesg
