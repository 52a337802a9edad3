#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# cxl list-attach on recorded machines, as recorded and damaged
# shellcheck source=test/replay/machine.sh
. "$SOURCE/test/replay/machine.sh"

# Whatever happens, stdout has a valid answer, except after wrong usage.
list_attach() {
	run on_machine timeout 20 "$CXL" list-attach "$@"
	[ "$status" -eq 2 ] || [[ " $* " =~ \ (--table|--tree|-o|--format|--raw|-n|--color=.*|--dot)\  ]] || keep list-attach
}
query() { jq -c "$1" <<<"$out"; }

machine accelerator
list_attach
is "accelerator: done" "$status" 0
is "accelerator: nothing on stderr" "$err" ""
is "accelerator: the whole answer" "$(query '.[]')" \
	'{"format_version":1,"memdev":"mem0","id":0,"attach":"attached","numa_node":0,"ram_size":536870912,"pmem_size":0,"host":"cxl_type2_accel.0","subsystem":"platform","driver":"cxl_mock_accel","provider":"cxl_mock_accel","module":"cxl_mock_accel","module_file":"/lib/modules/7.3.0-rc7/updates/test/cxl_mock_accel.ko","imports_attach":true,"endpoint":"endpoint3","port":"port1","bus":"root0","regions":[{"region":"region0","resource":1031060586496,"size":536870912,"mode":"ram","interleave_ways":1,"state":"enabled","driver":"cxl_region","decode_state":"commit","locked":true,"lock_reason":"attach"}]}'
plain=$out
list_attach -v
is "accelerator: -v is the same, with the evidence" "$(query 'map(del(.evidence))')" "$(jq -c . <<<"$plain")"
is "accelerator: the evidence" "$(query '[.[].evidence[] | .signal, .file, .value, .indicates]')" \
	'["no-class-attributes","/sys/bus/cxl/devices/mem0/firmware_version","absent","attached","region-locked","/sys/bus/cxl/devices/region0/locked","1","attached","region-without-child","/sys/bus/cxl/devices/region0","no dax or pmem region","attached","target-type-accelerator","/sys/bus/cxl/devices/decoder3.0/target_type","accelerator","attached","module-imports-attach","/lib/modules/7.3.0-rc7/updates/test/cxl_mock_accel.ko","devm_cxl_probe_mem","attached","module-holds-cxl-mem","/sys/module/cxl_mem/holders/cxl_mock_accel","present","neither"]'

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
is "one of two exists: which not" "$err" "cxl list-attach: there is no memdev 'mem7' (there is: mem0)"
for name in ../mem0 mem0/.. '' mem -- ',' 'mem 0x' mem0x region0; do
	list_attach -- "$name"
	is "invalid memdev name '$name': wrong usage" "$status" 2
	is "invalid memdev name '$name': no answer" "$out" ""
	is "invalid memdev name '$name': said" "$(head -n 1 <<<"$err")" \
		"cxl list-attach: invalid memdev name '${name% 0x}' (expected mem0 or 0)"
done
list_attach --no-such-option
is "unknown option: wrong usage" "$status" 2
for words in '--follow mem0' '--providers mem0' '--providers -m mem0' '--providers -b 0' '--providers --host x' \
	'--providers --provider sfc' '--follow --providers' '--follow --table' \
	'--dot --table' '--dot --tree' '--dot -o HOST' '--dot --follow' '--dot --providers' '--dot -u' '--dot -v'; do
	read -ra options <<<"$words"
	run on_machine timeout 20 "$CXL" list-attach "${options[@]}"
	is "what would have no effect, '$words': wrong usage" "$status$out" 2
done
run "$CXL" list-attach --help
is "--help: done" "$status" 0
like "--help: has an example" "$out" 'cxl list-attach -u mem0'
# shellcheck disable=SC2016 # expanded by the inner shell
run on_machine sh -c '"$1" list-attach >/dev/full' sh "$CXL"
is "a full disk: failed" "$status" 1
like "a full disk: said" "$err" 'cannot write the answer: No space left on device'
run on_machine setpriv --reuid 65534 --regid 65534 --clear-groups "$CXL" list-attach
is "not root: the same answer" "$(query 'map(.attach)')" '["attached"]'

