# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Checks that print TAP. A test script sources this file, calls check functions, and ends with `finish`. As in ndctl's
# own tests, the exit status is 0, 77 for a skipped test, or 1.

tap_count=0
tap_failed=0
tap_error=$(mktemp)

# report STATUS WHAT: print the result of one check
report() {
	tap_count=$((tap_count + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $tap_count - $2"
	else
		echo "not ok $tap_count - $2"
		tap_failed=$((tap_failed + 1))
	fi
}

# ok WHAT COMMAND...: COMMAND succeeds
ok() {
	local what=$1 rc=0
	shift
	"$@" || rc=$?
	report "$rc" "$what"
}

# is WHAT ACTUAL EXPECTED: two texts are the same
is() {
	local rc=0
	[ "$2" = "$3" ] || rc=1
	report "$rc" "$1"
	[ "$rc" -eq 0 ] || printf '# got:      %s\n# expected: %s\n' "${2//$'\n'/$'\n# '}" "${3//$'\n'/$'\n# '}"
}

# like WHAT ACTUAL PATTERN: the text matches the extended regular expression
like() {
	local rc=0
	[[ $2 =~ $3 ]] || rc=1
	report "$rc" "$1"
	[ "$rc" -eq 0 ] || printf '# got:          %s\n# not matching: %s\n' "${2//$'\n'/$'\n# '}" "$3"
}

# run COMMAND...: run it, with its output in $out and $err, and its status in $status. This function starts no other
# program, because each start takes long in an emulated guest.
run() {
	status=0
	out=$("$@" 2>"$tap_error" </dev/null) || status=$?
	err=$(<"$tap_error")
}

# skip_all WHY: this machine cannot run the test
skip_all() {
	rm -f "$tap_error"
	echo "1..0 # SKIP $1"
	exit 77
}

finish() {
	rm -f "$tap_error"
	echo "1..$tap_count"
	[ "$tap_failed" -eq 0 ] || exit 1
	exit 0
}
