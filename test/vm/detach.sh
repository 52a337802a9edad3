# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Shared by the tests of detach-memdev and attach-memdev. They run on either machine, with one accelerator, and in some
# boots an expander beside it.

# shellcheck source=test/vm/guest.sh
. "$SOURCE/test/vm/guest.sh"

host=$("$CXL" list-attach | jq -r '.[0].host')
# shellcheck disable=SC2034 # for the tests
provider=$("$CXL" list-attach | jq -r '.[0].provider')

# shellcheck disable=SC2034 # for the tests
methods=(memdev host endpoint port bus module)
[[ $host != 0000:* ]] || methods+=(pci-remove)

# mem: print the memdev's name, which may change with each reattach
mem() {
	local path
	for path in /sys/bus/cxl/devices/mem*; do
		[[ $(readlink "$path") != */"$host"/mem* ]] || echo "${path##*/}"
	done
}

# state: print everything that exists, without the numbers that may change
state() {
	"$CXL" list-attach --all | jq -c 'map(del(.memdev, .id, .endpoint, .port, .bus) |
		.regions |= map(select(.lock_reason == "attach") | del(.region))) | sort_by(.host)'
}

# failed: print the checks of the report in $out that have not passed
failed() { jq -c '[.checks[] | select(.result != "passed") | .check]' <<<"$out"; }

# reattach: reattach everything in the journal. If the kernel cannot reuse a port that was unbound, all ports are
# recreated (Documentation/findings/port-reuse.md).
reattach() {
	run "$CXL" attach-memdev
	[ "$status" -eq 0 ] || [[ $err != *--cycle-bus* ]] || run "$CXL" attach-memdev --cycle-bus -f
}

# killed POINT COMMAND...: cxl COMMAND is killed at that point, and the kernel finishes what it began
killed() {
	CXL_TEST_KILL_AT=$1 run "$CXL" "${@:2}"
	is "$2 $3 $4: killed at $1" "$status" 137
	echo 1 >/sys/bus/cxl/flush
}
# reattached WHAT: the memdev is reattached from the journal
reattached() {
	reattach
	is "$1: attach-memdev reattaches it" "$status" 0
	is "$1: everything is as it was" "$(state)" "$whole"
	is "$1: the journal is empty" "$(compgen -G '/run/cxl/*.json')" ""
}
