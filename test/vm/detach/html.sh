#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# detach-memdev --html: the page says what the report says, and a page that cannot be written loses nothing of it.
# shellcheck source=test/vm/detach.sh
. "$SOURCE/test/vm/detach.sh"

page=/tmp/page.html
# page_says FILTER: of its content
page_says() { "$SOURCE/test/pictures/check-page" --content $page | jq -c "$1"; }

echo old >$page
run "$CXL" detach-memdev --reattach --html $page "$(mem)"
is "the report is JSON as without it" "$status$(answer '[.passed, .reattach.passed]')" "0[true,true]"
ok "the page is sound" "$SOURCE/test/pictures/check-page" $page
is "the page has all events of the report, in their order" \
	"$(page_says '[.tables[] | select(.caption | startswith("Events")) | .rows[] | [.[1], .[3]]]')" \
	"$(answer '[(.timeline, .reattach.timeline)[] | [.action, .device]]')"
is "the page has all checks of the report" \
	"$(page_says '[.tables[] | select(.caption == "What was verified") | .rows[] | .[:2]]')" \
	"$(answer '[(.checks, .reattach.checks)[] | [.check, .result]]')"
is "the page has all lines of the kernel log" "$(page_says '[.pre[] | split("\n")[:-1] | length] | add // 0')" \
	"$(answer '[.kernel_log, .reattach.kernel_log | length] | add')"
is "the page has the region with the others of the timeline" \
	"$(page_says '.tables[] | select(.caption | startswith("How long")) | .rows | map(.[0]) | index("region0") != null' | head -n 1)" true
is "nothing is left aside" "$(compgen -G '/tmp/.cxl-*')" ""

run "$CXL" detach-memdev --timeline --reattach --html /tmp/none/page.html "$(mem)"
is "no such directory: refused before anything is done" "$status$out$err" \
	"1cxl detach-memdev: /tmp/none/page.html: cannot write the HTML file: No such file or directory"
run "$CXL" list-attach
is "no such directory: still attached" "$(answer 'map(.attach)')" '["attached"]'

mkdir /tmp/full
mount -t tmpfs -o size=4k none /tmp/full
head -c 4096 /dev/zero >/tmp/full/filler
run "$CXL" detach-memdev --reattach --html /tmp/full/page.html "$(mem)"
is "no space: the report is printed all the same" "$(answer '[.passed, .reattach.passed]')" "[true,true]"
is "no space: said" "$status$err" "1cxl detach-memdev: /tmp/full/page.html: cannot write the HTML file: No space left on device"
is "no space: nothing is left" "$(ls -A /tmp/full)" filler
umount /tmp/full
finish
