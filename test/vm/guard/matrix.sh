#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Each guarded command, on each kind of memory that the machine has, without -f and with it, for one object, a list, all,
# and a filter. Checked are its messages, its exit status, and the state of the kernel afterwards. If nothing is guarded,
# the result is that of cxl-cli in the same state. The kinds:
#
#   owned   attached by a driver
#   locked  of an expander, locked by firmware (only on PCI: cxl_test cannot lock a decoder)
#   plain   of an expander, with its own region
#   none    does not exist
# shellcheck source=test/vm/guest.sh
. "$SOURCE/test/vm/guest.sh"

cxl=/sys/bus/cxl/devices
shopt -s nullglob
declare -A host=() directory=() range=() name=()

# state: the regions, hosts and resources, a line each, without the numbers that change when devices are recreated
state() {
	local device line resource size on
	for device in "$cxl"/region*; do
		read -r resource <"$device/resource"
		read -r size <"$device/size"
		on=off
		[ ! -e "$device/driver" ] || on=on
		echo "region $((resource)) $((size)) $on"
	done
	for device in "${!directory[@]}"; do
		line="host $device"
		[ ! -e "${directory[$device]}/driver" ] || line+=" driven"
		for on in "${directory[$device]}"/mem*/driver; do line+=" memdev"; done
		echo "$line"
	done
	while read -r line; do
		[[ $line != *' : region'* ]] || echo "iomem $((16#${line%%-*}))"
	done </proc/iomem
}
settled_state() {
	echo 1 >/sys/bus/cxl/flush
	state | sort
}

# parent VARIABLE DEVICE: set VARIABLE to the name of its parent device (without a process: processes are slow here)
parent() {
	local path
	path=$(cd -P "$2/.." && echo "$PWD")
	printf -v "$1" %s "${path##*/}"
}

