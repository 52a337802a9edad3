# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Which lines and branches of the product's C code the fast tests execute. The build is one of its own, without
# optimization, and gcov comes with the userland's compiler.

coverage() {
	local lock counts=/build/coverage.counts rc=0
	[ "$(id -u)" -eq 0 ] || die "root is needed to set up and run the lab (mounts and chroot)"
	cache_enter coverage
	setup_host
	setup_userland testing
	build_checkout
	mkdir -p "$(build_directory "$userland")"
	lock_take "coverage" "$(build_directory "$userland")/coverage.lock"
	build "cxl that counts what it executes" "$userland" coverage --prefix /usr/local --buildtype=debug \
		-Db_coverage=true -Dtest-points=true -Dtests=enabled -Ddocs=disabled \
		"-Dc_args=['-include', '/src/contrib/lab.d/coverage.h', '-fprofile-update=atomic']"
	# Some tests run the program as a user who is not root, who has to be able to write there, too, and some compare
	# all that it prints.
	# shellcheck disable=SC2016 # expanded inside
	build_run "$userland" env GCOV_PREFIX="$counts" GCOV_ERROR_FILE=/dev/null sh -ec \
		'umask 0; rm -rf "$GCOV_PREFIX"; mkdir "$GCOV_PREFIX"; exec "$@"' sh \
		meson test -C /build/coverage --no-rebuild --quiet --no-suite bench --timeout-multiplier 3 >&2 || rc=$?
	build_run "$userland" /src/contrib/lab.d/coverage /build/coverage "$counts"
	[ "$rc" -eq 0 ] || die "some tests failed with this build: what they would have executed is not counted"
}
