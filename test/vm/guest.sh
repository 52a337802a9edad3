# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# For the tests that run on the real kernel. The last check of each is that the kernel has not
# complained while it ran.

# shellcheck source=test/tap.sh
. "$SOURCE/test/tap.sh"

kernel_mark="test $$ begins"
echo "$kernel_mark" >/dev/kmsg

# check_dmesg: nothing that the kernel said since the test began is a complaint
check_dmesg() {
	local said
	said=$(dmesg | sed "1,/$kernel_mark/d" | grep -E -f "$SOURCE/contrib/lab.d/splats")
	is "the kernel has not complained" "$said" ""
	finish
}

# answer FILTER: what jq makes of the last output
answer() { jq -c "$1" <<<"$out"; }

# as_cxl_cli ARGUMENT...: our cxl and the distribution's do the same
as_cxl_cli() {
	local ours
	run "$CXL" "$@"
	ours="$out|$err|$status"
	run /usr/bin/cxl "$@"
	is "cxl $* is as cxl-cli has it" "$ours" "$out|$err|$status"
}