# States of sysfs while devices come and go, or on other kernels
rm -r "$devices/region0/locked"
list_attach
is "no lock attribute: attached" \
	"$(query '.[] | [.attach, (.regions[0] | has("locked"), .lock_reason)]')" '["attached",false,"attach"]'
for garbage in '' 2 yes "$(head -c 5000 /dev/zero | tr '\0' x)" $'\xff\xfe' '1 1'; do
	machine accelerator
	printf '%s\n' "$garbage" >"$devices/region0/locked"
	list_attach
	is "lock is garbage '${garbage:0:5}': lock unknown" \
		"$(query '.[] | [.attach, (.regions[0] | has("locked"))]')" '["attached",false]'
done

machine accelerator
echo 0 >"$devices/region0/locked"
list_attach
is "accelerator in a region that is not locked: unknown" "$(query 'map(.attach)')" '["unknown"]'

machine accelerator
echo 1 >"$devices/decoder1.0/locked"
list_attach -v
is "a locked decoder of the region counts" "$(query '[.[] | .evidence[1].signal, .regions[0].lock_reason]')" \
	'["region-locked-by-decoder","both"]'

machine accelerator
echo 1 >"$devices/decoder3.0/locked"
list_attach -v
is "a locked endpoint decoder counts" "$(query '[.[] | .evidence[1].signal, .regions[0].lock_reason]')" \
	'["region-locked-by-decoder","both"]'

machine accelerator
echo 1 >"$devices/decoder1.1/locked"
list_attach -v
is "a locked decoder of another region does not count" "$(query '[.[] | .evidence[1].signal, .regions[0].lock_reason]')" \
	'["region-locked","attach"]'

# The state that user space leaves between the writes of "target0" and "commit"
machine accelerator
for attribute in region0/commit decoder{1,3}.0/size; do
	echo 0 >"$devices/$attribute"
done
list_attach
is "decoders without a size, in a region that is not committed" \
	"$(query '.[] | [.attach, .regions[0].region]')" '["attached","region0"]'

machine accelerator
echo 1.0 >"$devices/mem0/firmware_version"
list_attach -v
is "class attributes, all else for an attach: attached, contradiction shown" \
	"$(query '[.[] | .attach, (.evidence[] | select(.indicates == "none").signal)]')" \
	'["attached","class-attributes"]'

machine accelerator
host=$(readlink -f "$devices/mem0/..")
rm "$host/driver"
list_attach
is "host without a driver: none" "$out" '[]'
list_attach -v --all
is "host without a driver: why" "$(query '.[] | [.attach, .evidence[1].signal, has("provider")]')" \
	'["none","host-unbound",false]'

machine accelerator
host=$(readlink -f "$devices/mem0/..")
ln -sfn ../../../bus/platform/drivers/$'q"uote\xff' "$host/driver"
list_attach
is "a driver with an odd name" "$(query '.[].provider')" '"q\"uote�"'

machine accelerator
rm "$machine/dev/cxl/mem0"
list_attach
is "a memdev without its node is listed" "$(query 'map(.memdev)')" '["mem0"]'
rm "$devices/mem0/uevent"
list_attach
is "what a removed memdev left: left out" "$out" '[]'
is "what a removed memdev left: said" "$err" \
	'cxl list-attach: 1 memdev(s) could not be read and are left out'
ln -s ../../../devices/gone/mem9 "$devices/mem9"
list_attach
is "a memdev that leads nowhere is counted" "$err" \
	'cxl list-attach: 2 memdev(s) could not be read and are left out'

# Odd names in the directory of devices
machine accelerator
for odd in 'mem' 'mem0x' 'memo' 'mem-1' $'mem\n1' 'mémoire0' "mem'1" 'region' 'port' $'de"coder'; do
	cp -a "$(readlink -f "$devices/mem0")" "$devices/$odd"
done
list_attach --all
is "names that are not of devices: left out" "$(query 'map(.memdev)')" '["mem0"]'

machine accelerator
ln -sfn port1 "$devices/port1"
ln -sfn . "$devices/endpoint3"
list_attach
is "links in loops: an answer" "$(query 'map(.memdev)')" '["mem0"]'
is "links in loops: done" "$status" 0

# Tables, trees, columns, filters
machine accelerator
list_attach -o memdev,Host,SIZE
is "a table of chosen columns" "$out" \
	$'MEMDEV HOST              SIZE\nmem0   cxl_type2_accel.0 512M'
