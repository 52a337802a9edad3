# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The two machines that a guest can be:
#
#   mock  a plain PC; cxl_test mocks the platform
#   pci   CXL host bridges, root ports and memory devices that QEMU emulates, under real ACPI tables.
#         Accelerators are memory devices that our own attach provider (test/provider) drives.

# machine_choose: choose the other machine, if the mock has no accelerator and the mock was not asked for
machine_choose() {
	[ "$opt_machine" = mock ] && [ "$opt_modules" = yes ] && [ -e "$kernel/no-accelerator" ] || return 0
	[[ " $opt_module_args " == *" type2_test=1 "* ]] || return 0
	[ "$opt_machine_given" = no ] || die "$(cat "$kernel/no-accelerator"): use --machine pci"
	say "$(cat "$kernel/no-accelerator"): going on with --machine pci"
	opt_machine=pci opt_module_args=''
}

# setup_machine: make the modules that the guest gets, in $modules
setup_machine() {
	local directories=(truth) directory sources=()
	if [ "$opt_machine" = mock ]; then
		[ "$opt_modules" = no ] || [ ! -e "$kernel/no-mock" ] ||
			die "the cxl_test of $(cat "$kernel/release") does not compile ($kernel/no-mock): use --machine pci"
	elif grep -qw devm_cxl_probe_mem "$kernel/Module.symvers" "$kernel/build/Module.symvers" 2>/dev/null; then
		directories+=(provider)
	else
		say "kernel $(cat "$kernel/release") has no devm_cxl_probe_mem(): no attach provider, cxl_pci drives all devices"
	fi
	# A kernel that was built elsewhere may have come without its headers.
	if [ ! -d "$kernel/build" ] && [ ! -L "$kernel/build" ]; then
		[ "$opt_machine" = mock ] || [ "$opt_accelerators" -eq 0 ] || [ "$opt_modules" = no ] ||
			die "without what kernel $(cat "$kernel/release") was built with (build in its directory of modules), there is no attach provider for it: use --machine mock, or --accelerators 0"
		say "without what kernel $(cat "$kernel/release") was built with (build in its directory of modules), the lab's modules are missing"
		directories=()
	fi
	for directory in "${directories[@]}"; do sources+=("$LAB_SRC/test/$directory"/*); done
	modules=$LAB_CACHE/modules-$(key "${kernel##*/}" "$opt_machine" "${sources[@]}" \
		"$(declare -f machine_make_modules)")
	step "modules of the $opt_machine machine for $(cat "$kernel/release")" "$modules" \
		machine_make_modules "$opt_machine" "${directories[@]}"
}

# machine_make_modules PART MACHINE DIRECTORY...: the kernel's modules (on pci without cxl_test and the modules that it
# wraps), and our own modules in these directories of test/
machine_make_modules() {
	local part=$1 machine=$2 release directory headers=()
	shift 2
	# Debian's headers for modules are not in the directory of their Makefile.
	[ ! -d "$kernel/src" ] || headers=(--ro "$kernel/src" /usr/src)
	release=$(cat "$kernel/release")
	cp -a "$kernel/modules/$release" "$part/$release"
	[ "$machine" = mock ] || rm -rf "$part/$release/updates"
	mkdir -p "$part/$release/extra" "$part/sources"
	for directory; do cp -a "$LAB_SRC/test/$directory" "$part/sources"; done
	# shellcheck disable=SC2016 # expanded inside
	"$LAB_DIR/in-root" "$userland" --ro "$kernel" /kernel "${headers[@]}" --rw "$part" /usr/lib/modules -- sh -ec '
		for directory in /usr/lib/modules/sources/*; do
			[ -d "$directory" ] || continue
			make -s -C /kernel/build M="$directory" KCFLAGS=-Werror modules
			cp "$directory"/*.ko "/usr/lib/modules/$1/extra"
		done
		depmod "$1"' sh "$release"
	rm -r "$part/sources"
}

# machine_options: set $machine to QEMU's options for the machine
machine_options() {
	machine=()
	if [ "$opt_machine" = mock ]; then
		machine=(-machine q35 -m 2G)
	else
		machine_pci
	fi
	# cxl_test puts every other expander on NUMA node 1, whether that node exists or not. If it does not exist, the
	# kernel crashes at the first allocation for such an expander.
	machine+=(-smp 2,sockets=2
		-object memory-backend-ram,id=ram0,size=1G -numa node,memdev=ram0,cpus=0
		-object memory-backend-ram,id=ram1,size=1G -numa node,memdev=ram1,cpus=1)
}

# A slot without a power controller (--slots keep) can be turned off and on, and its device stays in it. From a slot
# with a power controller, QEMU takes the device away for good. Each bridge has its own window of 4 GiB. Accelerators
# come first on each bridge, then expanders. Each device is below its own root port, on its own bus: a bridge has room for 31.
machine_pci() {
	local bridge device id address windows= slot_power=on
	[ "$opt_slots" = leave ] || slot_power=off
	for ((bridge = 0; bridge < opt_bridges; bridge++)); do
		windows+=,cxl-fmw.$bridge.targets.0=cxl.$bridge,cxl-fmw.$bridge.size=4G
		machine+=(-device "pxb-cxl,bus=pcie.0,id=cxl.$bridge,bus_nr=$((16 + 32 * bridge)),hdm_for_passthrough=true")
	done
	machine+=(-machine "q35,cxl=on$windows" -m 2G,maxmem=8G,slots=4)
	: >"$boot/guest/accelerators"
	for ((device = 0; device < opt_accelerators + opt_expanders; device++)); do
		bridge=$((device % opt_bridges)) id=$((device / opt_bridges))
		printf -v address %x.0 "$id"
		machine+=(-device "cxl-rp,bus=cxl.$bridge,id=port$device,port=$id,addr=$address,chassis=$bridge,slot=$device,power_controller_present=$slot_power"
			-object "memory-backend-ram,id=memory$device,size=256M,share=on"
			-device "cxl-type3,bus=port$device,id=device$device,volatile-memdev=memory$device,sn=$((device + 1))")
		[ "$device" -ge "$opt_accelerators" ] ||
			printf '0000:%02x:%02x.0\n' $((16 + 32 * bridge)) "$id" >>"$boot/guest/accelerators"
	done
}
