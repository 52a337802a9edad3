#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: demo.sh mock|pci
#
# The demo shows all four parts of the program, and each of its sentences is true of what the guest then shows.
# shellcheck source=test/tap.sh
. "$SOURCE/test/tap.sh"

# follows SENTENCE PATTERN: the output between that sentence and the next one matches
follows() {
	local shown=${out#*"$1"}
	[ "$shown" != "$out" ] || shown='the sentence is missing'
	shown=${shown%%$'\n\n'[A-Z=]*}
	like "$1" "$shown" "$2"
}

# tells MACHINE HOST PROVIDER: check the demo on that machine
tells() {
	local host=$2 provider=$3
	run timeout 500 "$SOURCE/contrib/lab" demo --machine "$1"
	is "$1: done" "$status" 0
	follows "and that is all it says:" '# /usr/bin/cxl list -MR.*"memdev":"mem0".*"locked":true'
	follows "which driver attached the memdev, and what it owns:" "# cxl list-attach --tree.*attached +$provider +$host.*region0"
	follows "One piece of the evidence:" '"signal": "[a-z-]+",.*"file": "/.*"indicates": "attached"'
	follows "and not because of firmware:" 'region0 attach +mem0'
	follows "The guard refuses, and says what to do:" "destroy-region: region0 .*: refused: it belongs to $provider on $host.*cxl detach-memdev mem0"
	follows "The guard lists what would be lost:" 'disable-memdev: mem0.*: refused.*region0'
	follows "and how it is undone. Nothing is changed:" "unbind mem0 from cxl_mem.*region0.*undo.*bind $host to $provider"
	follows "and each check of that passes:" 'region-gone.*passed.*addresses-released.*passed'
	is "$1: no check has failed" "$(grep -cE '(failed|not-checked)( |:|$)' <<<"$out")" 0
	follows "with the method that detached it:" "$host detached $provider.*\"method\":\"memdev\".*\"reattach_command\":\"cxl attach-memdev $host\""
	follows "It is reattached, and everything is as it was:" "region-back.*passed.*attached $provider +$host +region0"
	follows "What does the kernel do wrong?" 'CASE .*host,memdev +[1-9][0-9]* .*trials: [1-9][0-9]*, findings: [0-9]+'
	like "$1: it ends with what to try" "$out" 'Try it yourself.*list-attach -u.*detach-memdev.*exercise-autoremove --all-pairs'
	is "$1: only the lab speaks on stderr" "$(grep -v '^lab: ' <<<"$err")" ""
	ok "$1: no colors in a pipe" [ "${out/$'\e'/}" = "$out" ]
}

if [ "$1" = mock ]; then
	tells mock cxl_type2_accel.0 cxl_mock_accel
	finish
fi
tells pci 0000:11:00.0 cxl_lab_accel
follows "(delete_region is there):" '--w-------'
follows "as for a virtual machine, and each check passes:" 'provider-unbound.*passed.*# sh -c basename.*vfio-pci'
follows "It is taken back from vfio-pci, and everything is as it was:" 'region-back.*passed.*attached cxl_lab_accel'
finish
