# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What the tests of detach-memdev and attach-memdev have in common. They are on either machine: with one
# accelerator, and perhaps an expander beside it.

# shellcheck source=test/vm/guest.sh
. "$SOURCE/test/vm/guest.sh"

host=$("$CXL" list-attach | jq -r '.[0].host')
# shellcheck disable=SC2034 # for the tests
provider=$("$CXL" list-attach | jq -r '.[0].provider')

# mem: the memdev's name, which may be another after each round
mem() {
	local path
	for path in /sys/bus/cxl/devices/mem*; do
		[[ $(readlink "$path") != */"$host"/mem* ]] || echo "${path##*/}"
	done
}

# state: all that there is, apart from what may have another number
state() {
	"$CXL" list-attach --all | jq -c 'map(del(.memdev, .id, .endpoint, .evidence, .port, .bus) |
		.regions |= map(select(.lock_reason == "attach") | del(.region))) | sort_by(.host)'
}

# broken: the clauses that did not hold, of a report in $out
broken() { jq -c '[.checks[] | select(.result != "passed") | .check]' <<<"$out"; }

# bring_back: what is in the journal; where the kernel cannot use a port again that was unbound, all ports
# are made anew (Documentation/kernel-behavior.md)
bring_back() {
	run "$CXL" attach-memdev
	[ "$status" -eq 0 ] || [[ $err != *--cycle-bus* ]] || run "$CXL" attach-memdev --cycle-bus -f
}

# killed POINT COMMAND...: cxl COMMAND is killed at that point; what it left is finished by the kernel
killed() {
	CXL_TEST_KILL_AT=$1 run "$CXL" "${@:2}"
	is "$2 $3 $4: killed at $1" "$status" 137
	echo 1 >/sys/bus/cxl/flush
}
# as_before WHAT: it comes back from the journal
as_before() {
	bring_back
	is "$1: attach-memdev brings it back" "$status" 0
	is "$1: everything is as it was" "$(state)" "$whole"
	is "$1: the journal is empty" "$(compgen -G '/run/cxl/*.json')" ""
}
