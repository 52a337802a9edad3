#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The exerciser on the accelerator of cxl_test, in the style of ndctl's tests. In ndctl's tree the test runs unchanged,
# with ndctl's test/common in the same directory, and the cxl of this project as $CXL. It ends with 77 if there is no
# accelerator, and with 1 if the kernel did something wrong. It prints KTAP. EXERCISE_SECONDS is its duration.
# shellcheck source=test/common
. "$(dirname "$0")/common"

rc=77
set -ex
trap 'err $LINENO' ERR

modprobe -r cxl_test
modinfo -p cxl_test | grep -q '^type2_test' || do_skip "cxl_test has no accelerator"
modprobe cxl_test type2_test=1
modprobe -a cxl_mock_accel cxl_mem cxl_port
rc=1
echo 1 >/sys/bus/cxl/flush

status=0
"$CXL" exercise-autoremove --duration "${EXERCISE_SECONDS-60}" --format ktap || status=$?
# It is no failure if the machine lacks something: a scheduler with priorities, or the exerciser.
[ "$status" -ne 5 ] || rc=77
[ "$status" -eq 0 ] || err "$LINENO"
modprobe -r cxl_test