list_attach --table -o +module
like "a table with one more column" "$out" '^MEMDEV ATTACH .* LOCK +MODULE'
list_attach --tree -o NAME,ATTACH
is "a tree" "$(grep -o '[a-z]\+[0-9].*' <<<"$out" | sed 's/ *$//')" \
	$'root0\nport1\nendpoint3\nmem0      attached\nregion0'
# tree_of MACHINE: each line, without the drawing
tree_of() {
	machine "$1"
	list_attach --all --tree -o NAME,ATTACH
	sed 's/^[^a-z0-9]*//; s/ *$//; s/  */ /' <<<"$out" | tail -n +2 | paste -sd,
}
is "a tree: a port that two memdevs share is there once" "$(tree_of pci-two-bridges)" \
	"root0,port1,endpoint3,mem0 attached,region1,port2,endpoint4,mem1 attached,region0,endpoint5,mem2 none,region3"
is "a tree: a detached host is below its port" "$(tree_of pci-unbound)" "root0,port1,0000:11:00.0 detached"
is "a tree: a host whose port is not known is at the top" "$(tree_of pci-failed)" "0000:11:00.0 detached"
machine accelerator
list_attach -o nonsense
is "no such column: wrong usage" "$status" 2
is "no such column: said" "$err" \
	"cxl list-attach: invalid column 'nonsense' (expected one that cxl list-attach -o help lists)"
list_attach -o ''
is "no column at all: wrong usage" "$status" 2
for filter in '-b root0' '-b 0' '-b cxl_test' '-m mem0' '-m 0' '-m mem7,mem0' '-m all' '-r region0' '-r 0' \
	'--host cxl_type2_accel.0' '--provider cxl_mock_accel' '--provider sfc,cxl_mock_accel'; do
	read -ra options <<<"$filter"
	list_attach "${options[@]}"
	is "$filter matches" "$(query 'map(.memdev)')" '["mem0"]'
done
for filter in '-b root1' '-b ACPI.CXL' '-m mem7' '-r region7' '--host 0000:35:00.0' '--provider sfc' '-m mem'; do
	read -ra options <<<"$filter"
	list_attach "${options[@]}"
	is "$filter does not: empty" "$out" '[]'
	is "$filter does not: said, with what there is" "$err" \
		"cxl list-attach: nothing matches (there is, with --all: mem0 (host cxl_type2_accel.0, driver cxl_mock_accel, bus root0, region0))"
	is "$filter does not: done" "$status" 0
done
list_attach --debug
like "--debug says what could not be read" "$err" 'mem0/serial: No such file or directory'

machine expanders
list_attach
is "expanders: none is attached" "$out" '[]'
is "expanders: nothing on stderr" "$err" ""
list_attach --all
is "expanders: all of them" "$(query 'map(.attach) | unique, length > 1')" $'["none"]\ntrue'
is "expanders: their driver is not a provider" "$(query 'map([.driver, has("provider")]) | unique')" \
	'[["cxl_mock_mem",false]]'
list_attach mem1
is "an expander by name is listed" "$(query 'map([.memdev, .attach])')" '[["mem1","none"]]'

machine pci-accelerator
list_attach
is "PCI accelerator: the whole answer" "$(query '.[]')" \
	'{"format_version":1,"memdev":"mem0","id":0,"attach":"attached","host":"0000:11:00.0","subsystem":"pci","driver":"cxl_lab_accel","provider":"cxl_lab_accel","module":"cxl_lab_accel","module_file":"/lib/modules/7.3.0-rc7/extra/cxl_lab_accel.ko","imports_attach":true,"endpoint":"endpoint2","port":"port1","bus":"root0","regions":[{"region":"region0","resource":15300820992,"size":268435456,"mode":"ram","interleave_ways":1,"state":"enabled","driver":"cxl_region","decode_state":"commit","locked":true,"lock_reason":"attach"}]}'
is "PCI accelerator: nothing on stderr" "$err" ""
list_attach -b ACPI.CXL
is "PCI accelerator: its bus by provider" "$(query 'map(.bus)')" '["root0"]'

machine pci-two-bridges
list_attach
is "two accelerators and an expander: both, and which regions" \
	"$(query 'map([.attach, .host, .regions[].resource]) | sort')" \
	'[["attached","0000:11:00.0",15300820992],["attached","0000:31:00.0",19595788288]]'