# read_names: the current names of the devices
read_names() {
	local kind device memdev
	for device in "$cxl"/root*; do name=([bus]=${device##*/}); done
	for kind in "${!host[@]}"; do
		for memdev in "${directory[${host[$kind]}]}"/mem*; do
			name[$kind.mem]=${memdev##*/}
			name[$kind.serial]=18446744073709551615 # libcxl's value for a memdev without a serial number
			[ ! -e "$memdev/serial" ] || read -r "name[$kind.serial]" <"$memdev/serial"
			for device in "$cxl"/endpoint*; do
				[ ! "$device/uport" -ef "$memdev" ] || read_names_below "$kind" "$device"
			done
		done
	done
}
read_names_below() {
	local decoder region=
	name[$1.endpoint]=${2##*/}
	parent "name[$1.port]" "$2"
	for decoder in "$2"/decoder*.0/region; do read -r region <"$decoder"; done
	[ -n "$region" ] || return 0
	name[$1.region]=$region
	parent "name[$1.decoder]" "$cxl/$region"
}

# find_kinds: the host of each kind. One of the expanders of cxl_test is the plain one.
find_kinds() {
	local memdev device driver
	for memdev in "$cxl"/mem*; do
		parent device "$memdev"
		directory[$device]=$(readlink -f "$memdev/..")
	done
	for device in "${!directory[@]}"; do
		driver=$(readlink "${directory[$device]}/driver")
		host[new]=$device
		read_names
		case ${driver##*/} in
		cxl_mock_accel | cxl_lab_accel) host[owned]=$device ;;
		cxl_mock_mem) [ "$device" != cxl_mem.2 ] || host[plain]=$device ;;
		*) if [ -n "${name[new.region]-}" ]; then host[locked]=$device; else host[plain]=$device; fi ;;
		esac
	done
	unset "host[new]"
}

# make_plain: create the region of the plain expander, if it has none
make_plain() {
	[ -n "${host[plain]-}" ] || return 0
	read_names
	[ -z "${name[plain.region]-}" ] || return 0
	/usr/bin/cxl create-region -t ram -d decoder0.0 -m "${name[plain.mem]}" >/dev/null 2>&1
	modprobe -r dax_cxl kmem 2>/dev/null
}

bind_owned() {
	[ -z "${host[owned]-}" ] || [ -e "$owner/${host[owned]}" ] || echo "${host[owned]}" >"$owner/bind"
}

# recreate: unbind and rebind the bus, or reload the mock
recreate() {
	local left
	for left in "$cxl"/region*; do # regions whose memdev was removed
		[ -e "$left/driver" ] || echo "${left##*/}" >"$left/../delete_region"
	done 2>/dev/null
	if [ "$machine" = expanders ]; then
		modprobe -r cxl_test
		modprobe cxl_test type2_test=0
	else
		[ ! -e "/sys/bus/platform/drivers/cxl_acpi/$acpi" ] ||
			unbind_settled "$acpi" /sys/bus/platform/drivers/cxl_acpi
		echo "$acpi" >/sys/bus/platform/drivers/cxl_acpi/bind
	fi
	echo 1 >/sys/bus/cxl/flush
}

# restore: restore the first state, in as few steps as possible
restore() {
	[ "$after" != "$whole" ] || return 0
	undo
	read_names
	[ "$(settled_state)" != "$whole" ] || return 0
	is "everything can be restored" "$(settled_state)" "$whole"
	finish
}
undo() {
	local device
	for device in "$cxl"/region*; do
		[ -e "$device/driver" ] || echo "${device##*/}" >/sys/bus/cxl/drivers/cxl_region/bind
	done 2>/dev/null
	bind_owned 2>/dev/null
	make_plain
	[ "$(settled_state)" != "$whole" ] || return 0
	recreate
	bind_owned
	make_plain
}

# with_names ARGUMENTS: set $words to them, with @kind.what replaced by its name. If the machine has none of that
# kind, fail, or leave out an @kind.what?
with_names() {
	local word key given
	read -ra given <<<"$1"
	words=()
	for word in "${given[@]}"; do
		key=${word#@}
		key=${key%\?}
		if [[ $word != @* ]]; then
			words+=("$word")
		elif [ -n "${name[$key]-}" ]; then
			words+=("${name[$key]}")
		elif [[ $word != *\? ]]; then
			return 1
		fi
	done
}

# changed WORDS: the whole state, except: "off:KIND" its region has no driver, "gone:KIND" it has no region,
# "down:KIND" it has no region, and its host no driver, "lost:KIND" it has no region, and its memdev no driver,
# and "idle:KIND" its memdev and its region have no driver
changed() {
	local change kind filter filters=
	for change in $1; do
		kind=${change#*:}
		[ -n "${host[$kind]-}" ] || continue
		case $change in
		off:*) filter="s/^(region ${range[$kind]} .*) on/\1 off/" ;;
		gone:*) filter="/^[a-z]+ ${range[$kind]}\b/d" ;;
		down:*) filter="/^[a-z]+ ${range[$kind]}\b/d; s/^(host ${host[$kind]}) .*/\1/" ;;
		lost:*) filter="/^[a-z]+ ${range[$kind]}\b/d; s/^(host ${host[$kind]} driven).*/\1/" ;;
		idle:*) filter="s/^(region ${range[$kind]} .*) on/\1 off/; s/^(host ${host[$kind]} driven).*/\1/" ;;
		esac
		filters+="$filter;"
	done
	if [ -n "$filters" ]; then sed -E "$filters" <<<"$whole"; else echo "$whole"; fi
}

