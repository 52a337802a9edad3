# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# For the reproducers: what only a comparison with the beginning can tell

# exercised SIGNATURE OPTION...: of all trials of the exerciser with these options, those that had that finding have shown
exercised() {
	local signature=$1
	shift
	cxl exercise-autoremove "$@" --log /tmp/log >/dev/null || [ $? -eq 4 ] || exit
	cxl exercise-autoremove --report /tmp/log >/tmp/report || [ $? -eq 4 ] || exit
	# shellcheck disable=SC2016 # jq's own variables
	jq -r --arg signature "$signature" '([.findings[] | select(.signature == $signature).count] | add // 0) as $shown |
		range(.trials) | if . < $shown then "shown" else "not shown" end' /tmp/report
}