run on_machine cxl list -R
is "two accelerators and an expander: there are three regions" "$(query length)" 3

# Hosts without a memdev
unattached() { query 'map(select(has("memdev") | not) | [.attach, .host, .provider, .port, .decoder, .resource])'; }
machine accelerator-unbound
list_attach -v
is "unbound: detached, with what an attach would find" "$(unattached)" \
	'[["detached","cxl_type2_accel.0","cxl_mock_accel","port1","decoder1.0",1031060586496]]'
is "unbound: the evidence" "$(query '.[].evidence | map(.signal)')" \
	'["module-imports-attach","module-holds-cxl-mem","host-matches-provider","host-unbound","decoder-committed"]'
for filter in '-b root0' '--host cxl_type2_accel.0' '--provider cxl_mock_accel'; do
	read -ra options <<<"$filter"
	list_attach "${options[@]}"
	is "unbound: $filter matches" "$(query length)" 1
done
for filter in '-b 7' '-m mem0' '-r region0' '--host mem0' '--provider sfc' mem0; do
	read -ra options <<<"$filter"
	list_attach "${options[@]}"
	is "unbound: $filter does not" "$out" '[]'
done
list_attach --table
like "unbound: in a table" "$out" '^MEMDEV ATTACH +PROVIDER .*
 +detached cxl_mock_accel cxl_type2_accel.0 '
echo 0 >"$devices/decoder1.0/size"
list_attach
is "unbound, nothing committed: failed" "$(query 'map([.attach, .reason])')" '[["failed","uncommitted"]]'
echo 0x20000000 >"$devices/decoder1.0/size"
echo 0,1 >"$devices/decoder1.0/target_list"
list_attach
is "unbound, committed to two: failed" "$(query 'map([.attach, .reason])')" '[["failed","interleaved"]]'
mkdir -p "$machine/sys/kernel/debug"
printf 'other.0\t\ncxl_type2_accel.0\tplatform: wait for supplier\n' >"$machine/sys/kernel/debug/devices_deferred"
list_attach
is "its probe is deferred: failed" "$(query 'map([.attach, .reason])')" '[["failed","deferred"]]'

machine accelerator-unloaded
list_attach
is "module unloaded: detached" "$(unattached)" \
	'[["detached","cxl_type2_accel.0","cxl_mock_accel","port1","decoder1.0",1031060586496]]'
