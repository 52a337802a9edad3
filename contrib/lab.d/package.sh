# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Packages: the tarball of a release, made from this checkout's present files, and the packages that are made from the
# tarball. Both are made in a userland with the tools that make and check them.

# package_tree DIRECTORY: copy the checkout's files to DIRECTORY, except the files that git ignores
package_tree() (
	cd "$LAB_SRC"
	tree_files . | while IFS= read -r -d '' file; do
		[ ! -e "$file" ] && [ ! -L "$file" ] || printf '%s\0' "$file"
	done | tar --create --null --no-recursion --files-from=- | tar --extract --directory="$1"
)

# package_make WHAT INPUT DIRECTORY: run one step of contrib/lab.d/package/make, whose INPUT is in DIRECTORY
package_make() {
	local what=$1 input=$2 directory=$3 start=$SECONDS log
	log=$(build_directory "$userland")/$what.log
	if ! build_run_with "$userland" --rw "$directory" /share -- env DEB_BUILD_OPTIONS="${DEB_BUILD_OPTIONS-}" \
		/src/contrib/lab.d/package/make "$what" "/share/$input" /share >"$log" 2>&1; then
		tail -n 40 "$log" >&2
		die "package: $what failed; its whole log: $log"
	fi
	say "package: $what done in $((SECONDS - start)) s"
}

# package_all DIRECTORY KIND...: make the tarball, and from it the packages of these kinds
package_all() {
	local directory=$1 kind
	shift
	mkdir "$directory/tree"
	package_tree "$directory/tree"
	package_make dist tree "$directory"
	for kind; do
		package_make "$kind" "$(cd "$directory" && echo cxl-attach-*.tar.xz)" "$directory"
	done
	rm -rf "$directory/tree"
}

# package DIRECTORY: put tarball and packages into DIRECTORY; if a step fails, DIRECTORY gets none of them
package() {
	local directory=$1
	[ "$(id -u)" -eq 0 ] || die "root is needed to make packages (mounts and chroot)"
	mkdir -p "$directory"
	cache_enter "$verb"
	setup_host
	setup_packages "$opt_format"
	find "$packages/made" -type f -exec cp -t "$directory" {} +
	find "$packages/made" -type f -printf "$directory/%f\n" | sort
}

# setup_packages KINDS: make the tarball of the present checkout and the packages of these kinds, in $packages/made, unless
# they are there; Debian's packages without debug symbols are also in $packages/packages. Packages of an earlier state of
# the checkout are removed a day after they were last used.
setup_packages() {
	local tools=${userland-} builds lock
	setup_own_userland package "what makes packages"
	build_checkout
	builds=$(build_directory "$userland")
	mkdir -p "$builds"
	packages=$builds/packages-$(key "$(tree_now "$LAB_SRC")" "$1" "${DEB_BUILD_OPTIONS-}")
	lock_take "packages" "$builds/packages.lock" # until the end, no other run makes packages of this checkout
	rm -rf "$builds"/package-* # left by a killed run
	find "$builds" -maxdepth 1 -name 'packages-*' -mtime +0 ! -path "$packages" -exec rm -rf {} +
	# shellcheck disable=SC2086 # one word per kind is meant
	step "packages of this checkout" "$packages" packages_make $1
	touch "$packages" # another run may not remove it while it is used
	lock_drop
	userland=$tools
}

# packages_make PART KIND...
packages_make() {
	mkdir "$1/made" "$1/packages"
	package_all "$1/made" "${@:2}"
	find "$1/made" -name '*.deb' ! -name '*-dbgsym_*' -exec ln -t "$1/packages" {} +
}

# setup_untested_packages: make Debian's packages, for tests to install; their own tests are left out
setup_untested_packages() { DEB_BUILD_OPTIONS=nocheck setup_packages deb; }
