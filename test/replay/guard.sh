#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The guard of cxl-cli's commands, on recorded machines: what it refuses, what it passes to cxl-cli, and its
# messages. A fake cxl-cli, which only prints its arguments, replaces the real one.
# shellcheck source=test/replay/machine.sh
. "$SOURCE/test/replay/machine.sh"

directory=$(mktemp -d -p "$machine_top")
cat >"$directory/cxl" <<'FAKE'
#!/bin/bash
printf '<%s>' "$@"
[ -z "${FAKE_SIGNAL-}" ] || kill -"$FAKE_SIGNAL" $$
exit "${FAKE_STATUS-0}"
FAKE
chmod +x "$directory/cxl"
export CXL_CLI=$directory/cxl

guard() { run on_machine timeout 20 "$CXL" "$@"; }
# refused WHAT COMMAND...: the exit status is 3, and cxl-cli was not run
refused() {
	local what=$1
	shift
	guard "$@"
	is "$what: refused" "$status$out" 3
}
# handed_over WHAT GIVEN COMMAND...: cxl-cli got GIVEN, its status is ours, and no message was printed
handed_over() {
	local what=$1 given=$2
	shift 2
	guard "$@"
	is "$what: cxl-cli does it" "$status$out$err" "0$given"
}

machine pci-shared
# In every spelling that cxl-cli takes for region0
for spelling in region0 0 00 0x region0x region0,region7 'region7 region0' '+0' ' 0'; do
	refused "destroy-region '$spelling'" destroy-region -- "$spelling"
done
for options in '-f' '--force' '--forc' '-fb root0' '-b 0 -f' '--bus=ACPI.CXL' '--debug' '--no-force' '-d decoder0.0' '--decoder=0.0'; do
	read -ra words <<<"$options"
	refused "destroy-region $options" destroy-region "${words[@]}" region0
	refused "destroy-region, options last: $options" destroy-region region0 "${words[@]}"
done
# taken WHAT COMMAND...: the guard refuses, and the real cxl-cli says that it would act on one of these. The machine
# cannot be written to.
taken() {
	local what=$1 named
	shift
	named=$(on_machine /usr/bin/cxl "$@" 2>&1 | grep -cE '^cxl (region: .*region0: |memdev: .*mem0 is|port: .*(port1|endpoint2) hosts|bus: .*root0 hosts)')
	guard "$@"
	is "$what: cxl-cli would, so it is refused" "$((named > 0)) $status" "1 3"
}
for spelling in region0 0 00 0x region0,region7 'region7 region0' '+0' $'\t0' 4294967296 region-4294967296 -0 all; do
	taken "destroy-region '$spelling'" destroy-region -f -- "$spelling"
done
while read -r words; do
	read -ra command <<<"$words"
	taken "$words" "${command[@]}"
	POSIXLY_CORRECT=1 taken "$words, POSIXLY_CORRECT" "${command[@]}"
done <<-'COMMANDS'
	destroy-region region0 -f
	destroy-region region0 --fo --no-fo -f
	destroy-region -f --bu 7 --no-bus region0
	destroy-region -f --bus= --bus=root0 region0
	destroy-region -fbACPI.CXL region0
	destroy-region -f region0 -b -f -b 0
	destroy-region -f -d -h -d decoder0.0 region0
	destroy-region -f --decoder --help --no-decoder region0
	destroy-region -f --decoder --dry-run --decoder 4294967296.0 region0
	destroy-region -f -d switch -d root -- region0
	destroy-region -f region0 --
	destroy-region --force all region7
	disable-memdev mem0
	disable-memdev 7 -b 0 0
	disable-memdev --bus 0 -v mem0 --no-s
	disable-memdev -S --no-serial mem0
	disable-port port1
	disable-port --d port1
	disable-port switch
	disable-port --e all
	disable-port x -e endpoint2
	disable-port -e --no-endpoint 1 --no-f
	disable-memdev 0000:11:00.0
	disable-memdev 7,0000:11:00.0
	disable-memdev 7 0000:11:00.0 -v
	disable-port pci0000:10
	disable-port 7,pci0000:10
	disable-port -e mem0
	disable-port -e 7,mem0
	disable-bus root0
	disable-bus 0 --debug
	disable-bus all x
