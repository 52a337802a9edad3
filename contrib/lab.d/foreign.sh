# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Another architecture: the program is cross-built for it. Its unit and replay tests run under QEMU's user-mode
# emulation, in a Debian root with the compiler of this machine and the libraries of both architectures.

# foreign_triplet ARCHITECTURE: print its name in the GNU tools
foreign_triplet() { case $1 in arm64) echo aarch64-linux-gnu ;; *) echo "$1-linux-gnu" ;; esac; }

# setup_foreign ARCHITECTURE: make the root, in $foreign
setup_foreign() {
	local packages=$LAB_DIR/foreign/userland-testing.packages
	foreign=$LAB_CACHE/userland-foreign-$1-$(key "$1" "$packages" "$(declare -f foreign_make)")
	step "userland Debian testing for $1" "$foreign" foreign_make "$1" "$(foreign_triplet "$1")" "$packages"
}

# foreign_make PART ARCHITECTURE TRIPLET PACKAGES
foreign_make() {
	local part=$1 architecture=$2 triplet=$3 packages=$4 options
	options=$(mktemp)
	mirror_options >"$options"
	mmdebstrap --mode=root --variant=apt --aptopt="$options" \
		--architectures="$(dpkg --print-architecture),$architecture" \
		--include="$(sed "/^#/d; s/@ARCHITECTURE@/$architecture/; s/@TRIPLET@/$triplet/" "$packages" | paste -sd,)" \
		testing "$part" "$(mirror)"
	rm -f "$options"
	mkdir -p "$part"/{src,build} "$part/usr/lib/modules"
	rm -f "$part/etc/resolv.conf"
	touch "$part/etc/resolv.conf"
}

# foreign_tests ARCHITECTURE SUITE...: run these suites; prints TAP
foreign_tests() {
	local architecture=$1 lock rc=0
	shift
	setup_foreign "$architecture"
	mkdir -p "$(build_directory "$foreign")"
	lock_take "tests for $architecture" "$(build_directory "$foreign").tests.lock"
	build_run "$foreign" /src/contrib/lab.d/foreign/tests "$(foreign_triplet "$architecture")" "$@" || rc=$?
	lock_drop
	return "$rc"
}
