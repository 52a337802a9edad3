#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# contrib/ndctl-suite on a tree whose tests end in every way: it says how each test ended with either cxl, and finds the
# test that can tell them apart.
# shellcheck source=test/tap.sh
. "$SOURCE/test/tap.sh"

top=$(mktemp -d)
trap 'rm -rf "$top"' EXIT
tree=$top/tree
mkdir -p "$tree/test"
suite() { run "$SOURCE/contrib/ndctl-suite" --timeout 20 --logs "$top/logs" "$@"; }
# a_test NAME < TEXT
# shellcheck disable=SC2016 # for the test
a_test() { { echo '. "$(dirname "$0")"/common'; cat; } >"$tree/test/cxl-$1.sh"; }
echo 'set -e; bus=cxl_test' >"$tree/test/common"
a_test list <<-'TEST'
	modprobe -r cxl_test
	modprobe cxl_test
	udevadm settle
	[ "$("$CXL" list -b $bus | jq length)" = 1 ]
	"$DAXCTL" list
	"$NDCTL" list
TEST
a_test region <<-'TEST'
	region=$("$CXL" list -b $bus -R -i | jq -r '.[0].region // empty')
	[ -z "$region" ] || "$CXL" destroy-region -f "$region"
	"$CXL" disable-memdev -f all
	"$CXL" enable-memdev all
TEST
a_test type2 <<-'TEST'
	modprobe -r cxl_test
	modprobe cxl_test type2_test=1
	memdev=$("$CXL" list -M | jq -r '.[0].memdev')
	"$CXL" disable-port -f "$("$CXL" list -m "$memdev" -P | jq -r '.[0].port')"
	[ "$("$CXL" list -R | jq length)" = 0 ]
TEST
a_test skipped <<<'exit 77'
a_test failed <<<'echo why >&2; exit 3'
a_test slow <<<'sleep 60'
# shellcheck disable=SC2016 # for the test
a_test knows <<<'[ "$CXL" = /usr/bin/cxl ]'
before=$(cd "$tree" && find . -type f -exec sha256sum {} + | sort)

suite "$tree"
is "one test ends differently: status" "$status" 1
is "the results" "$out" "TEST                             cxl-cli        cxl-attach    
cxl-failed.sh                    failed (3)     failed (3)     
cxl-knows.sh                     passed         failed (1)     different
cxl-list.sh                      passed         passed         
cxl-region.sh                    passed         passed         
cxl-skipped.sh                   skipped        skipped        
cxl-slow.sh                      timed out      timed out      
cxl-type2.sh                     passed         passed         
7 tests, 1 different"
is "what they print is kept" "$(cat "$top"/logs/*/cxl-failed.sh)" "why
why"
is "nothing is written to the tree" "$(cd "$tree" && find . -type f -exec sha256sum {} + | sort)" "$before"
suite --only list "$tree"
is "only some, and they end the same way" "$status$(tail -n 1 <<<"$out")" "01 tests, 0 different"
suite --only nothing "$tree"
is "none" "$status" 1
for arguments in '' "$top" "--timeout x $tree" "--nonsense $tree" "$tree $tree" --only; do
	# shellcheck disable=SC2086 # several
	suite $arguments
	is "wrong usage: ${arguments//$top/TOP}" "$status" 2
done
finish