COMMANDS
# A value that looks like an option of ours, or like -h, is a value to cxl-cli.
handed_over "a bus by the name of --dry-run" "<destroy-region><-b><--dry-run><region0>" destroy-region -b --dry-run region0
handed_over "a bus by the name of -h" "<destroy-region><-b><-h><region0>" destroy-region -b -h region0
handed_over "an argument by the name of --explain" "<destroy-region><--><--explain>" destroy-region -- --explain
handed_over "help among other options" "<destroy-region><region0><-fh>" destroy-region region0 -fh
refused "what may be the value of an option does not request help" destroy-region --frobnicate -h region0
refused "no abbreviation of ours" destroy-region --dry region0

guard destroy-region region0
is "destroy-region: who owns it, and what to do instead" "$err" \
	"cxl destroy-region: region0 (256 MiB at 0x390000000): refused: it belongs to cxl_lab_accel on 0000:11:00.0, which attached mem0 and would continue to use the removed memory
cxl destroy-region: to remove the region safely, run 'cxl detach-memdev mem0'"
refused "destroy-region with an option that is not known" destroy-region --frobnicate region0
refused "destroy-region with an option that lacks its value" destroy-region region0 -b

# In a list, the allowed objects are passed to cxl-cli.
guard destroy-region -f region0 region1
is "a list: the other one is done" "$status$out" "3<destroy-region><-f><region1>"
guard destroy-region all
is "all: the others are done" "$status$out" "3<destroy-region><region1>"
guard destroy-region all region1 region0
is "each is reported once" "$(grep -c ': refused: ' <<<"$err")" 1
handed_over "another region" "<destroy-region><region1>" destroy-region region1
handed_over "a region that is not there" "<destroy-region><region9>" destroy-region region9
handed_over "another bus" "<destroy-region><-b><7><region0>" destroy-region -b 7 region0
handed_over "another decoder" "<destroy-region><-d><decoder0.7><region0>" destroy-region -d decoder0.7 region0
handed_over "no argument" "<destroy-region>" destroy-region
handed_over "help" "<destroy-region><-h>" destroy-region -h
for name in ../region0 . .. / '' "reg'ion0" 'regionx' -- ; do
	handed_over "an odd name '$name'" "<destroy-region><--><$name>" destroy-region -- "$name"
done
FAKE_STATUS=7 guard destroy-region region1
is "the status is cxl-cli's" "$status" 7

# Commands that unbind the provider
for words in 'disable-memdev mem0' 'disable-memdev 0' 'disable-memdev all' 'disable-memdev -b root0 mem0' \
	'disable-port port1' 'disable-port 1' 'disable-port all' 'disable-port switch' 'disable-port -e endpoint2' \
	'disable-port -e all' 'disable-bus root0' 'disable-bus ACPI.CXL' 'disable-bus all' 'free-dpa mem0' \
	'free-dpa -t ram mem0' 'free-dpa -d decoder2.0 mem0'; do
	read -ra command <<<"$words"
	guard "${command[@]}"
	is "$words: refused without -f" "$status" 3
	like "$words: what would be lost" "$err" ': refused without -f: this would unbind or remove
  cxl_lab_accel on 0000:11:00\.0, with mem0, net eth[0-9]* \([a-z]*\)
  region0 \(256 MiB at 0x390000000\)'
	guard "${command[@]}" -f
	is "$words -f: done" "$status${out//<-f>/}" "0$(printf '<%s>' "${command[@]}")"
	like "$words -f: with a warning" "$err" ': this unbinds or removes
  cxl_lab_accel on 0000:11:00\.0'
done
guard disable-memdev all
is "the memdevs that no driver attached are disabled" "$out" "<disable-memdev><mem1>"
like "a port affects the others as well" "$(guard disable-port port1; echo "$err")" 'region1 \(256 MiB'
handed_over "an expander" "<disable-memdev><mem1>" disable-memdev mem1
guard disable-region region0
is "disable-region is done" "$status$out" "0<disable-region><region0>"
is "disable-region prints what it does not do" "$err" \
	"cxl disable-region: region0: it stays mapped and in use by cxl_lab_accel; only the region's own driver is unbound, until 'cxl enable-region region0'"

guard destroy-region --dry-run all
is "--dry-run: the verdicts" "$(jq -c 'map([.object, .verdict, .reason])' <<<"$out")" \
	'[["region0","refused","attach-owned"],["region1","allowed",null]]'