# said WHAT WORDS: the guard has printed these messages
said() {
	local word provider
	provider="${owner##*/} on ${host[owned]-none}"
	for word in $2; do
		case $word in
		owns) [ -z "${host[owned]-}" ] || like "$1: reports the owner" "$err" ": refused: it belongs to $provider" ;;
		locks) [ -z "${host[locked]-}" ] || like "$1: reports that firmware locked it" "$err" \
			"${name[locked.region]} .*: refused: firmware locked decoder[0-9]+\.[0-9]+, decoder[0-9.]+ until the next reset" ;;
		stays) like "$1: reports what stays" "$err" "${name[owned.region]}: it stays mapped and in use by ${owner##*/}" ;;
		would) like "$1: reports what would be lost" "$err" ": refused without -f: this would unbind or remove"$'\n'".*  $provider" ;;
		takes) like "$1: warns of what is lost" "$err" ": this unbinds or removes"$'\n'".*  $provider" ;;
		nothing) is "$1: the guard has no message" "$(grep -cE 'refused|unbinds or removes|stays mapped' <<<"$err")" 0 ;;
		esac
	done
}

# guarded_row COMMAND ARGUMENTS STATUS SAID CHANGES: check one command line of the table
guarded_row() {
	local words
	with_names "$1 $2" || return 0
	run "$CXL" "${words[@]}"
	is "${words[*]}: ends with$3" " $status " "$3"
	said "${words[*]}" "$4"
	after=$(settled_state)
	is "${words[*]}: leaves$5" "$after" "$(changed "$5")"
	restore
}

numberless() { sed -E 's/(region|mem|endpoint|decoder|port)[0-9]+(\.[0-9]+)?/\1/g' <<<"$out|$err|$status"; }

# same_row COMMAND ARGUMENTS: ours does the same as cxl-cli
same_row() {
	local words ours ours_after
	with_names "$1 $2" || return 0
	run "$CXL" "${words[@]}"
	ours=$(numberless)
	after=$(settled_state)
	ours_after=$after
	restore
	with_names "$1 $2"
	run /usr/bin/cxl "${words[@]}"
	is "${words[*]}: same messages and status as cxl-cli ($status)" "$ours" "$(numberless)"
	after=$(settled_state)
	is "${words[*]}: does what cxl-cli does" "$ours_after" "$after"
	restore
}


# guarded: check the rows of a table, "command | arguments | status | messages | changes". The last three follow once
# more if they differ with -f.
guarded() {
	local command arguments plain forced
	while IFS='|' read -r command arguments plain; do
		IFS='|' read -ra forced <<<"$plain"
		guarded_row "$command" "$arguments" "${forced[@]:0:3}"
		[ "${#forced[@]}" -le 3 ] || forced=("${forced[@]:3}")
		guarded_row "$command" "-f $arguments" "${forced[@]:0:3}"
	done
}

# same: check the rows of a table, "command | arguments"; with ROWS_EVERY=3, every third row
row=0
same() {
	local command arguments
	while IFS='|' read -r command arguments; do
		row=$((row + 1))
		[ $((row % ${ROWS_EVERY:-1})) -ne 0 ] || same_row "$command" "$arguments"
	done
}

find_kinds
machine=accelerators
[ -n "${host[owned]-}" ] || machine=expanders
owner=
[ "$machine" = expanders ] || owner=$(readlink -f "${directory[${host[owned]}]}/driver")
make_plain
read_names
acpi=
parent acpi "$cxl/${name[bus]}"
for kind in "${!host[@]}"; do
	read -r resource <"$cxl/${name[$kind.region]}/resource"
	range[$kind]=$((resource))
done
whole=$(settled_state)
after=$whole
echo "# this machine has: $(for kind in "${!host[@]}"; do echo "$kind (${host[$kind]})"; done | sort | xargs) none"

