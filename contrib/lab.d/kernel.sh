# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The kernel: by default Debian's linux-source package, of the wanted or the newest version, built with cxl_test. The
# whole build tree is kept, because our own modules are built against it, and patched kernels on top of it.

readonly KERNEL_AT_LEAST=7.3

# setup_kernel VERSION FLAVOR: set up the kernel, patched if there is --patch; in $kernel
setup_kernel() {
	if [ -n "$opt_kernel_image" ]; then
		setup_built_kernel "$opt_kernel_image" "$opt_kernel_modules"
	elif [ "$2" = stock ]; then
		setup_stock_kernel "$1"
	elif [ -n "$opt_kernel_tree" ]; then
		setup_tree_kernel "$opt_kernel_tree" "$2"
	else
		setup_debian_kernel "$@"
	fi
	[ ${#opt_patch[@]} -eq 0 ] || setup_patched_kernel "$2" "${opt_patch[@]}"
}

# kernel_options: set the caller's variable kernel_options to the options with which another run takes this kernel
kernel_options() {
	local patch
	kernel_options=(${opt_kernel:+--kernel "$opt_kernel"} ${opt_kernel_tree:+--kernel-tree "$opt_kernel_tree"}
		${opt_kernel_image:+--kernel-image "$opt_kernel_image" --kernel-modules "$opt_kernel_modules"})
	[ -n "$opt_kernel_image" ] || kernel_options+=(--flavor "$opt_flavor")
	for patch in "${opt_patch[@]}"; do kernel_options+=(--patch "$patch"); done
}

# setup_debian_kernel VERSION FLAVOR: set up that version, or the newest if VERSION is empty; in $kernel
setup_debian_kernel() {
	local version=$1 flavor=$2 pin package
	pin=$LAB_CACHE/pins/kernel-${version:-newest}
	step "kernel version (${version:-newest, at least $KERNEL_AT_LEAST})" "$pin" kernel_pick "$version"
	package=$(cat "$pin/package")
	kernel=$LAB_CACHE/kernel-$(kernel_name "$package")-$flavor-$(key "$package" "$(kernel_made_from "$flavor")")
	step "kernel $(kernel_name "$package"), $flavor (usually 7 to 15 minutes)" "$kernel" \
		kernel_make "$package" "$flavor"
}

# kernel_made_from FLAVOR: print everything that a kernel of the lab is made from, besides its source
kernel_made_from() {
	cat "$LAB_DIR/kernel.config" "$LAB_DIR/kernel-$1.config" "$LAB_DIR"/kernel-{build,headers,macros.h}
	grep -E '^(gcc|binutils|coccinelle|patch) ' "$userland/lab/packages"
	declare -f kernel_make kernel_make_tree kernel_make_patched kernel_build
}

# kernel_name linux-source-7.3=7.3~rc7-1~exp1: print the part after the equals sign, as a file name
kernel_name() { echo "${1#*=}" | tr -c 'A-Za-z0-9.~+\n-' _; }

# kernel_apt COMMAND...: run apt on indexes of our own, beside the host's. They cover every suite of Debian that the
# mirror has and that can have a kernel. One run at a time: apt does not wait for another apt that updates.
kernel_apt() (
	apt=$LAB_CACHE/apt command=$1
	shift
	exec {apt_lock}<>"$LAB_CACHE/locks/apt"
	flock "$apt_lock"
	mkdir -p "$apt"/state/lists/partial "$apt"/cache/archives/partial
	mirror_options >"$apt/apt.conf"
	kernel_sources >"$apt/sources.list"
	APT_CONFIG=$apt/apt.conf "$command" -o Dir::State="$apt/state" -o Dir::State::status=/dev/null \
		-o Dir::Cache="$apt/cache" -o Dir::Etc::sourcelist="$apt/sources.list" \
		-o Dir::Etc::sourceparts=/dev/null -o APT::Sandbox::User=root "$@"
)

# kernel_download DIRECTORY PACKAGE=VERSION...: download; first update indexes that are lost or older than the version
kernel_download() {
	local directory=$1
	shift
	(cd "$directory" && kernel_apt apt-get download "$@") ||
		(kernel_apt apt-get update && cd "$directory" && kernel_apt apt-get download "$@") || {
		echo "if the mirror has moved on: remove $LAB_CACHE/pins, and a newer version is picked"
		return 1
	}
}

kernel_sources() {
	local mirror suite keys='' uri component
	mirror=$(mirror)
	[ ! -e /usr/share/keyrings/debian-archive-keyring.gpg ] ||
		keys='[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] '
	for suite in testing unstable experimental; do
		echo "deb $keys$mirror $suite main"
	done
	mirror_targets | while read -r uri suite component; do
		[ "$component" != main ] || echo "deb $keys$uri $suite main"
	done
}

# kernel_pick PART VERSION [PREFIX SUFFIX]: write package and version to PART/package; the package is linux-source-X.Y,
# unless PREFIX and SUFFIX say otherwise
kernel_pick() {
	local part=$1 version=$2 prefix=${3-linux-source-} suffix=${4-} package number best='' found
	kernel_apt apt-get update
	for package in $(kernel_apt apt-cache search --names-only "^$prefix[0-9]+\\.[0-9]+$suffix\$" |
		cut -d' ' -f1 | sort -V); do
		number=${package#"$prefix"} number=${number%"$suffix"}
		if [ -n "$version" ]; then
			[ "$number" = "$version" ] || continue
		elif dpkg --compare-versions "$number" lt "$KERNEL_AT_LEAST"; then
			continue
		fi
		found=$(kernel_apt apt-cache madison "$package" | awk '{ print $3; exit }')
		best=$package=$found
	done
	[ -n "$best" ] || { echo "the mirror has no $prefix${version:-of at least $KERNEL_AT_LEAST}$suffix"; return 1; }
	echo "$best" >"$part/package"
}

# setup_stock_modules: set up the modules of Debian's own newest kernel, in $stock_modules/lib/modules
setup_stock_modules() {
	local pin=$LAB_CACHE/pins/stock-newest package
	step "Debian's own kernel: version" "$pin" kernel_pick '' linux-modules- "-$(dpkg --print-architecture)"
	package=$(cat "$pin/package")
	stock_modules=$LAB_CACHE/stock-$(key "$package" "$(declare -f stock_make)")
	step "Debian's own kernel: modules of $(kernel_name "$package")" "$stock_modules" stock_make "$package"
}

# stock_make PART PACKAGE
stock_make() {
	local part=$1 package=$2
	kernel_download "$part" "$package"
	dpkg-deb --extract "$part"/*.deb "$part"
	rm "$part"/*.deb
	mv "$part/usr/lib" "$part/lib"
	# shellcheck disable=SC2016 # expanded inside
	"$LAB_DIR/in-root" "$userland" --rw "$part/lib/modules" /usr/lib/modules -- sh -ec '
		cd /usr/lib/modules && depmod *'
}

# kernel_make PART PACKAGE FLAVOR
kernel_make() {
	local part=$1 package=$2 flavor=$3 name
	name=${package%%=*}
	kernel_download "$part" "$package"
	echo "$package, sha256 $(sha256sum "$part/$name"_*.deb | cut -d' ' -f1)" >"$part/origin"
	dpkg-deb --fsys-tarfile "$part/$name"_*.deb |
		tar -xO "./usr/src/$name.tar.xz" >"$part/source.tar.xz"
	rm "$part/$name"_*.deb
	kernel_build "$part" "$flavor"
}

# kernel_build PART FLAVOR: build it; a symbol in the flavor's configuration replaces the same symbol in kernel.config
kernel_build() {
	local part=$1 config=$LAB_DIR/kernel-$2.config
	{
		grep -vE "^($(sed -n 's/^\(CONFIG_[A-Z0-9_]*\)=.*/\1/p' "$config" | paste -sd'|'))=" "$LAB_DIR/kernel.config"
		cat "$config"
	} >"$part/wanted.config"
	"$LAB_DIR/in-root" "$userland" --rw "$part" /kernel --ro "$LAB_DIR" /src -- /src/kernel-build
}
