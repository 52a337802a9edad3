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

# package_lock: until the caller drops its lock, no other run makes packages of this checkout; their place in $builds
package_lock() {
	setup_own_userland package "what makes packages"
	build_checkout
	builds=$(build_directory "$userland")
	mkdir -p "$builds"
	lock_take "packages" "$builds/packages.lock"
	rm -rf "$builds"/made-* "$builds"/package-* # left by a killed run
}

# package DIRECTORY: put tarball and packages into DIRECTORY; if a step fails, DIRECTORY gets none of them
package() {
	local directory=$1 builds lock
	[ "$(id -u)" -eq 0 ] || die "root is needed to make packages (mounts and chroot)"
	mkdir -p "$directory"
	cache_enter "$verb"
	setup_host
	package_lock
	made=$(mktemp -d "$builds/made-XXXXXX")
	trap 'rm -rf "$made"; cache_leave' EXIT
	# shellcheck disable=SC2086 # one word per kind is meant
	package_all "$made" $opt_format
	find "$made" -maxdepth 1 -type f -exec cp -t "$directory" {} +
	find "$made" -maxdepth 1 -type f -printf "$directory/%f\n" | sort
}

# setup_packages: make Debian's packages of the present checkout, for tests to install; in $packages/packages. Their own
# tests are left out. Packages of an earlier state of the checkout are removed.
setup_packages() {
	local tools=$userland builds lock
	package_lock
	packages=$builds/packages-$(key "$(tree_now "$LAB_SRC")")
	find "$builds" -maxdepth 1 -name 'packages-*' -mtime +0 ! -path "$packages" -exec rm -rf {} +
	step "packages of this checkout" "$packages" packages_make
	lock_drop
	userland=$tools
}

# packages_make PART
packages_make() {
	mkdir "$1/packages"
	DEB_BUILD_OPTIONS=nocheck package_all "$1/packages" deb
	find "$1/packages" -type f \( ! -name '*.deb' -o -name '*-dbgsym_*' \) -delete
}
