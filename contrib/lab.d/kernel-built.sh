# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A kernel that is already built (--kernel-image, --kernel-modules). The guest's root may need modules of that kernel,
# as with Debian's own kernel. The lab's modules are built against the link `build` in its directory of modules.

# setup_built_kernel IMAGE MODULES: set up that kernel, in $kernel
setup_built_kernel() {
	local image=$1 modules release image_release
	modules=$(kernel_modules_of "$2")
	release=$(basename "$modules")
	image_release=$(kernel_image_release "$image")
	[ "$image_release" = "$release" ] || die "$image is $image_release, and $modules has the modules of $release"
	kernel=$LAB_CACHE/kernel-$(kernel_name "=$release")-built-$(key "$image" "$(kernel_modules_key "$modules")" \
		"$(declare -f kernel_make_built kernel_build_of stock_initramfs)" "$LAB_DIR"/{kernel-headers,initramfs.c})
	step "kernel $release, already built" "$kernel" kernel_make_built "$image" "$modules"
}

# kernel_modules_of DIRECTORY: print DIRECTORY, if it has a kernel's modules, or else the only directory in it that has
kernel_modules_of() {
	local found
	found=$(find "$(realpath "$1")" -maxdepth 2 -name kernel -type d -printf '%h\n')
	[ -n "$found" ] && [ "$(wc -l <<<"$found")" -eq 1 ] ||
		die "$1 has to be a kernel's directory of modules, as /lib/modules/RELEASE is, or to have one such directory in it"
	echo "$found"
}

# kernel_image_release IMAGE: print the release in its header (kernel_version, Documentation/arch/x86/boot.rst)
kernel_image_release() {
	local offset
	[ "$(dd if="$1" bs=1 skip=$((0x202)) count=4 status=none)" = HdrS ] ||
		die "$1 is not the image of an x86 kernel (arch/x86/boot/bzImage)"
	offset=$(od -An -tu2 -j $((0x20e)) -N 2 "$1")
	dd if="$1" bs=1 skip=$((offset + 0x200)) count=128 status=none | tr '\0 ' '\n' | head -n 1
}

# kernel_modules_key DIRECTORY: print a text that depends on everything that the lab uses of it
kernel_modules_key() {
	local build
	build=$(realpath -m "$1/build")
	(cd "$1" && find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum)
	sha256sum "$build"/{.config,Module.symvers,include/generated/utsrelease.h} 2>/dev/null || :
}

# kernel_build_of MODULES: print its build and, if the source is in another directory, that directory, one a line. Print
# nothing if there is no build that a module can be built against.
kernel_build_of() {
	local build=$1/build source
	[ -e "$build/Module.symvers" ] && [ -e "$build/Makefile" ] || return 0
	realpath "$build"
	# A build outside its source has a Makefile that includes the source's.
	source=$(sed -n 's|^include \(.*\)/Makefile$|\1|p' "$build/Makefile" | head -n 1)
	[ "${source:0:1}" = / ] || source=$build/$source
	[ ! -e "$source/Makefile" ] || [ "$source" -ef "$build" ] || realpath "$source"
}

# kernel_make_built PART IMAGE MODULES
kernel_make_built() {
	local part=$1 image=$2 modules=$3 release build
	release=$(basename "$modules")
	echo "$release" >"$part/release"
	echo "$image" >"$part/origin"
	cp "$image" "$part/bzImage"
	mkdir "$part/modules"
	cp -a "$modules" "$part/modules/$release"
	rm -f "$part/modules/$release"/{build,source}
	mapfile -t build < <(kernel_build_of "$modules")
	if [ ${#build[@]} -gt 0 ]; then
		kernel_copy_headers "$part" "${build[@]}"
		cp "${build[0]}/Module.symvers" "$part"
	fi
	cp "${build[0]-$modules}/.config" "$part/config" 2>/dev/null || cp "$modules/config" "$part/config" 2>/dev/null ||
		echo "not known" >"$part/config"
	find "$part/modules/$release" -name 'cxl_test.ko*' | grep -q . || touch "$part/no-mock"
	kernel_without_accelerator "$part" "$release"
	stock_initramfs "$part" "$release"
}

# kernel_copy_headers PART BUILD [SOURCE]
kernel_copy_headers() {
	"$LAB_DIR/in-root" "$userland" --rw "$1" /kernel --ro "$LAB_DIR" /src --ro "$2" /build ${3:+--ro "$3" /mnt} -- \
		/src/kernel-headers /build /kernel/build ${3:+/mnt}
}

# kernel_without_accelerator PART RELEASE: if cxl_test has no accelerator, write the reason to PART/no-accelerator
kernel_without_accelerator() {
	# shellcheck disable=SC2016 # expanded inside
	"$LAB_DIR/in-root" "$userland" --rw "$1" /kernel --rw "$1/modules" /usr/lib/modules -- sh -ec '
		depmod "$1"
		! modinfo -k "$1" -p cxl_test 2>/dev/null | grep -q "^type2_test:" || exit 0
		echo "there is no cxl_test with an accelerator (parameter type2_test) among the modules" >/kernel/no-accelerator' sh "$2"
}
