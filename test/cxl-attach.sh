#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The guard and list-attach on the accelerator of cxl_test, in the style of ndctl's tests. In ndctl's tree the test runs
# unchanged, with ndctl's test/common in the same directory, and the cxl of this project as $CXL.
# shellcheck source=test/common
. "$(dirname "$0")/common"

rc=77
set -ex
trap 'err $LINENO' ERR
check_prereq "jq"

modprobe -r cxl_test
modinfo -p cxl_test | grep -q '^type2_test' || do_skip "cxl_test has no accelerator"
modprobe cxl_test type2_test=1
modprobe -a cxl_mock_accel cxl_mem cxl_port
rc=1
devices=/sys/bus/cxl/devices
flush() { echo 1 >/sys/bus/cxl/flush; }

# attached: what list-attach prints about the accelerator, without the numbers of its devices
attached() {
	"$CXL" list-attach | jq -c --arg host "$host" 'map(select(.host == $host) |
		[.attach, .host, .provider, (.regions | map([.resource, .size, .locked, .state]))])'
}

# mock OPTION...: cxl list, only of the bus of the mock
mock() { "$CXL" list -b "$CXL_TEST_BUS" "$@"; }

# find_names: find the current names, which may change whenever the driver is bound
find_names() {
	memdev=$(mock -M | jq -r '.[0].memdev')
	region=$(mock -Ri | jq -r '.[0].region')
	port=$(mock -P -m "$memdev" | jq -r '.[0].port')
	[ -e "$devices/$memdev" ] && [ -e "$devices/$region" ] && [ -e "$devices/$port" ]
}

# rebind LINE: bind the driver of the accelerator, and expect the first state
rebind() {
	flush
	echo "$host" >"$driver/bind"
	[ "$(attached)" = "$whole" ] || err "$1"
	find_names
}

# refused LINE COMMAND...: the guard refuses, and nothing has changed
refused() {
	local status=0
	"$CXL" "${@:2}" || status=$?
	[ "$status" -eq 3 ] || err "$1"
	[ "$(attached)" = "$whole" ] || err "$1"
}

flush
find_names
host=$(basename "$(readlink -f "$devices/$memdev/..")")
driver=$(readlink -f "$devices/$memdev/../driver")
whole=$(attached)
[ "$(jq -r '.[0][0]' <<<"$whole")" = attached ] || err "$LINENO"
[ "$(jq -c '.[0][3] | [length, .[0][2:]]' <<<"$whole")" = '[1,[true,"enabled"]]' ] || err "$LINENO"

# The guard refuses commands that would remove memory that the driver uses. The kernel also refuses the reset.
refused "$LINENO" destroy-region "$region"
refused "$LINENO" destroy-region -f "$region"
refused "$LINENO" destroy-region -f -b "$CXL_TEST_BUS" all
refused "$LINENO" disable-memdev "$memdev"
refused "$LINENO" disable-port "$port"
refused "$LINENO" free-dpa "$memdev"
said=$(bash -c "echo 0 >'$devices/$region/commit'" 2>&1) && err "$LINENO"
grep -qE 'not permitted|busy' <<<"$said"
root=$(dirname "$(readlink -f "$devices/$region")")
[ ! -e "$root/delete_region" ] || echo "$root has delete_region: it is not written to"
[ "$(attached)" = "$whole" ] || err "$LINENO"

# The region's own driver can be unbound and bound.
"$CXL" disable-region "$region"
[ "$(attached)" = "${whole/enabled/disabled}" ] || err "$LINENO"
"$CXL" enable-region "$region"
[ "$(attached)" = "$whole" ] || err "$LINENO"

# The port can be disabled, which also unbinds the driver of the accelerator.
"$CXL" disable-port -f "$port"
flush
[ ! -e "$driver/$host" ] && [ ! -e "$devices/$region" ] || err "$LINENO"
"$CXL" enable-port "$port"
rebind "$LINENO"

# The driver can be unbound.
echo "$host" >"$driver/unbind"
[ ! -e "$devices/$region" ] || err "$LINENO"
rebind "$LINENO"

check_dmesg "$LINENO"
modprobe -r cxl_test
