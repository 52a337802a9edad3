#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A signal ends each command. The command says in which state it leaves the system, and this is true.
# shellcheck source=test/vm/detach.sh
. "$SOURCE/test/vm/detach.sh"

whole=$(state)
# interrupted SIGNAL POINT ARGUMENT...: $CXL is stopped at POINT, gets the signal, and continues
interrupted() {
	local signal=$1 point=$2 pid
	shift 2
	# A shell lets its jobs ignore SIGINT.
	CXL_TEST_STOP_AT=$point env --default-signal=INT,TERM "$CXL" "$@" >/tmp/out 2>/tmp/err &
	pid=$!
	until grep -q '^State:.*stopped' "/proc/$pid/status"; do sleep 0.1; done
	kill "-$signal" "$pid"
	kill -CONT "$pid"
	status=0
	wait "$pid" || status=$?
	out=$(</tmp/out) err=$(</tmp/err)
}
entries() { compgen -G '/run/cxl/*.json'; }
says() { grep -c "^cxl $1: interrupted: $2\$" <<<"$err"; }

for point in planned journal; do
	interrupted INT $point detach-memdev -f "$(mem)"
	is "$point: dies by the signal, without a report" "$status$out" 130
	is "$point: says that nothing was changed" "$(says detach-memdev 'nothing was changed')" 1
	is "$point: nothing was changed" "$(state)$(entries)" "$whole"
done
interrupted TERM planned detach-memdev -f "$(mem)"
is "SIGTERM: dies by it" "$status" 143
is "SIGTERM: nothing was changed" "$(says detach-memdev 'nothing was changed')$(state)$(entries)" "1$whole"

stays="what was detached stays so; 'cxl attach-memdev $host' reattaches it"
for options in '' '--via host' '--reattach'; do
	read -ra words <<<"$options"
	interrupted INT acted detach-memdev -f "${words[@]}" "$(mem)"
	is "detached $options: dies by the signal" "$status" 130
	is "detached $options: reports what was done, and every check passed" "$(failed)$(answer 'has("reattach")')" "[]false"
	is "detached $options: says that it stays so" "$(says detach-memdev "$stays")" 1
	is "detached $options: it is detached" "$("$CXL" list-attach | jq -c 'map(.attach)')" '["detached"]'
	interrupted INT returned attach-memdev "$host"
	is "reattached $options: dies by the signal" "$status" 130
	is "reattached $options: says what is left" \
		"$(says attach-memdev "what is not reattached stays in the journal; 'cxl attach-memdev' goes on")" 1
	run "$CXL" attach-memdev
	is "reattached $options: and is" "$status$(state)$(entries)" "0$whole"
done

"$CXL" detach-memdev --watch-only 60 "$(mem)" >/tmp/out 2>/tmp/err &
until grep -q watching /tmp/err; do sleep 0.1; done
kill -TERM $!
wait $! || status=$?
err=$(</tmp/err)
is "--watch-only: dies by the signal" "$status$(says detach-memdev 'nothing was changed')" 1431
INTERRUPT_WHEN='watching: 1 s' run env TERM=xterm "$SOURCE/test/replay/typed" '' "$CXL" detach-memdev --watch-only 60 "$(mem)"
like "--watch-only, on a terminal: says so, and erases it" "$status$out" \
	$'^130.*\e\\[Kcxl: watching: 1 s.*\e\\[K(\\^C)?cxl detach-memdev: interrupted: nothing was changed'
check_dmesg
