# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Packages: the tarball of a release, made from this checkout's files as they are now, and the packages that are
# made from it, in a userland that has what makes and checks them.

# package_tree DIRECTORY: the checkout's files, but those that git ignores
package_tree() (
	cd "$LAB_SRC"
	tree_files . | while IFS= read -r -d '' file; do
		[ ! -e "$file" ] && [ ! -L "$file" ] || printf '%s\0' "$file"
	done | tar --create --null --no-recursion --files-from=- | tar --extract --directory="$1"
)

# package_make WHAT INPUT DIRECTORY: one step of contrib/lab.d/package/make, whose INPUT is in DIRECTORY
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

# package DIRECTORY: all of it into DIRECTORY, which has nothing of it if a step fails
package() {
	local directory=$1 kind builds lock
	[ "$(id -u)" -eq 0 ] || die "root is needed to make packages (mounts and chroot)"
	mkdir -p "$directory"
	cache_enter "$verb"
	setup_host
	setup_own_userland package "what makes packages"
	build_checkout
	builds=$(build_directory "$userland")
	mkdir -p "$builds"
	lock_take "packages" "$builds/packages.lock"
	rm -rf "$builds"/made-* "$builds"/package-* # what a killed run left
	made=$(mktemp -d "$builds/made-XXXXXX")
	trap 'rm -rf "$made"; cache_leave' EXIT
	mkdir "$made/tree"
	package_tree "$made/tree"
	package_make dist tree "$made"
	for kind in $opt_format; do
		package_make "$kind" "$(cd "$made" && echo cxl-attach-*.tar.xz)" "$made"
	done
	find "$made" -maxdepth 1 -type f -exec cp -t "$directory" {} +
	find "$made" -maxdepth 1 -type f -printf "$directory/%f\n" | sort
}