is "--dry-run: the status that the operation would have had" "$status" 3
keep guard
guard disable-port --dry-run -f port1
is "--dry-run: forced" "$(jq -c 'map([.verdict, .attached[0].dependents[0].subsystem, (.regions | length)])' <<<"$out")$status" \
	'[["forced","net",2]]0'
keep guard
guard destroy-region --dry-run region9
is "--dry-run: nothing" "$out$status" '[]0'
keep guard
guard destroy-region --explain region0
like "--explain: the evidence" "$out" "region-locked: /sys/bus/cxl/devices/region0/locked contains '1', which indicates an attach"
is "--explain: nothing is done" "$status" 3

machine firmware-locked
expander=$(/usr/bin/jq -r 'map(select(.reason == "firmware").region)[0]' <<<"$(on_machine "$CXL" list-locked)")
refused "a region that firmware locked" destroy-region -f "$expander"
like "a region that firmware locked: by which decoders" "$err" ': refused: firmware locked decoder[0-9.]+, decoder[0-9.]+ until the next reset'
guard destroy-region --dry-run "$expander"
keep guard

# If nothing is attached or locked, everything is passed to cxl-cli.
machine expanders-regions
for words in 'destroy-region all' 'destroy-region -f region0' 'disable-memdev -f mem0' 'disable-port port1' \
	'disable-bus root3' 'free-dpa mem0' 'destroy-region --frobnicate x' 'disable-region region0'; do
	read -ra command <<<"$words"
	handed_over "expanders: $words" "$(printf '<%s>' "${command[@]}")" "${command[@]}"
done
# But a command with --dry-run or --explain is never passed on: cxl-cli would do what should only be shown.
for words in 'destroy-region --dry-run --frobnicate region0' 'disable-memdev --frobnicate --dry-run mem0' \
	'destroy-region --explain --frobnicate all' 'disable-bus --dry-run --frobnicate'; do
	read -ra command <<<"$words"
	refused "expanders: $words" "${command[@]}"
	like "expanders: $words: why" "$err" 'refused: the guard does not understand an option here, and cannot tell what it changes'
done
machine no-cxl
handed_over "no CXL" "<destroy-region><all>" destroy-region all

# Bad input
machine pci-shared
# shellcheck disable=SC2016 # expanded there: bwrap takes no 10000 arguments
guard_many() { run on_machine bash -c 'exec timeout 20 "$1" destroy-region $(seq 10000 19999) $2' many "$CXL" "$@"; }
guard_many
is "10000 arguments" "$status $(tr -cd '<' <<<"$out" | wc -c)" "0 10001"
guard_many region0
is "10000 arguments, one of them refused" "$status $(grep -c ': refused: ' <<<"$err") $(tr -cd '<' <<<"$out" | wc -c)" "3 1 10001"
long=$(printf '%0100000d' 0)
refused "a name of 100 kB that selects region0" destroy-region "$long"
for name in "x$long" $'\xff\xfe' $'region\xc3' ../../region0 /region0 ./0x/.. 'r*' $'a\nb'; do
	handed_over "a name of no region: $(printf %.20q "$name")" "<destroy-region><--><$name>" destroy-region -- "$name"
done
guard destroy-region --dry-run $'\xff' "$long" ''
is "--dry-run of such names" "$(jq -c 'map(.object)' <<<"$out")$status" '["region0"]3'
keep guard

# cxl-cli that is missing or misbehaves, when it gets all objects, and when it gets the remaining ones
for no_program in /nowhere/cxl "$directory" "$directory/text"; do
	touch "$directory/text"
	CXL_CLI=$no_program guard destroy-region region1
	is "no cxl-cli at ${no_program##*/}: cannot" "$status" 5
	CXL_CLI=$no_program guard destroy-region region0 region1
	is "no cxl-cli at ${no_program##*/}, and one refused: cannot" "$status$(grep -c ': refused: ' <<<"$err")" 51
	CXL_CLI=$no_program guard destroy-region region0
	is "no cxl-cli at ${no_program##*/}, and none needed: refused" "$status" 3
