#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# contrib/lab exercise on a provider that misbehaves. The lab finds and names the misbehavior, and finds nothing else. It
# shrinks the finding to one actor alone, in as few trials as possible. The script shows the finding in each guest. The
# arguments name kinds of misbehavior (see below); without arguments, the test tries all kinds.
# shellcheck source=test/tap.sh
. "$SOURCE/test/tap.sh"

# planted SWITCH FLAVOR SIGNATURE SCRIPT OPTION...: the provider's parameter, the kernel that sees the misbehavior, its
# signature, and whether a script can show it (yes or no), with options of cxl exercise-autoremove
planted() {
	local switch=$1 flavor=$2 signature=$3 script=$4 results
	results=$(mktemp -d)
	run "$SOURCE/contrib/lab" exercise --machine pci --flavor "$flavor" --module-args "$switch" --share "$results" \
		--budget 4 --trials 8 --guests 2 -- "${@:5}"
	is "$switch: found" "$status" 4
	is "$switch: named, and no other name" "$(cut -f 2 "$results/findings")" "$signature"
	like "$switch: shrunk to one actor" "$(cat "$results/finding-1/least")" '^--via=[a-z-]+ --trials=[48]$'
	like "$switch: the report says on which kernel" "$(cat "$results/finding-1/report")" 'Kernel: [0-9].*Shown by: cxl exercise-autoremove --via'
	ok "$switch: with its configuration" grep -q '^CONFIG_CXL_BUS=m' "$results/config"
	if [ "$script" = yes ]; then
		like "$switch: the script shows it" "$(cat "$results/finding-1/line")" ' 2 of  2  '
		is "$switch: the script needs nothing of ours" "$(grep -cE '\b(exercise|detach|attach|list-attach)\b' "$results/finding-1/reproducer.sh")" 0
	fi
	rm -rf "$results"
}

[ $# -gt 0 ] || set -- warn reference sleep mapping range inversion use-after-free oops
for kind; do
	case $kind in
	warn) planted remove_warn=1 lockdep 'warning lab_accel_remove' yes --via host ;;
	reference) planted keep_reference=1 plain 'leak of a memdev' yes --via host ;;
	sleep) planted remove_sleep_ms=60000 plain 'stuck lab_accel_remove' no --via host ;;
	mapping) planted keep_mapping=1 plain 'check addresses-released' no --via memdev ;;
	range) planted keep_range=1 plain 'check addresses-released' no --via memdev ;;
	inversion) planted remove_inversion=1 lockdep 'lockdep lab_accel_lock_both < lab_accel_remove' yes --via host ;;
	use-after-free) planted remove_use_after_free=1 kasan 'kasan lab_accel_remove' yes --via host ;;
	oops) planted remove_oops=1 plain 'bug lab_accel_oops < lab_accel_remove' yes --via host ;;
	*) ok "no such misbehavior: '$kind'" false ;;
	esac
done
finish
