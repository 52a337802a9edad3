#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The pages of detach-memdev --html and exercise-autoremove --html, as far as no browser is needed to check them
# (test/pictures/look has one). test/pictures/pages writes those of cases that no recorded machine brings about.
# shellcheck source=test/replay/machine.sh
. "$SOURCE/test/replay/machine.sh"

check_page=$SOURCE/test/pictures/check-page
pages=$machine_top/pages
mkdir "$pages"
# page_says FILE FILTER
page_says() { "$check_page" --content "$pages/$1.html" | jq -c "$2"; }
rows_of() { page_says "$1" "[.tables[] | select(.caption | startswith(\"$2\")) | .rows] | ${3-.}"; }

# shellcheck disable=SC2153 # PAGES is the program: test/meson.build
run "$PAGES" "$pages"
is "pages are written" "$status$err" 0
for page in "$pages"/*.html; do
	run "$check_page" "$page"
	is "$(basename "$page"): sound" "$status$err" 0
done
is "passed: a bar is as long as its time" "$(page_says passed '.bars[:2]')" '["from 0.000 to 5.000 ms","from 0.000 to 6.000 ms"]'
is "passed: the exposure is among the bars" "$(rows_of passed "How long" '.[0][-1]')" \
	'["exposure","","5.000","region gone, provider still bound"]'
is "passed: of reattaching there is no exposure" "$(rows_of passed "How long" '.[1] | map(.[0]) | index("exposure")')" null
is "passed: memdevs" "$(rows_of passed "What the plan" '.[0][0]')" \
	'["mem0","0000:11:00.0","sfc","region0 (256 MiB at 0x100000000)"]'
is "host: no exposure, and why" "$(page_says host '.paragraphs | index("Exposure: none, since the provider'\''s own remove() runs first.") != null')" true
is "failed: each check with its result" "$(rows_of failed "What was verified" '.[0]')" \
	'[["region-gone","passed",""],["memdev-gone","failed","mem0 is still there"],["nothing-else","not-checked","events were lost"],["no-splat","failed","WARNING: drivers/cxl/core/region.c:1"]]'
is "failed: what was lost is said" "$(page_says failed '.paragraphs | index("Events are missing: more came than could be kept.") != null')" true
is "failed: a step's error" "$(rows_of failed "What was done" '.[0][0][3]')" '"No such device"'
is "stuck: where" "$(page_says stuck '[.paragraphs[-3:], .pre[]]')" \
	'[["A process is still in the kernel, at cxl_region_detach (process 4711):","No event was received.","No line was read."],"cxl_region_detach+0x1\nunbind_store+0x2"]'
is "stuck: nothing has ended" "$(page_says stuck '.paragraphs | index("No event was received by which a device ends.") != null')" true
# shellcheck disable=SC1003 # it ends with a backslash
odd='"><script>alert('\''&amp;'\'')</script>���]]>--\'
is "odd names: they are texts" "$(page_says odd '[.title, .tables[0].rows[0][2], .tables[1].rows[1][0], .tables[2].rows[0][0], .pre[0]]')" \
	"$(jq -cn --arg odd "$odd" '[$odd, $odd, $odd, $odd, $odd]')"
is "odd names: nothing else is on the page" "$(grep -ciE '<script|onclick' "$pages/odd.html")" 0

# What check-page itself finds
# spoils WHAT SED-COMMAND EXPECTED
spoils() {
	sed "$2" "$pages/passed.html" >"$machine_top/spoiled.html"
	run "$check_page" "$machine_top/spoiled.html"
	like "check-page: $1" "$status$err" "^1.*$3"
}
spoils "an element that is not closed" 's:</h2>::' 'not well-formed'
spoils "a script" 's:<main>:<main><script>1</script>:' 'an element script'
spoils "a reference" 's:<p>:<p href="x">:' 'an attribute href of p'
spoils "a style that refers" 's:^body{:@import "x";body{:' 'the style refers'
spoils "no policy" '/Content-Security/d' 'no policy'
spoils "a level left out" 's:<h2>\(.*\)</h2>:<h3>\1</h3>:' 'heading h3 after level 1'
spoils "a table without a caption" 's:<caption>[^<]*</caption>::' 'without a caption'
spoils "a row without a heading" 's:<th scope="row">mem0</th>:<td>mem0</td>:' 'a row with other cells'
spoils "a picture without a name" 's: aria-label="from[^"]*"::' 'a picture without a name'
spoils "a class without a style" 's:class="bar":class="bars":' 'class bars has no style'

# The command itself, on a machine that the test plays the kernel of (test/inject)
[ -n "${FAULT-}" ] || echo "# there is no program here that plays the kernel (test/inject): without pages of the command itself"
if [ -n "${FAULT-}" ]; then
	top=$machine_top/live
	mkdir -p "$top"/{trees,journal,dev,out,full}
	machine pci-accelerator
	mv "$machine/sys" "$top/sys"
	machine_unpack pci-unbound "$machine_top/unbound"
	mv "$machine_top/unbound/sys" "$top/trees/unbound"
	echo attached >"$top/state"
	echo '(null)' >"$top/sys/bus/pci/devices/0000:11:00.0/driver_override"
	: >"$top/dev/mem0"
	: >"$top/kmsg"
	log=(--dev-bind /dev/kmsg /dev/kmsg)
	timeout 5 dd if=/dev/kmsg of=/dev/null bs=8192 count=1 status=none 2>/dev/null || log=(--bind "$top/kmsg" /dev/kmsg)
	# detach OPTION...: detach-memdev of mem0, which is attached again before
	detach() {
		(cd "$top" && INJECT_TOP=$top "$SOURCE/test/inject/kernel" become attached)
		rm -rf "$top/journal"
		# shellcheck disable=SC2016 # expanded by the inner shell
		INJECT_TOP=$top CXL_STATE_DIR=$top/journal run bwrap --ro-bind / / --dev /dev --proc /proc --bind "$top" "$top" \
			--bind "$top/sys" /sys "${log[@]}" --ro-bind "$top/dev" /dev/cxl --size 4096 --tmpfs "$top/full" \
			--ro-bind "$machine/lib/modules" "$(readlink -f /lib/modules)" --ro-bind "$machine/proc/iomem" /proc/iomem \
			--ro-bind "$machine/proc/sys/kernel/osrelease" /proc/sys/kernel/osrelease -- unshare -n sh -c '
				head -c 4096 /dev/zero >"$0/full/filler"; exec "$@"' "$top" "$FAULT" --result "$top/result" \
			--hook "$SOURCE/test/inject/kernel" "$CXL" detach-memdev "$@" mem0
	}
	answer() { jq -c "$1" <<<"$out"; }
	echo old >"$top/out/live.html"
	detach --via host --html "$top/out/live.html"
	is "the command: the report as without it" "$(answer '.plan | [.memdevs, .method]')" '[["mem0"],"host"]'
	report=$out
	cp "$top/out/live.html" "$pages"
	run "$check_page" "$pages/live.html"
	is "the command: a sound page" "$status$err" 0
	out=$report
	is "the command: with the checks of the report" "$(rows_of live "What was verified" '.[0] | map(.[:2])')" \
		"$(answer '.checks | map([.check, .result])')"
	is "the command: title and headings" "$(page_says live '[.title, (.headings | map(.[1])), .facts["Kernel"]]')" \
		"[\"cxl detach-memdev mem0\",[\"cxl detach-memdev mem0\",\"Detach by host\",\"Timeline\",\"Checks\",\"Steps\",\"Events\",\"Kernel log\"],\"$(uname -r)\"]"
	is "the command: nothing is left beside the file" "$(ls -A "$top/out")" live.html
	detach --html "$top/none/page.html"
	is "no such directory: said before anything is done" "$(cut -d' ' -f1 "$top/result")$out$err" \
		"exitcxl detach-memdev: $top/none/page.html: cannot write the HTML file: No such file or directory"
	is "no such directory: nothing is done" "$(cat "$top/state")$(compgen -G "$top/journal/*.json")" attached
	detach --html /dev/null
	is "a device is not replaced" "$err" \
		"cxl detach-memdev: /dev/null: cannot write the HTML file: something other than a regular file is there"
	detach --via host --html "$top/full/page.html"
	is "no space: the report is printed all the same" "$(answer '.plan.method')" '"host"'
	like "no space: said" "$err" "cxl detach-memdev: $top/full/page.html: cannot write the HTML file: No space left on device"
	like "no space: the status is not 0" "$(cat "$top/result")" '^exit [14] '
	is "no space: the detach is in the journal" "$(jq -r .method "$top/journal"/*.json)" host
	detach --timeline --html "$top/out/live.html"
	like "with --timeline: the drawing is printed" "$out" '^(.* ms  |exposure)'
fi
finish
