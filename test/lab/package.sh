#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: package.sh [short]
#
# contrib/lab package makes everything that a release needs. Its result passes Debian's and RPM's own checks, and can be
# installed and removed. Two copies of the checkout give the same result. With `short`, the test makes Debian's packages
# only, and once, without their own tests.
# shellcheck source=test/tap.sh
. "$SOURCE/test/tap.sh"

cache=${XDG_CACHE_HOME:-$HOME/.cache}/cxl-attach
top=$(mktemp -d "${TMPDIR:-/var/tmp}/cxl-attach-package.XXXXXX")
chmod 755 "$top"
trap 'rm -rf "$top"' EXIT
version=$(sed -n "s/^  version: '\(.*\)',$/\1/p" "$SOURCE/meson.build")
date=$(sed -n "s/^release_date = '\(.*\)'$/\1/p" "$SOURCE/meson.build")

# userland NAME: print the newest userland with that name
userland() {
	find "$cache" -maxdepth 1 -name "userland-$1-*" ! -name '*.part' -printf '%T@ %p\n' | sort -n | tail -n 1 | cut -d' ' -f2-
}
# inside COMMAND...: run in a root like the one that made the packages, which may be changed; /share has the packages
inside() {
	"$SOURCE/contrib/lab.d/in-root" "$(userland package)" --overlay --ro "$SOURCE" /src --rw "$top/first" /share \
		--ro "$(userland testing)" /mnt -- "$@"
}

run "$SOURCE/contrib/lab" package one two
is "two directories: wrong usage" "$status" 2
run "$SOURCE/contrib/lab" package --format tar
is "an unknown format: wrong usage" "$status" 2

mkdir "$top/first"
options=(--format deb)
[ "${1-}" = short ] || options=()
[ "${1-}" != short ] || export DEB_BUILD_OPTIONS=nocheck
run "$SOURCE/contrib/lab" package "${options[@]}" "$top/first"
is "made" "$status" 0
[ "$status" -eq 0 ] || { printf '# %s\n' "${err//$'\n'/$'\n# '}"; finish; }
is "said what" "$out" "$(find "$top/first" -type f | sort)"
mkdir "$top/present"
run "$SOURCE/contrib/lab" package "${options[@]}" "$top/present"
is "what was made of the same files is there, and is not made again" \
	"$status$(grep -cE 'packages of this checkout|package: ' <<<"$err")$(diff -r "$top/first" "$top/present")" 00
architecture=$(dpkg --print-architecture)
is "the packages" "$(cd "$top/first" && echo *.deb)" \
	"cxl-attach-dbgsym_$version-1_$architecture.deb cxl-attach-exercise-dbgsym_$version-1_$architecture.deb cxl-attach-exercise_$version-1_$architecture.deb cxl-attach-fleet_$version-1_all.deb cxl-attach_$version-1_$architecture.deb"
is "the tarball is the source of the packages" "$(cmp "$top/first/cxl-attach-$version.tar.xz" \
	"$top/first/cxl-attach_$version.orig.tar.xz" 2>&1)" ""
is "the tarball has the checkout's files" \
	"$(tar -tf "$top/first/cxl-attach-$version.tar.xz" | sed -n 's,^[^/]*/\(.*[^/]\)$,\1,p' | sort)" \
	"$(cd "$SOURCE" && { git ls-files --cached --others --exclude-standard 2>/dev/null || find . ! -type d -printf '%P\n'; } | sort)"
run inside lintian --fail-on error,warning --tag-display-limit 0 --allow-root "/share/cxl-attach_$version-1_$architecture.changes"
is "lintian: neither errors nor warnings" "$status$out" 0
run inside sh -c 'cd /share && dpkg-repack --root=/mnt cxl'
is "the package cxl of the testing root, to be installed beside" "$status" 0
for deb in "$top"/first/cxl-attach{,-exercise}_*.deb; do
	dpkg-deb --extract "$deb" "$top/extracted"
done
pages=$(cd "$top/extracted/usr/share/man/man1" && for page in *; do gunzip <"$page" | sed -n 's/^\.TH //p'; done)
is "manual pages: all of them" "$(wc -l <<<"$pages")" "$(find "$SOURCE/Documentation" -name '*.adoc' | wc -l)"
is "manual pages: date and version are those of the release" "$(cut -d' ' -f3- <<<"$pages" | sort -u)" \
	"\"$date\" \"cxl\\-attach $version\" \"cxl\\-attach Manual\""

"$SOURCE/contrib/lab.d/in-root" "$(userland testing)" --overlay --ro "$top/first" /share --ro "$SOURCE" /src -- \
	env SOURCE=/src bash /src/test/package/installed.sh >"$top/installed"
is "installed: the test ends well" "$?" 0
grep -A5 '^not ok' "$top/installed" | sed 's/^/# /'
ok "installed: it checks something" grep -q '^ok' "$top/installed"
[ "${1-}" != short ] || finish

# RPM's packages
is "the packages of RPM" "$(cd "$top/first" && find . -name '*.rpm' ! -name '*debug*' | sed "s/\.$(uname -m)\.rpm/.rpm/" | sort | xargs)" \
	"./cxl-attach-$version-1.rpm ./cxl-attach-$version-1.src.rpm ./cxl-attach-exercise-$version-1.rpm ./cxl-attach-fleet-$version-1.noarch.rpm"
run inside rpmlint --config /src/rpm/rpmlint.toml /src/rpm/cxl-attach.spec /share
is "rpmlint: neither errors nor warnings" "$status$(grep -E ': [EW]: ' <<<"$out")" 0
inside env SOURCE=/src bash /src/test/package/installed-rpm.sh >"$top/installed-rpm"
is "installed with RPM: the test ends well" "$?" 0
grep -A5 '^not ok' "$top/installed-rpm" | sed 's/^/# /'

# The same again, from a copy whose files are younger and have other modes
mkdir -p "$top/copy" "$top/second"
tar -xf "$top/first/cxl-attach-$version.tar.xz" -C "$top/copy" --strip-components=1 --touch
chmod -R g+w,o-r "$top/copy"
run env DEB_BUILD_OPTIONS='nocheck parallel=1' "$top/copy/contrib/lab" package "$top/second"
is "made again" "$status" 0
rm -f "$top"/first/cxl_*.deb
# The variables of the build are in .buildinfo, and the sum of .buildinfo is in .changes.
sums() { (cd "$1" && find . -type f ! -name '*.buildinfo' ! -name '*.changes' -exec sha256sum {} + | sort -k 2); }
is "made again: byte for byte the same" "$(sums "$top/second")" "$(sums "$top/first")"
finish
