# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Kernels of the user's own sources (--kernel-tree), and patched kernels (--patch). Each begins as a copy of its nearest
# relative, with the files built for that: of the last kernel of this tree, or of the unpatched kernel. Only what
# differs is then built. The lab reads the tree itself, and never writes to it.

# How many kernels of one tree are kept
readonly KERNELS_OF_A_TREE=3

# setup_tree_kernel DIRECTORY FLAVOR: set up the kernel of that tree, in $kernel
setup_tree_kernel() {
	local directory flavor=$2 family now lock
	directory=$(realpath "$1")
	kernel_check_tree "$directory"
	family=$LAB_CACHE/kernel-tree.$(key "$directory" "$(kernel_made_from "$flavor")")-$flavor
	now=$(tree_now "$directory")
	now=${now:0:12}
	kernel=$family-$now
	lock_take "kernel of $directory" "$LAB_CACHE/locks/${family##*/}"
	step "kernel of $directory, $flavor (7 to 15 minutes the first time)" "$kernel" \
		kernel_make_tree "$directory" "$flavor" "$now" "$(kernel_newest "$family")"
	touch "$kernel" # the one that was used last
	kernel_prune "$family"
	lock_drop
}

# kernel_check_tree DIRECTORY: report what is wrong with the tree, before anything is built
kernel_check_tree() {
	[ -e "$1/Kbuild" ] && [ -d "$1/drivers/cxl" ] || die "$1 is not the source of a kernel with CXL"
	! tree_has_git "$1" || ! tree_git "$1" check-ignore -q Kbuild ||
		die "git ignores the source in $1, as the .gitignore of Debian's kernels says: add it with 'git add --force', or remove that rule"
	[ ! -e "$1/include/config/auto.conf" ] || tree_has_git "$1" ||
		die "$1 was built in place, and without git it cannot be told what is source: run 'make mrproper' in there, or give what it has built, with --kernel-image and --kernel-modules"
}

# kernel_newest FAMILY: print the family's kernel that was used last, if there is one
kernel_newest() { kernel_family "$1" | head -n 1; }

# kernel_family FAMILY: print its kernels; the one that was used last comes first
kernel_family() {
	find "$LAB_CACHE" -maxdepth 1 -name "${1##*/}-????????????" -printf '%T@ %p\n' | sort -rn | cut -d' ' -f2-
}

# kernel_prune FAMILY: keep the last kernels only, because a tree changes all the time
kernel_prune() {
	local directory
	kernel_family "$1" | tail -n "+$((KERNELS_OF_A_TREE + 1))" | while read -r directory; do
		kernel_unused "$directory" || continue
		mv "$directory" "$directory.part" && rm -rf "$directory.part"
	done
}

# kernel_use: from now on no other run removes $kernel
kernel_use() {
	exec {kernel_in_use}<>"$LAB_CACHE/locks/${kernel##*/}.in-use"
	flock --shared "$kernel_in_use"
}

# kernel_unused DIRECTORY: does no run use that kernel?
kernel_unused() (
	exec {unused}<>"$LAB_CACHE/locks/${1##*/}.in-use"
	flock --nonblock "$unused"
)

# kernel_make_tree PART DIRECTORY FLAVOR NOW RELATIVE: RELATIVE is empty if there is none
kernel_make_tree() {
	local part=$1 directory=$2 flavor=$3 now=$4 relative=$5
	kernel_copy "$relative" "$part"
	mkdir -p "$part/build"
	tree_files "$directory" >"$part/files"
	# A file that the tree no longer has is removed. A differing file gets the present time: make then rebuilds it.
	sort -zu "$part/files" ${relative:+"$relative/files"} >"$part/all-files"
	"$LAB_DIR/in-root" "$userland" --ro "$directory" /src --rw "$part" /kernel -- \
		rsync --links --perms --checksum --delete-missing-args --from0 --files-from=/kernel/all-files /src/ /kernel/build/
	rm "$part/all-files"
	echo "-tree-$now" >"$part/localversion"
	echo "$directory$(tree_git "$directory" describe --always --dirty | sed 's/^/ at /')" >"$part/origin"
	kernel_build "$part" "$flavor"
}

# kernel_copy KERNEL PART: copy the source, with everything that was built from it
kernel_copy() { [ -z "$1" ] || cp -a --reflink=auto "$1/build" "$2/build"; }

# setup_patched_kernel FLAVOR PATCH...: apply these patches to $kernel; the patched kernel is then $kernel
setup_patched_kernel() {
	local flavor=$1 base=$kernel name
	shift
	name=${base##*/} name=${name%-"$flavor"-*}
	kernel=$LAB_CACHE/$name+patches-$flavor-$(key "${base##*/}" "${@##*/}" "$@")
	step "kernel ${name#kernel-} with ${*##*/}, $flavor" "$kernel" \
		kernel_make_patched "$base" "$flavor" "${kernel##*-}" "$@"
}

# kernel_make_patched PART BASE FLAVOR KEY PATCH...: no kernel is built on top of this one. Of its build, only the
# files that building a module needs are therefore kept.
kernel_make_patched() {
	local part=$1 base=$2 flavor=$3 patch number=100
	echo "$(cat "$base/localversion" 2>/dev/null)-patched-${4:0:8}" >"$part/localversion"
	shift 4
	mkdir "$part/patches"
	for patch; do
		cp "$patch" "$part/patches/$((number += 1))-${patch##*/}"
	done
	echo "$(cat "$base/origin"), with ${*##*/}" >"$part/origin"
	kernel_copy "$base" "$part"
	kernel_build "$part" "$flavor"
	kernel_keep_headers "$part"
}

# kernel_keep_headers PART: remove the rest of its build, except the files that building a module needs
kernel_keep_headers() {
	"$LAB_DIR/in-root" "$userland" --rw "$1" /kernel --ro "$LAB_DIR" /src -- sh -ec '
		/src/kernel-headers /kernel/build /kernel/headers
		rm -rf /kernel/build
		mv /kernel/headers /kernel/build'
}