done
for signal in 9 11 15; do
	FAKE_SIGNAL=$signal guard destroy-region region1
	is "cxl-cli dies of signal $signal: its end is ours" "$status" $((128 + signal))
	FAKE_SIGNAL=$signal guard destroy-region region0 region1
	is "cxl-cli dies of signal $signal on the remaining objects: refused" "$status$out" "3<destroy-region><region1>"
	like "cxl-cli dies of signal $signal on the remaining objects: reported" "$err" "cxl destroy-region: cxl-cli was killed by signal $signal \\(.*\\) on the remaining objects"
done
FAKE_STATUS=7 guard destroy-region region0 region1
is "cxl-cli fails on the remaining objects: refused" "$status" 3
like "cxl-cli fails on the remaining objects: reported" "$err" 'cxl destroy-region: cxl-cli ended with status 7 on the remaining objects'
printf '#!/bin/sh\nhead -c 100000 /dev/urandom\n' >"$directory/text"
chmod +x "$directory/text"
CXL_CLI=$directory/text guard destroy-region region0 region1 >/dev/null 2>&1
is "cxl-cli prints garbage: refused" "$status" 3

# between CHANGE COMMAND...: CHANGE happens between the guard's two snapshots. A host without a memdev, of which a
# snapshot reads last, is looked up in the list of deferred devices. The list is a pipe here, and stays empty until the
# change is done.
between() {
	local change=$1 read_last=$machine/sys/kernel/debug/devices_deferred
	shift
	echo cxl_lab_accel >"$machine/sys/bus/pci/devices/0000:00:1f.3/driver_override"
	mv "$read_last" "$read_last.whole"
	mkfifo "$read_last"
	(exec 3>"$read_last" && eval "$change" && mv -f "$read_last.whole" "$read_last" && cat "$read_last" >&3) &
	guard "$@"
	[ ! -p "$read_last" ] || timeout 5 cat "$read_last" >/dev/null
	wait
}
# changed WHAT MESSAGE CHANGE COMMAND...: the guard refuses with that message, and cxl-cli does not run
changed() {
	local what=$1 message=$2
	shift 2
	between "$@"
	is "between the snapshots, $what: refused" "$status$out" 3
	ok "between the snapshots, $what: why" grep -qxF "cxl $2: $message" <<<"$err"
	machine pci-shared
}
between true destroy-region region1
is "between the snapshots, nothing: done" "$status$out$err" "0<destroy-region><region1>"
machine pci-shared
changed="refused: it changed while it was being checked"
# shellcheck disable=SC2016 # expanded by between
{
	changed "the region is not readable" "region1: $changed" 'rm $devices/region1' destroy-region -f region1
	changed "the region is not readable, all" "region1: $changed" 'rm $devices/region1' destroy-region -f all
	changed "the region goes" "region1 (256 MiB at 0x3a0000000): $changed" \
		'rm -r "$(readlink -f $devices/region1)" $devices/region1; sed -i d $(grep -l region1 $devices/decoder*/region)' destroy-region region1
	changed "all goes" "region1 (256 MiB at 0x3a0000000): $changed" 'rm -r $machine/sys/bus/cxl/devices' destroy-region -f region1
	changed "another address" "region1 (256 MiB at 0x111000): $changed" \
		'echo 0x111000 >$devices/region1/resource' destroy-region -f region1
	changed "another size" "region1 (4 KiB at 0x3a0000000): $changed" 'echo 0x1000 >$devices/region1/size' destroy-region -f 1
	changed "no address" "region1: $changed" 'rm $devices/region1/resource' destroy-region -f region1
	changed "no memdev" "region1 (256 MiB at 0x3a0000000): $changed" 'echo >$devices/decoder3.0/region' destroy-region region1
	changed "a lock" "region1 (256 MiB at 0x3a0000000): refused: it is locked for an unknown reason" \
		'echo 1 >$devices/region1/locked' destroy-region -f region1
	changed "a memdev of another host" "mem1: $changed" \
		'ln -sfn "$(readlink $devices/mem0)" $devices/mem1' disable-memdev mem1
	changed "its bus has nothing attached any more" "root0: $changed" 'mv $devices/mem0 $machine_top/gone' disable-bus root0
	changed "another port" "port1: $changed" 'ln -sfn ../pci0000:77 $devices/port1/uport' disable-port -f port1
	mv "$devices/region1" "$directory"
	changed "a region comes" "region1 (256 MiB at 0x3a0000000): $changed" 'mv $directory/region1 $devices/region1' destroy-region all
}

