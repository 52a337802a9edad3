#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# cxl list-attach on recorded machines, as recorded and damaged.
# shellcheck source=test/replay/machine.sh
. "$SOURCE/test/replay/machine.sh"

# Whatever happened, what is on stdout is an answer, unless nothing is and the usage was wrong.
list_attach() {
	run on_machine timeout 20 "$CXL" list-attach "$@"
	[ "$status" -eq 2 ] || keep list-attach
}
query() { jq -c "$1" <<<"$out"; }

machine accelerator
list_attach
is "accelerator: done" "$status" 0
is "accelerator: nothing on stderr" "$err" ""
is "accelerator: the whole answer" "$(query '.[] | del(.evidence)')" \
	'{"memdev":"mem0","attach":"attached","host":"cxl_type2_accel.0","subsystem":"platform","provider":"cxl_mock_accel","module":"cxl_mock_accel","endpoint":"endpoint3","regions":[{"region":"region0","resource":1031060586496,"size":536870912,"state":"enabled","decode_state":"commit","locked":true}]}'
is "accelerator: the evidence" "$(query '[.[].evidence[] | .signal, .file, .value]')" \
	'["no-class-attributes","/sys/bus/cxl/devices/mem0/firmware_version","absent","region-locked","/sys/bus/cxl/devices/region0/locked","1"]'

list_attach --human
is "human: texts" "$(query '.[0].regions[0] | [.resource, .size]')" \
	'["0xf010000000","512.00 MiB (536.87 MB)"]'

list_attach mem0
is "by name" "$(query 'map(.memdev)')" '["mem0"]'
list_attach -u 0
is "by number" "$(query 'map(.memdev)')" '["mem0"]'
list_attach mem0 mem7
is "one of two exists: it is listed" "$(query 'map(.memdev)')" '["mem0"]'
is "one of two exists: failed" "$status" 1
is "one of two exists: which not" "$err" "cxl list-attach: there is no memdev 'mem7'"
for name in ../mem0 mem0/.. '' mem -- 'mem0 ' mem0x region0; do
	list_attach -- "$name"
	is "no memdev name '$name': wrong usage" "$status" 2
	is "no memdev name '$name': no answer" "$out" ""
done
list_attach --no-such-option
is "unknown option: wrong usage" "$status" 2
run "$CXL" list-attach --help
is "--help: done" "$status" 0
like "--help: has an example" "$out" 'cxl list-attach -u mem0'
# shellcheck disable=SC2016 # expanded by the inner shell
run on_machine sh -c '"$1" list-attach >/dev/full' sh "$CXL"
is "a full disk: failed" "$status" 1
like "a full disk: said" "$err" 'cannot write the answer: No space left on device'
run on_machine setpriv --reuid 65534 --regid 65534 --clear-groups "$CXL" list-attach
is "not root: the same answer" "$(query 'map(.attach)')" '["attached"]'

# What the kernel may show while things come and go, or on other versions
rm -r "$devices/region0/locked"
list_attach
is "lock not told: attached all the same" "$(query '.[] | [.attach, (.regions[0] | has("locked"))]')" \
	'["attached",false]'
for garbage in '' 2 yes "$(head -c 5000 /dev/zero | tr '\0' x)" $'\xff\xfe' '1 1'; do
	machine accelerator
	printf '%s\n' "$garbage" >"$devices/region0/locked"
	list_attach
	is "lock is garbage '${garbage:0:5}': no word on it" \
		"$(query '.[] | [.attach, (.regions[0] | has("locked"))]')" '["attached",false]'
done

machine accelerator
echo 0 >"$devices/region0/locked"
list_attach
is "accelerator in a region that is not locked: unknown" "$(query 'map(.attach)')" '["unknown"]'

machine accelerator
echo 1 >"$devices/decoder1.0/locked"
list_attach
is "a locked decoder on the path is seen" "$(query '[.[].evidence[].signal]')" \
	'["no-class-attributes","region-locked-by-decoder"]'

machine accelerator
echo 1 >"$devices/decoder3.0/locked"
list_attach
is "a locked endpoint decoder is seen" "$(query '[.[].evidence[].signal]')" \
	'["no-class-attributes","region-locked-by-decoder"]'

machine accelerator
echo 1 >"$devices/decoder1.1/locked"
list_attach
is "a locked decoder of another region is not" "$(query '[.[].evidence[].signal]')" \
	'["no-class-attributes","region-locked"]'

machine accelerator
echo 1.0 >"$devices/mem0/firmware_version"
list_attach
is "class attributes, region locked: the region decides" "$(query '[.[] | .attach, .evidence[].signal]')" \
	'["attached","class-attributes","region-locked"]'

machine accelerator
host=$(readlink -f "$devices/mem0/..")
rm "$host/driver"
list_attach
is "host without a driver: none" "$out" '[]'

machine accelerator
host=$(readlink -f "$devices/mem0/..")
ln -sfn ../../../bus/platform/drivers/$'q"uote\xff' "$host/driver"
list_attach
is "a driver with an odd name" "$(query '.[].provider')" '"q\"uote�"'

machine accelerator
rm "$machine/dev/cxl/mem0"
list_attach
is "a memdev without its node, which libcxl drops: done" "$status" 0
like "a memdev without its node: said" "$err" \
	'cxl list-attach: 1 memdev\(s\) could not be read and are left out'

machine accelerator
for attribute in $(cd "$devices" && find -L mem0 region0 -maxdepth 1 -type f -readable); do
	for damage in remove empty garbage; do
		machine accelerator
		case $damage in
		remove) rm "$devices/$attribute" ;;
		empty) : >"$devices/$attribute" ;;
		garbage) head -c 4096 /dev/urandom >"$devices/$attribute" ;;
		esac
		list_attach
		ok "$damage $attribute: documented status" [ "$status" -le 1 ]
	done
done

machine expanders
list_attach
is "expanders: nobody attached them" "$out" '[]'
is "expanders: nothing on stderr" "$err" ""
run on_machine cxl list -M
is "expanders: there are some" "$([ "$(query length)" -gt 1 ] && echo yes)" yes

machine pci-accelerator
list_attach
is "PCI accelerator: the whole answer" "$(query '.[] | del(.evidence)')" \
	'{"memdev":"mem0","attach":"attached","host":"0000:11:00.0","subsystem":"pci","provider":"cxl_lab_accel","module":"cxl_lab_accel","endpoint":"endpoint2","regions":[{"region":"region0","resource":15300820992,"size":268435456,"state":"enabled","decode_state":"commit","locked":true}]}'
is "PCI accelerator: nothing on stderr" "$err" ""

machine pci-two-bridges
list_attach
is "two accelerators and an expander: both, and which regions" \
	"$(query 'map([.attach, .host, .regions[].resource]) | sort')" \
	'[["attached","0000:11:00.0",15300820992],["attached","0000:31:00.0",19595788288]]'
run on_machine cxl list -R
is "two accelerators and an expander: there are three regions" "$(query length)" 3

machine pci-failed
list_attach
is "a provider whose probe failed: nobody" "$out" '[]'
is "a provider whose probe failed: nothing on stderr" "$err" ""

machine no-cxl
list_attach
is "no CXL: empty" "$out" '[]'
is "no CXL: done" "$status" 0
is "no CXL: said" "$err" "cxl list-attach: this system has no CXL bus"

ok "every answer is valid" all_valid list-attach
finish
