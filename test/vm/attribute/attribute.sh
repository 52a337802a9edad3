#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# On a kernel with an attribute that says which memdevs were attached (contrib/findings/attached-attribute.cocci): the
# answer of cxl is the attribute's, whatever the other signals are. If the attribute is hidden, cxl infers the same.
# shellcheck source=test/vm/guest.sh
. "$SOURCE/test/vm/guest.sh"

memdevs=(/sys/bus/cxl/devices/mem[0-9]*)
# of_each FILTER: what jq makes of each memdev that list-attach prints
of_each() { "$CXL" list-attach --all -v | jq -Sc "map(select(.memdev) | {(.memdev): $1}) | add"; }
# of_each_with FILE FILTER: the same in a mount namespace in which FILE replaces the attribute of each memdev
of_each_with() {
	# shellcheck disable=SC2016 # expanded by the inner bash
	unshare -m bash -c "$(declare -f of_each)"'
		for memdev in /sys/bus/cxl/devices/mem[0-9]*; do
			mount --bind "$1" "$memdev/attached" || exit
		done
		of_each "$2"' of_each_with "$1" "$2"
}
names_attribute='[.evidence[].signal] | any(IN("memdev-attached", "memdev-not-attached"))'

is "each memdev has the attribute" "$(cat "${memdevs[@]/%//attached}" | wc -l)" "${#memdevs[@]}"
kernel=$(for memdev in "${memdevs[@]}"; do echo "${memdev##*/} $(<"$memdev/attached")"; done |
	jq -RnSc '[inputs | split(" ") | {(.[0]): (if .[1] == "1" then "attached" else "none" end)}] | add')
echo "# $kernel"
like "an attached one is among them" "$kernel" '"attached"'
is "cxl says what the kernel says" "$(of_each .attach)" "$kernel"
same_as_truth "and what the kernel itself knows"
is "it names the attribute" "$(of_each "$names_attribute" | jq -c all)" true

: >/tmp/empty
export CXL
is "hidden: cxl infers the same" "$(of_each_with /tmp/empty .attach)" "$kernel"
is "hidden: it does not name the attribute" "$(of_each_with /tmp/empty "$names_attribute" | jq -c any)" false
for said in 0=none 1=attached; do
	echo "${said%=*}" >/tmp/said
	is "all say ${said%=*}: the attribute decides alone" "$(of_each_with /tmp/said .attach | jq -c '[.[]] | unique')" "[\"${said#*=}\"]"
done

# A detach and a reattach: the new memdev also has the attribute.
run "$CXL" detach-memdev --reattach "$(jq -r 'to_entries | map(select(.value == "attached"))[0].key' <<<"$kernel")"
is "detached and reattached" "$status$(answer '[.passed, .reattach.passed]')" '0[true,true]'
is "the kernel says the same of the new memdevs" "$(of_each .attach | jq -c '[.[]] | sort')" "$(jq -c '[.[]] | sort' <<<"$kernel")"
check_dmesg
