#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# contrib/bench sets up what it needs, and measures this checkout. test/bench has the tests of what it prints.
# shellcheck source=test/tap.sh
. "$SOURCE/test/tap.sh"

top=$(mktemp -d)
trap 'umount "$top/small"; rm -rf "$top"' EXIT
run env -u CXL "$SOURCE/contrib/bench" --sizes 1 --runs 1 --json "$top/json"
is "it ends" "$status" 0
[ "$status" -eq 0 ] || printf '# %s\n' "${err//$'\n'/$'\n# '}"
is "it has measured a machine of one accelerator" "$(jq -c '[.summary[].memdevs]' "$top/json")" "[1]"
like "it says which programs" "$out" 'programs: cxl-attach .*, cxl-cli [0-9]'
mkdir "$top/small"
mount -t tmpfs -o nr_inodes=100 tmpfs "$top/small"
run env -u CXL TMPDIR="$top/small" "$SOURCE/contrib/bench" --sizes 1 --runs 1
is "TMPDIR is where machines are made: too little room" "$status$(grep -c '^bench: cannot make a machine of 1 memdevs' <<<"$err")" 11
finish