[ "$machine" = expanders ] || guarded <<-'TABLE'
	destroy-region | @owned.region                              | 3 | owns       | -
	destroy-region | @owned.region @plain.region? region99      | 3 | owns       | - | 3 | owns | gone:plain
	destroy-region | all                                        | 3 | owns locks | - | 3 | owns locks | gone:plain
	destroy-region | -b @bus -d @owned.decoder @owned.region    | 3 | owns       | -
	destroy-region | @locked.region                             | 3 | locks      | -
	destroy-region | @plain.region @locked.region               | 3 | locks      | - | 3 | locks | gone:plain
	disable-region | @owned.region                              | 0 | stays      | off:owned
	disable-region | @owned.region @plain.region? region99      | 0 | stays      | off:owned off:plain
	disable-region | all                                        | 0 | stays      | off:owned off:plain off:locked
	disable-region | -b @bus -d @owned.decoder @owned.region    | 0 | stays      | off:owned
	disable-memdev | @owned.mem                                 | 3 | would      | - | 0 | takes | down:owned
	disable-memdev | @owned.mem @plain.mem? mem99               | 3 | would      | - | 0 | takes | down:owned idle:plain
	disable-memdev | all                                        | 3 | would      | - | 0 | takes | down:owned idle:plain idle:locked
	disable-memdev | -b @bus -S @owned.serial                   | 3 | would      | - | 0 | takes | down:owned
	disable-port   | @owned.port                                | 3 | would      | - | 0 | takes | down:owned idle:plain idle:locked
	disable-port   | @owned.port port99                         | 3 | would      | - | 0 | takes | down:owned idle:plain idle:locked
	disable-port   | -e @owned.endpoint @plain.endpoint?        | 3 | would      | - | 0 | takes | down:owned idle:plain
	disable-bus    | @bus root99                                | 3 | would      | - | 0 | takes | down:owned lost:plain lost:locked
	disable-bus    | all                                        | 3 | would      | - | 0 | takes | down:owned lost:plain lost:locked
	free-dpa       | @owned.mem mem99                           | 3 | would      | - | 1 | takes | -
	free-dpa       | all                                        | 3 | would      | - | 1 | takes | -
	free-dpa       | -b @bus -t ram -S @owned.serial            | 3 | would      | - | 1 | takes | -
TABLE

[ "$machine" = expanders ] || same <<-'TABLE'
	destroy-region | @plain.region
	destroy-region | -f @plain.region
	destroy-region | -f @plain.region region99
	destroy-region | -b @bus -d @plain.decoder @plain.region
	disable-region | @plain.region
	disable-region | -f @plain.region
	disable-region | -f @plain.region region99
	disable-region | -b @bus -d @plain.decoder @plain.region
	disable-memdev | @plain.mem
	disable-memdev | -f @plain.mem
	disable-memdev | -f @plain.mem mem99
	disable-memdev | -b @bus -S @plain.serial
	disable-port   | -e @plain.endpoint
	disable-port   | -f -e @plain.endpoint
	disable-port   | -f -e @plain.endpoint endpoint99
	free-dpa       | @plain.mem
	free-dpa       | -f @plain.mem mem99
	free-dpa       | -S -t ram @plain.serial
	destroy-region | region99
	destroy-region | -f -b root99 all
	disable-region | -f region99
	disable-region | -d decoder0.99 all
	disable-memdev | mem99
	disable-memdev | -f -S 99
	disable-memdev | -b root99 all
	disable-port   | port99
	disable-port   | -f -e endpoint99
	disable-bus    | root99
	disable-bus    | -f root99
	free-dpa       | mem99
	free-dpa       | -f -b root99 all
TABLE

# If nothing is attached, cxl-cli handles everything. (Ten expanders make each row slow: these are fewer rows.)
[ "$machine" = accelerators ] || same <<-'TABLE'
	destroy-region | @plain.region
	destroy-region | -f all
	destroy-region | -f -b root99 all
	disable-region | all
	disable-memdev | @plain.mem
	disable-memdev | -f -S @plain.serial
	disable-memdev | all
	disable-port   | -f -e @plain.endpoint
	disable-port   | @plain.port
	disable-port   | all
	disable-bus    | @bus
	disable-bus    | -f all
	free-dpa       | all
TABLE
check_dmesg
