#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# contrib/fuzz reports wrong options, and finds the fault in a checkout that has one.
# shellcheck source=test/tap.sh
. "$SOURCE/test/tap.sh"

top=$(mktemp -d "${TMPDIR:-/var/tmp}/cxl-attach-fuzz.XXXXXX")
chmod 755 "$top"
trap 'rm -rf "$top"' EXIT

run "$SOURCE/contrib/fuzz" --minutes 0
is "no minutes" "$status$err" "2fuzz: --minutes needs a number from 1 on"
run "$SOURCE/contrib/fuzz" --seed 0
is "no seed" "$status$err" "2fuzz: --seed needs a number from 1 on"
run "$SOURCE/contrib/fuzz" --target none
is "an unknown target" "$status$err" \
	"2fuzz: no such target: none (expected exercise-log iomem journal kernel-log listing machine modules uevent users)"
run "$SOURCE/contrib/fuzz" --fast
like "an unknown option" "$status$err" "^2fuzz: invalid option '--fast'"

mkdir -m 777 "$top/nobody"
cp -r "$SOURCE" "$top/checkout"
run env CLANG=missing XDG_CACHE_HOME="$top" setpriv --reuid 65534 --regid 65534 --clear-groups \
	"$top/checkout/contrib/fuzz" --corpus "$top/nobody"
like "neither clang nor root" "$status$err" '^3fuzz: .*root is needed'

sed -i 's/range->end < range->start/false/' "$top/checkout/util/iomem.c"
run "$top/checkout/contrib/fuzz" --minutes 1 --target iomem --seed 1 --corpus "$top/kept"
is "a fault: exit status" "$status" 1
like "a fault: which target" "$out" '^1\.\.1.not ok 1 - iomem: [0-9]+ inputs'
like "a fault: what is wrong" "$out" '# fault: ends before it begins'
is "a fault: its input is kept" "$(compgen -G "$top/kept/found/iomem/crash-*" | wc -l)" 1
is "with a seed, nothing of it is for another run" "$(compgen -G "$top/kept/corpus/*")" ""
finish
