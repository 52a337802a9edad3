#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The demo tells its story to the end.
# shellcheck source=test/tap.sh
. "$SOURCE/test/tap.sh"

run timeout 400 "$SOURCE/contrib/lab" demo
is "done" "$status" 0
like "what cxl-cli says" "$out" '# /usr/bin/cxl list -MR.*"locked":true'
like "what ours says" "$out" '# cxl list-attach -u.*"provider":"cxl_mock_accel"'
is "only the lab speaks on stderr" "$(grep -v '^lab: ' <<<"$err")" ""
finish
