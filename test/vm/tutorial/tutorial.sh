#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Documentation/tutorial.md is true: each command on it prints what the page shows. At the end, the machine is as it was
# at the beginning.
# shellcheck source=test/vm/guest.sh
. "$SOURCE/test/vm/guest.sh"

page=$SOURCE/Documentation/tutorial.md
everything() { "$CXL" list-attach --all | jq -c 'map(del(.endpoint)) | sort_by(.host)'; }

for command in list-attach list-locked destroy-region detach-memdev attach-memdev; do
	ok "the page runs cxl $command" grep -q "^# \(.* \|\)cxl $command" "$page"
done
before=$(everything)
like "there are two accelerators" "$(jq -r 'map(.attach) | join(" ")' <<<"$before")" '^attached attached$'
while IFS= read -r line; do
	case $line in
	"ok "*) report 0 "${line#* - }" ;;
	"not ok "*) report 1 "${line#* - }" ;;
	"1.."*) ended=yes ;;
	*) echo "$line" ;;
	esac
done < <("$SOURCE/test/page" run "$page")
is "the page was run to its end" "${ended-no}" yes
is "everything is as it was" "$(everything)" "$before"
is "the journal is empty" "$(compgen -G '/run/cxl/*.json')" ""
check_dmesg
