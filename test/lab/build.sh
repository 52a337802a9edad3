#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The build says what is missing, and installs what it should.
# shellcheck source=test/tap.sh
. "$SOURCE/test/tap.sh"

cache=${XDG_CACHE_HOME:-$HOME/.cache}/cxl-attach
top=$(mktemp -d)
trap 'rm -rf "$top"' EXIT
userland=$(find "$cache" -maxdepth 1 -name 'userland-testing-*' ! -name '*.part' -printf '%T@ %p\n' |
	sort -n | tail -n 1 | cut -d' ' -f2-)
# shellcheck disable=SC2329 # by run
in_userland() {
	"$SOURCE/contrib/lab.d/in-root" "$userland" --ro "$SOURCE" /src --rw "$top" /build -- "$@"
}
last_error() { sed -n 's/.*ERROR: Problem encountered: //p' <<<"$out"; }

run in_userland env PKG_CONFIG_LIBDIR=/nowhere meson setup /build/none /src
is "without libcxl: fails" "$status" 1
like "without libcxl: says what to install" "$(last_error)" \
	'^libcxl 79 or later is needed and was not found: install libcxl-dev .* or cxl-devel'

mkdir "$top/old"
printf 'Name: libcxl\nDescription: old\nVersion: 76.1\n' >"$top/old/libcxl.pc"
run in_userland env PKG_CONFIG_LIBDIR=/build/old meson setup /build/too-old /src
is "libcxl too old: fails" "$status" 1
like "libcxl too old: says which is needed" "$(last_error)" '^libcxl 79 or later is needed'

printf 'Name: libcxl\nDescription: new\nVersion: 79\n' >"$top/old/libcxl.pc"
run in_userland env PKG_CONFIG_LIBDIR=/build/old meson setup /build/no-json /src
is "without json-c: fails" "$status" 1
like "without json-c: says what to install" "$(last_error)" '^json-c 0.14 or later is needed and was not found: install'

run in_userland sh -c 'meson setup -Ddocs=disabled -Dtests=disabled /build/plain /src &&
	meson compile -C /build/plain && DESTDIR=/build/root meson install -C /build/plain'
is "plain build, without docs and tests" "$status" 0
# The schemas of the lab and of the benchmarks are not installed.
schemas=$(cd "$SOURCE/Documentation/schema" && printf './usr/local/share/cxl-attach/schema/%s\n' * | grep -vE "/(lab|bench)-")
hooks=$(cd "$SOURCE/contrib/hooks" && printf './usr/local/share/cxl-attach/hooks/%s\n' *)
is "installed, by default to /usr/local" "$(cd "$top/root" && find . -type f | sort)" \
	"$(printf '%s\n' ./usr/local/bin/cxl ./usr/local/libexec/cxl-attach/exercise-autoremove \
		./usr/local/share/{bash-completion/completions/cxl,zsh/site-functions/_cxl,fish/vendor_completions.d/cxl.fish} "$schemas" "$hooks" | sort)"
is "installed, by two names" "$(cd "$top/root/usr/local" && readlink bin/cxl-attach share/bash-completion/completions/cxl-attach | xargs)" \
	"cxl cxl"
is "installed: hooks that can be run" "$(cd "$top/root" && find . -path '*/hooks/*' -perm 0755 | sort)" "$hooks"
# grep's status distinguishes a program with the points, a program without them (1), and a missing program (2).
run in_userland grep -rc CXL_TEST_KILL_AT /build/root/usr/local/bin /build/root/usr/local/libexec
is "a release has no points at which tests can kill it" "$status$err" 1
run in_userland sh -c 'meson setup -Ddocs=disabled -Dtests=disabled -Dtest-points=true /build/points /src &&
	meson compile -C /build/points cxl/cxl && grep -c CXL_TEST_KILL_AT /build/points/cxl/cxl'
is "a test build has them" "$status$(tail -n 1 <<<"$out")" 01
run in_userland sh -c 'meson setup -Dcxl-cli=/opt/cxl-cli /build/other /src && meson compile -C /build/other cxl/cxl &&
	PATH=/usr/sbin /build/other/cxl/cxl list'
is "another place for cxl-cli, which is not there: cannot" "$status" 5
finish
