#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The exerciser on the accelerator of cxl_test, in the style of ndctl's tests: with test/common of ndctl in the same
# directory, and the cxl of this project as $CXL, it runs there unchanged. It ends with 77 where there is no
# accelerator, with 1 where the kernel did something wrong, and prints KTAP.
# EXERCISE_SECONDS is how long it takes.
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
# What the machine cannot do is no failure: a scheduler without priorities, or no exerciser
[ "$status" -ne 5 ] || rc=77
[ "$status" -eq 0 ] || err "$LINENO"
modprobe -r cxl_test
