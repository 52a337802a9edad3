#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# On a recorded machine: the kernel does not answer reads of some attributes, or answers late.
# shellcheck source=test/replay/machine.sh
. "$SOURCE/test/replay/machine.sh"

[ -n "${FAULT-}" ] || skip_all "reads can be kept from being answered on x86_64 only"

# unanswered PATH TIMES COMMAND...: run cxl; the first TIMES reads of files with PATH in their paths are not answered.
# A command that does not end by itself is killed, and its status is 137.
unanswered() {
	local path=$1 times=$2
	shift 2
	run on_machine "$FAULT" --limit 60 --hang "$path" --times "$times" "$CXL" "$@"
}
unanswered_text() { echo "cxl $1: cannot read $2: the kernel does not answer"; }

machine accelerator
run on_machine "$CXL" list-attach
whole=$out
region=/sys/$(cd "$machine/sys" && realpath --relative-to . bus/cxl/devices/region0)

unanswered /region0/resource 1 list-attach
is "answered at the second read: the answer is complete" "$status $err" "0 "
is "... and as without any delay" "$out" "$whole"

unanswered /region0/resource 99 list-attach
is "one attribute is never answered: status 1" "$status" 1
is "... and a message names it" "$err" "$(unanswered_text list-attach "$region/resource")"
is "... and everything else is there" "$(jq -S . <<<"$out")" \
	"$(jq -S 'del(.[].regions[].resource)' <<<"$whole")"

unanswered /region0/ 9999 list-attach
is "no attribute of the region is answered: status 1" "$status" 1
like "... and a message names the first" "$err" "^cxl list-attach: cannot read $region/[a-z_0-9]+: the kernel does not answer\$"
is "... and the memdev is there" "$(jq -c 'map([.memdev, .provider, .host])' <<<"$out")" \
	"$(jq -c 'map([.memdev, .provider, .host])' <<<"$whole")"

unanswered /region0/resource 99 list-locked
is "list-locked: status 1" "$status" 1
is "... and a message" "$err" "$(unanswered_text list-locked "$region/resource")"

unanswered /region0/resource 99 export-metrics
is "export-metrics: status 1" "$status" 1
like "... and a message" "$err" "$region/resource: the kernel does not answer"

unanswered /region0/locked 99 destroy-region region0
is "the guard: refused" "$status" 3
like "... and a message" "$err" "the kernel does not answer"

export CXL_STATE_DIR=$machine_top/journal
unanswered /region0/ 9999 detach-memdev mem0
is "detach-memdev: nothing is done" "$status" 1
like "... and a message" "$err" "the kernel does not answer"
finish
