# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Debian's own binary kernel as it is, for the PCI machine. An initramfs of ours loads the modules that its root file
# system needs. Our modules are built against its headers, and against the CXL core's own headers in its source.

# setup_stock_kernel VERSION: set up that version, or the newest if VERSION is empty; in $kernel
setup_stock_kernel() {
	local version=$1 pin package
	pin=$LAB_CACHE/pins/stock-${version:-newest}
	step "Debian's own kernel: version" "$pin" kernel_pick "$version" linux-modules- "-$(dpkg --print-architecture)"
	package=$(cat "$pin/package")
	kernel=$LAB_CACHE/kernel-$(kernel_name "$package")-stock-$(key "$package" "$LAB_DIR/initramfs.c" \
		"$(declare -f stock_kernel_make stock_headers stock_initramfs)")
	step "kernel $(kernel_name "$package"), Debian's own" "$kernel" stock_kernel_make "$package"
}

# stock_kernel_make PART linux-modules-NUMBER-ARCHITECTURE=VERSION
stock_kernel_make() {
	local part=$1 version=${2#*=} number release package
	number=${2#linux-modules-} number=${number%%-*}
	mkdir "$part/packages"
	kernel_download "$part/packages" \
		"linux-"{base,modules,binary,headers}"-$number-$(dpkg --print-architecture)=$version" \
		"linux-headers-$number-common=$version" "linux-kbuild-$number=$version" "linux-source-$number=$version"
	for package in "$part"/packages/linux-{base,modules,binary,headers,kbuild}-*.deb; do
		dpkg-deb --extract "$package" "$part/root"
	done
	release=$(basename "$part"/root/usr/lib/modules/*)
	echo "$release" >"$part/release"
	mv "$part/root/usr/lib/modules" "$part/modules"
	mv "$part/modules/$release/vmlinuz" "$part/bzImage"
	mv "$part/modules/$release/config" "$part/config"
	rm -f "$part/modules/$release"/{build,source}
	stock_headers "$part" "$number"
	rm -r "$part/packages" "$part/root"
	# shellcheck disable=SC2016 # expanded inside
	"$LAB_DIR/in-root" "$userland" --rw "$part/modules" /usr/lib/modules -- depmod "$release"
	stock_initramfs "$part" "$release"
}

# stock_headers PART NUMBER: move the headers to PART/src, which is mounted as /usr/src, where make finds them, and add
# those of the CXL core. PART/build leads to them.
stock_headers() {
	local part=$1 number=$2 name
	mv "$part/root/usr/src" "$part/src"
	rm -rf "$part/src/linux-kbuild-$number"
	mv "$part/root/usr/lib/linux-kbuild-$number" "$part/src/linux-kbuild-$number"
	for name in scripts tools; do
		ln -sfn "../linux-kbuild-$number/$name" "$part/src/linux-headers-$number-common/$name"
		ln -sfn "../linux-kbuild-$number/$name" "$part/src/linux-headers-$number-$(dpkg --print-architecture)/$name"
	done
	dpkg-deb --fsys-tarfile "$part"/packages/linux-source-*.deb | tar -xO "./usr/src/linux-source-$number.tar.xz" |
		tar -xJ -C "$part/src/linux-headers-$number-common" --strip-components=1 --wildcards \
			"linux-source-$number/drivers/cxl/*.h"
	# If vmlinux is there, make tries to add type information to each module, with a tool of its own.
	rm -f "$part/src/linux-headers-$number-$(dpkg --print-architecture)/vmlinux"
	ln -s "/usr/src/linux-headers-$number-$(dpkg --print-architecture)" "$part/build"
	cp "$part/src/linux-headers-$number-$(dpkg --print-architecture)/Module.symvers" "$part/Module.symvers"
}

# stock_initramfs PART RELEASE: write PART/initrd, with the modules that mount the root, in their order
stock_initramfs() {
	local part=$1 release=$2
	mkdir "$part/initramfs"
	# shellcheck disable=SC2016 # expanded inside
	"$LAB_DIR/in-root" "$userland" --rw "$part" /kernel --ro "$LAB_DIR" /src --ro "$part/modules" /usr/lib/modules -- \
		sh -ec '
		cd /kernel/initramfs
		mkdir modules root proc
		cc -static -O2 -o init /src/initramfs.c
		for module in virtio_pci 9pnet_virtio 9p overlay; do
			modprobe --set-version "$1" --show-depends "$module" >/dev/null || {
				echo "this kernel has no $module, without which it has no root in the lab"
				exit 1
			}
			modprobe --set-version "$1" --show-depends "$module" | while read -r how file _; do
				[ "$how" = insmod ] || continue
				name=$(basename "$file" | sed "s/\.ko\..*/.ko/")
				! ls modules | grep -qx "[0-9]*-$name" || continue
				case $file in
				*.xz) unpack=xz ;;
				*.gz) unpack=gzip ;;
				*.zst) unpack=zstd ;;
				*) unpack=cat ;;
				esac
				[ $unpack = cat ] || unpack="$unpack -dc"
				$unpack "$file" >"modules/$(ls modules | wc -l | xargs printf %03d)-$name"
			done
		done
		find . | cpio --quiet -o -H newc >../initrd' sh "$release"
	rm -r "$part/initramfs"
}