# With a damaged tree, nothing becomes allowed that is refused without the damage.
damaged() {
	machine_sys=bind run on_machine "${reader[@]}" "$SOURCE/test/replay/damage" --refused "$CXL" "$@"
	report "$status" "$*, refused, whatever is damaged: $(tail -n 1 <<<"$out" | tr -d '#')"
	[ "$status" -eq 0 ] || head -n 20 <<<"$out$err"
}
damaged destroy-region -f region0
like "damage is found" "$out" 'damaged [0-9]{3,} times, refused$'
rm "$devices/region0"
refused "a region that only decoders refer to" destroy-region -f region0
like "a region that only decoders refer to: why" "$err" 'region0: refused: cannot read whether it is locked$'
guard destroy-region --dry-run all
is "a region that only decoders refer to: the verdict" "$(jq -c 'map([.object, .verdict, .reason])' <<<"$out")" \
	'[["region1","allowed",null],["region0","refused","unreadable"]]'
keep guard
guard destroy-region --explain region0
like "a region that only decoders refer to: explained" "$out" 'refused: cannot read whether the region is locked'
machine pci-shared
rm "$devices/region1/locked"
refused "an expander's region whose lock cannot be read" destroy-region -f region1
machine pci-shared
rm "$devices/region0/locked" "$devices/region0/commit" "$devices/mem0" "$devices/endpoint2"
refused "a region without lock, memdev and endpoint" destroy-region -f region0
machine pci-shared
rm "$devices/endpoint2"
refused "a port, if it is unknown which memdevs are below it" disable-port port1
machine pci-shared
rm "$devices/region0/locked" "$devices/region0/commit"
refused "a region whose lock cannot be read" destroy-region region0

# Devices that a driver has registered, of any kind, at any depth below its own device
machine pci-shared
host=$machine/sys/bus/pci/devices/0000:11:00.0
below() {
	mkdir -p "$host/$2"
	ln -s "../../class/$1" "$host/$2/subsystem"
}
below vfio-dev vfio-dev/vfio0
below block ata1/host0/target0:0:0/0:0:0:0/block/sda
below block ata1/host0/target0:0:0/0:0:0:0/block/sda/sda1
below infiniband infiniband/mlx5_0
below drm drm/card0
below drm drm/card0/card0-DP-1
below sound sound/card1
below sound sound/card1/pcmC1D0p
below cxl cxl_thing0
below net cxl_thing0/net/eth9
guard disable-memdev --dry-run mem0
is "dependents: all kinds" "$(jq -r '.[0].attached[0].dependents | map(select(.subsystem != "net") | .subsystem + " " + .name) | sort | join(", ")' <<<"$out")" \
	"block sda, block sda1, drm card0, drm card0-DP-1, infiniband mlx5_0, sound card1, sound pcmC1D0p, vfio-dev vfio0"
is "dependents: the network interface once, and no device of CXL" \
	"$(jq -c '.[0].attached[0].dependents | map(select(.subsystem == "net")) | length' <<<"$out")" 1
keep guard
guard disable-memdev mem0
for device in 'vfio-dev vfio0' 'block sda' 'block sda1' 'infiniband mlx5_0' 'drm card0' 'sound card1'; do
	like "dependents: $device is named" "$err" "with mem0,.*$device(,|$'\n')"
done

# Human-readable sizes
while read -r size text; do
	machine pci-shared
	echo "$size" >"$devices/region0/size"
	guard destroy-region region0
	like "a size of $size" "$err" "region0 \\($text at 0x390000000\\): refused"
done <<-'SIZES'
	0x1000 4 KiB
	0x200 512 bytes
	0x180000 1\.5 MiB
	0x10000000 256 MiB
	0x1800000000 96 GiB
	0x28000000000 2\.5 TiB
SIZES
machine pci-shared
rm "$devices/decoder2.0/target_type"
echo 0 >"$devices/region0/locked"
refused "a memdev that may be attached" destroy-region -f region0
like "a memdev that may be attached: message" "$err" \
	'it may belong to cxl_lab_accel on 0000:11:00\.0, because the evidence on mem0 is contradictory'
machine pci-deleted
guard disable-memdev mem0
is "a memdev whose region was deleted under it is still attached" "$status" 3

ok "every answer is valid" all_valid guard
finish
