#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# contrib/bench --time-to-bug in real guests: each guest races, and each one counts. No check depends on the time.
# shellcheck source=test/tap.sh
. "$SOURCE/test/tap.sh"

top=$(mktemp -d)
trap 'rm -rf "$top"' EXIT
run "$SOURCE/contrib/bench" --time-to-bug --flavors plain --runs 1 --seconds 60 --json "$top/json"
is "it ends" "$status" 0
while read -r line; do echo "# $line"; done <<<"$out"
is "five guests" "$(jq '.guests | length' "$top/json")" 5
is "each was counted" "$(jq -c '.guests | map(select(.other)) | length' "$top/json")" 0
like "a table" "$out" $'^plain kernel, seconds of the guest until:\n.*first crash.*first finding.*\n.*two loops +1 .*\n.*default set +1 '
finish
