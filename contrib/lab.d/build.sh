# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The builds of this project, in the userland and outside the checkout. Each checkout has one directory of
# builds. They are incremental, and installed with the prefix /usr/local, for the guest to use.

# setup_build SANITIZER: make the build that the guests run; in $installed. SANITIZER is empty for none, or
# coverage for the build that counts what it executes. With the userland fleet, a test installs the packages.
setup_build() {
	if [ "$opt_userland" = fleet ]; then
		setup_untested_packages
		installed=$packages
		return
	fi
	build_checkout
	if [ "$1" = coverage ]; then build_coverage; else build_cxl "$guest_root" "$1"; fi
	installed=$(build_directory "$guest_root")/$(build_name "$1").install/usr/local
}

# build_checkout: make the directory of this checkout's builds, and remove the builds of checkouts that are
# gone. Such a directory is renamed first, so that no later run continues with a part of it.
build_checkout() {
	local builds=$LAB_CACHE/checkouts directory lock
	lock_take "builds" "$LAB_CACHE/locks/checkouts"
	rm -rf "$builds"/*.part
	for directory in "$builds"/*/; do
		directory=${directory%/}
		[ ! -s "$directory/checkout" ] || [ -d "$(cat "$directory/checkout")" ] || mv -T "$directory" "$directory.part"
	done
	rm -rf "$builds"/*.part
	builds=$builds/$(key "$LAB_SRC")
	mkdir -p "$builds"
	if [ ! -s "$builds/checkout" ]; then
		echo "$LAB_SRC" >"$builds/checkout.part"
		mv "$builds/checkout.part" "$builds/checkout"
	fi
	lock_drop
}

# build_cxl USERLAND SANITIZER: make the developer's build, and install it
build_cxl() {
	# When meson configures again by itself, it does not read new options from the native file. The file also
	# wins over an option here. An option that is in both therefore has to have the same value in both.
	local options=(--prefix /usr/local -Dtest-points=true)
	# Only the userland of the tools has what the developer's build needs for manual pages.
	if [ "$1" = "$userland" ]; then options+=(--native-file /src/build-dev.ini); else options+=(--werror); fi
	case $2 in
	thread) options+=(-Db_sanitize=thread) ;;
	address) options+=(-Db_sanitize=address,undefined) ;;
	esac
	build "cxl${2:+ with the $2 sanitizer}" "$1" "$(build_name "$2")" "${options[@]}"
}

# build_coverage: make the build that counts, without optimization
build_coverage() {
	build "cxl that counts what it executes" "$userland" coverage --prefix /usr/local --buildtype=debug \
		-Db_coverage=true -Dtest-points=true -Dtests=enabled -Ddocs=enabled \
		"-Dc_args=['-include', '/src/contrib/lab.d/coverage.h', '-fprofile-update=atomic']"
}

# build_name SANITIZER: the name of the build in build_directory
build_name() { echo "${1:-dev}"; }

# build_directory USERLAND: where the builds of this checkout with that userland are
build_directory() { echo "$LAB_CACHE/checkouts/$(key "$LAB_SRC")/${1##*/}"; }

# build_run USERLAND COMMAND...: run COMMAND in the userland, with this checkout at /src and its builds at /build
build_run() { build_run_with "$1" -- "${@:2}"; }

# build_run_with USERLAND OPTION... -- COMMAND...: like build_run, with options of in-root
build_run_with() {
	local root=$1 directory
	directory=$(build_directory "$root")
	mkdir -p "$directory"
	shift
	"$LAB_DIR/in-root" "$root" --ro "$LAB_SRC" /src --rw "$directory" /build "$@"
}

# build TITLE USERLAND NAME MESON-OPTION...: configure if needed, compile, install to NAME.install
build() {
	local title=$1 root=$2 name=$3 start=$SECONDS log lock
	shift 3
	log=$(build_directory "$root")/$name.log
	mkdir -p "${log%/*}"
	lock_take "$title" "$log.lock"
	# shellcheck disable=SC2016 # expanded inside
	if ! build_run "$root" sh -ec '
		name=$1; shift
		if ! [ -e "/build/$name/build.ninja" ] || ! [ "$*" = "$(cat "/build/$name.options")" ]; then
			rm -f "/build/$name.options" # first: what is left after a kill is not continued with
			rm -rf "/build/$name" "/build/$name.install"
			meson setup "$@" "/build/$name" /src
			echo "$*" >"/build/$name.options"
		fi
		meson compile -C "/build/$name"
		DESTDIR=/build/$name.install meson install -C "/build/$name" --no-rebuild --only-changed' \
		build "$name" "$@" >"$log" 2>&1; then
		tail -n 40 "$log" >&2
		die "$title: the build failed; its whole log: $log"
	fi
	lock_drop
	say "$title: built in $((SECONDS - start)) s"
}
