# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# For the reproducers of findings that only a comparison with the baseline can show

# exercised SIGNATURE OPTION...: run the exerciser with these options. Print "shown" for each trial with that finding.
exercised() {
	local signature=$1
	shift
	cxl exercise-autoremove "$@" --log /tmp/log >/dev/null || [ $? -eq 4 ] || exit
	cxl exercise-autoremove --report /tmp/log >/tmp/report || [ $? -eq 4 ] || exit
	# shellcheck disable=SC2016 # jq's own variables
	jq -r --arg signature "$signature" '([.findings[] | select(.signature == $signature).count] | add // 0) as $shown |
		range(.trials) | if . < $shown then "shown" else "not shown" end' /tmp/report
}