rm -r "$machine/lib/modules"/*
list_attach
is "no modules installed: not listed" "$out" '[]'
machine accelerator-no-bus
list_attach -v
is "bus unbound: detached" "$(unattached)" '[["detached","cxl_type2_accel.0","cxl_mock_accel",null,null,null]]'
is "bus unbound: why an attach would fail" "$(query 'map([.reason, .evidence[-1].signal])')" '[["no-topology","no-port-above"]]'
machine accelerator-disabled
list_attach
is "region without its driver: attached" "$(query 'map([.attach, .regions[0].state, .regions[0].lock_reason])')" \
	'[["attached","disabled","attach"]]'

machine pci-unbound
list_attach
is "PCI, unbound: detached" "$(unattached)" '[["detached","0000:11:00.0","cxl_lab_accel","port1","decoder1.0",15300820992]]'
run on_machine setpriv --reuid 65534 --regid 65534 --clear-groups "$CXL" list-attach
is "PCI, unbound, not root: detached, without the address" "$(unattached)" \
	'[["detached","0000:11:00.0","cxl_lab_accel","port1","decoder1.0",null]]'
machine pci-failed
list_attach
is "PCI, refused by its own driver: detached, since sysfs shows no more" "$(query 'map([.attach, .host])')" \
	'[["detached","0000:11:00.0"]]'
machine pci-vfio
list_attach
is "PCI, handed over to VFIO: not listed" "$out" '[]'
machine pci-removed
list_attach
is "PCI, removed: nothing" "$out" '[]'
machine pci-deleted
list_attach
is "PCI, region deleted under its driver: attached, without a region" "$(query 'map([.attach, .regions])')" \
	'[["attached",[]]]'
machine pci-four
list_attach
is "PCI, four: all attached" "$(query 'map([.attach, .provider]) | unique | [length, .[0][]]')" \
	'[1,"attached","cxl_lab_accel"]'
machine expanders-regions
list_attach --all
is "expanders in regions: none is attached" "$(query 'map(.attach) | unique')" '["none"]'
is "expanders in regions: one is interleaved" "$(query 'map(.regions[].interleave_ways) | max')" 2
machine pci-shared
list_attach --all
is "shared window: one attached, one not" "$(query 'map([.attach, .driver, .regions[].lock_reason]) | sort')" \
	'[["attached","cxl_lab_accel","attach"],["none","cxl_pci","none"]]'

# Other kernels
machine pci-7.2
list_attach
is "7.2: attached" "$(query 'map([.attach, .provider])')$err" '[["attached","cxl_lab_accel"]]'

machine pci-6.12
list_attach
is "6.12: none" "$out" '[]'
is "6.12: said why" "$err" \
	"cxl list-attach: this kernel has no attach call that is known (devm_cxl_probe_mem()): only the devices show whether a memdev has a provider"
list_attach -v --all
is "6.12: the evidence says why" "$(query 'map(.attach, .evidence[0].signal) | unique')" '["no-attach-support","none"]'

# Altered by hand
machine sfc
list_attach
is "a network driver" "$(query 'map([.attach, .provider, .module, .module_file])')" \
	'[["attached","sfc","sfc","/lib/modules/7.3.0-rc7/kernel/net/sfc.ko"]]'
run on_machine timeout 20 "$CXL" list-attach --providers
keep list-attach-providers
is "a network driver is what this kernel has" "$(query 'map([.module, .version, .loaded, (.hosts | map(.memdev))])')" \
	'[["sfc","7.3.0-rc7",true,["mem0"]]]'
hosts_of_providers() {
	machine "$1"
	run on_machine timeout 20 "$CXL" list-attach --providers
	keep list-attach-providers
	query 'map([.module, .loaded, (.hosts | map([.host, .subsystem, .driver, .memdev]))])'
}
is "providers: of each memdev that the module drives, its host" "$(hosts_of_providers pci-two-bridges)" \
	'[["cxl_lab_accel",true,[["0000:31:00.0","pci","cxl_lab_accel","mem0"],["0000:11:00.0","pci","cxl_lab_accel","mem1"]]]]'
is "providers: a device that the module would drive" "$(hosts_of_providers pci-unbound)" \
	'[["cxl_lab_accel",true,[["0000:11:00.0","pci",null,null]]]]'
machine sfc
rm "$(readlink -f "$devices/mem0/../driver")/module"
list_attach
is "a driver that is built in: inferred from the other signals" "$(query 'map([.attach, .provider, has("module")])')" \
	'[["attached","sfc",false]]'
machine two-buses
list_attach -b root4
is "one of two buses" "$(query 'map([.memdev, .bus])')" '[["mem1","root4"]]'
machine hostile
list_attach --all
is "what no kernel does: done" "$status" 0
is "what no kernel does: names as they are" "$(query 'map([.memdev, .host, .driver])')" \
	'[["mem0","cxl_type2_accel.0","cxl_mock_accel"],["mem1","host \"1\"\né�\\","dr\niver\""]]'
is "what no kernel does: counted" "$err" "cxl list-attach: 3 memdev(s) could not be read and are left out"

# As a graph: test/pictures/check-graph reads it as Graphviz does
# graph MACHINE OPTION...: of that machine, as JSON in $graph
graph() {
	machine "$1"
	list_attach --dot "${@:2}"
	graph=$("$SOURCE/test/pictures/check-graph" <<<"$out" 2>&1)
}
graph_has() { jq -c "$1" <<<"$graph"; }
graph accelerator
is "graph: done" "$status$err" 0
is "graph: each device, and what there is to say of it" "$(graph_has .nodes)" \
	'{"endpoint endpoint3":"endpoint3","port port1":"port1\nof cxl_host_bridge.0","bus root0":"bus root0\ncxl_test","memdev mem0":"mem0\nattach: attached","host cxl_type2_accel.0":"host cxl_type2_accel.0\non platform","driver cxl_mock_accel":"driver cxl_mock_accel","region region0":"region0\n512 MiB\nat 0xf010000000\nenabled\nlocked: attach"}'
is "graph: what hangs below what, and who owns it" "$(graph_has .edges)" \
	'[["bus root0","port port1",""],["port port1","endpoint endpoint3",""],["endpoint endpoint3","memdev mem0",""],["driver cxl_mock_accel","host cxl_type2_accel.0","drives"],["host cxl_type2_accel.0","memdev mem0",""],["driver cxl_mock_accel","region region0","owns"],["memdev mem0","region region0",""]]'
graph accelerator-disabled
is "graph: a region that is disabled" "$(graph_has '.nodes["region region0"]')" '"region0\n512 MiB\nat 0xf010000000\ndisabled\nlocked: attach"'
graph pci-two-bridges
is "graph: what is hidden by default" "$(graph_has '.nodes | has("memdev mem1", "memdev mem2")')" $'true\nfalse'
is "graph: the bus is there once" "$(graph_has '[.edges[] | select(.[0] == "bus root0")] | length')" 2
graph pci-two-bridges --all
is "graph: a region that no driver owns" "$(graph_has '[.edges[] | select(.[1] == "region region3")]')" '[["memdev mem2","region region3",""]]'
graph pci-two-bridges mem0
is "graph: by name" "$(graph_has '.nodes | keys | map(select(startswith("memdev")))')" '["memdev mem0"]'
graph pci-two-bridges mem7
is "graph: no such memdev" "$status$err$(graph_has .nodes)" "1cxl list-attach: there is no memdev 'mem7' (there is: mem0, mem1, mem2){}"
graph expanders-regions --all
is "graph: a region of two memdevs is there once" "$(graph_has '[.edges[] | select(.[1] == "region region1")] | map(.[0])')" \
	'["memdev mem2","memdev mem7"]'
graph pci-unbound
is "graph: a host without a memdev, and the driver that it had" "$(graph_has '[.nodes["host 0000:11:00.0"], (.edges[] | select(.[2] == "could attach") | .[0])]')" \
	'["host 0000:11:00.0\non pci\ndetached","driver cxl_lab_accel"]'
graph hostile --all
is "graph: odd names" "$(graph_has '[.edges[] | select(.[2] == "drives")][1]')" '["driver dr�iver\"","host host \"1\"�é�\\","drives"]'
machine accelerator
ln -sfn ../../../bus/platform/drivers/$'<script>alert("&lt;")<\\script>\\N\x1b\xff' "$(readlink -f "$devices/mem0/..")/driver"
list_attach --dot
graph=$("$SOURCE/test/pictures/check-graph" <<<"$out" 2>&1)
is "graph: a name in the language of another program" "$(graph_has '[.edges[] | select(.[2] == "owns") | .[0]]')" \
	"$(jq -cn '["driver <script>alert(\"&lt;\")<\\script>\\N��"]')"
machine accelerator
rm "$devices/mem0/uevent"
list_attach --dot
graph=$("$SOURCE/test/pictures/check-graph" <<<"$out" 2>&1)
is "graph: a memdev that vanished is left out, and said" "$status$(graph_has .nodes)$err" \
	'0{}cxl list-attach: 1 memdev(s) could not be read and are left out'
graph no-cxl
is "graph: of nothing" "$status$(graph_has .nodes)" '0{}'
for name in $(machines); do
	graph "$name" --all
	is "graph: of $name" "$status$(graph_has '.nodes | type')" '0"object"'
done
machine accelerator
# shellcheck disable=SC2016 # expanded by the inner shell
run on_machine sh -c '"$1" list-attach --dot >/dev/full' sh "$CXL"
is "graph: a full disk" "$status$err" "1cxl list-attach: cannot write the answer: No space left on device"
# shellcheck disable=SC2016 # sed's last line
for broken in 's/];/]/' 's/ -> .*/ -> "nothing" [];/' 's/"bus root0/"bus "root0/' '$d' '/label="mem0/p' \
	's/.*owns.*/\t"region region0" -> "bus root0" [];/'; do
	# shellcheck disable=SC2016 # expanded by the inner shell
	run on_machine sh -c '"$1" list-attach --dot | sed "$3" | "$2"' sh "$CXL" "$SOURCE/test/pictures/check-graph" "$broken"
	like "graph: check-graph sees what is wrong: $broken" "$status$err" '^1no graph: '
done

machine no-cxl
list_attach
is "no CXL: empty" "$out" '[]'
is "no CXL: done" "$status" 0
is "no CXL: said" "$err" "cxl list-attach: this system has no CXL bus"

ok "every answer is valid" all_valid list-attach
ok "every answer on providers is valid" all_valid list-attach-providers
finish
