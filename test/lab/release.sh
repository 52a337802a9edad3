#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# contrib/release finds everything that keeps a checkout from being a release. Here a small script replaces contrib/lab:
# it says whether tests pass, and makes a package with one manual page.
# shellcheck source=test/tap.sh
. "$SOURCE/test/tap.sh"

top=$(mktemp -d)
trap 'rm -rf "$top"' EXIT
export GIT_AUTHOR_NAME=test GIT_AUTHOR_EMAIL='' GIT_COMMITTER_NAME=test GIT_COMMITTER_EMAIL=''
export GIT_CONFIG_GLOBAL=/dev/null
unset GIT_DIR GIT_INDEX_FILE GIT_WORK_TREE

# commit DATE: commit the whole checkout
commit() { git -C "$top/checkout" add -A && GIT_COMMITTER_DATE="$1T12:00:00+0000" git -C "$top/checkout" commit -qm all; }
# checkout: make a correct release of version 1.2.3, of 2026-03-01, and change to its directory
checkout() {
	rm -rf "$top/checkout"
	mkdir -p "$top"/checkout/{contrib,test,debian,rpm}
	cd "$top/checkout" || exit 1
	git init -q
	cp "$SOURCE/contrib/release" contrib
	cp "$SOURCE/test/tap.sh" test
	printf "project('cxl-attach', 'c',\n  version: '1.2.3',\n)\nrelease_date = '2026-03-01'\n" >meson.build
	printf '# News\n\n## 1.2.3 (2026-03-01)\n\n- This.\n\n## 1.2.2 (2026-02-01)\n\n- That.\n' >NEWS.md
	printf 'cxl-attach (1.2.3-1) unstable; urgency=medium\n\n  * This.\n\n -- a <a@example.org>  Sun, 01 Mar 2026 00:00:00 +0000\n' \
		>debian/changelog
	printf 'Version:        1.2.3\n%%changelog\n* Sun Mar 01 2026 a <a@example.org> - 1.2.3-1\n- This.\n' >rpm/cxl-attach.spec
	printf '/build-release/\n' >.gitignore
	cat >contrib/lab <<-'LAB'
	#!/bin/bash
	echo "$*" >>"$LAB_RUNS"
	[ "$1" = package ] || { echo "1 passed"; exit "${LAB_STATUS:-0}"; }
	mkdir -p "$2/root"/{DEBIAN,usr/share/man/man1}
	printf 'Package: cxl-attach\nVersion: 1.2.3-1\nArchitecture: all\nMaintainer: a <a@example.org>\nDescription: a\n' >"$2/root/DEBIAN/control"
	printf '.TH "CXL\\-ATTACH" "1" "%s" "cxl\\-attach 1.2.3" "Manual"\n' "${PAGE_DATE:-2026-03-01}" | gzip >"$2/root/usr/share/man/man1/cxl-attach.1.gz"
	dpkg-deb --build "$2/root" "$2/cxl-attach_1.2.3-1_all.deb"
	rm -r "$2/root"
	LAB
	chmod +x contrib/lab
	commit 2026-03-01
	: >"$LAB_RUNS"
}
export LAB_RUNS=$top/runs
# finds WHAT: release says that this is wrong, and nothing else
finds() {
	run contrib/release --check
	is "finds: $1" "$status$(sed -n 's/^not ok [0-9]* - //p' <<<"$out")" "1$1"
}

run "$SOURCE/contrib/release" --lanes some
like "unknown lanes: wrong usage" "$status$err" "^2release: invalid lanes 'some'"
run "$SOURCE/contrib/release" --lanes
like "no lanes: wrong usage" "$status$err" "^2release: "
run "$SOURCE/contrib/release" --frobnicate
like "an unknown option: wrong usage" "$status$err" "^2release: invalid option '--frobnicate'"
run "$SOURCE/contrib/release" "$SOURCE"
like "a directory that is not empty: wrong usage" "$status$err" "^2release: .* is not empty"

checkout
run contrib/release --check
is "a release" "$status$(grep -c '^ok' <<<"$out")" 09
is "a release: nothing is run" "$(cat "$LAB_RUNS")" ""
sed -i 's/1\.2\.3/1.2.4/' NEWS.md
commit 2026-03-01
finds "NEWS.md: version and date of its first section"
checkout
sed -i 's/^## 1.2.3 .*/## 1.2.3 (not released)/' NEWS.md
commit 2026-03-01
finds "NEWS.md: version and date of its first section"
checkout
sed -i '5d' NEWS.md
commit 2026-03-01
finds "NEWS.md: says what is new"
checkout
sed -i 's/1\.2\.3-1/1.2.2-1/' debian/changelog
commit 2026-03-01
finds "debian/changelog: version and date of its first entry"
checkout
sed -i 's/Sun, 01 Mar/Mon, 02 Mar/' debian/changelog
commit 2026-03-01
finds "debian/changelog: version and date of its first entry"
checkout
sed -i 's/^Version: .*/Version: 1.2.4/' rpm/cxl-attach.spec
commit 2026-03-01
finds "rpm/cxl-attach.spec: version, and date of its first entry"
checkout
sed -i 's/Sun Mar 01/Mon Mar 02/' rpm/cxl-attach.spec
commit 2026-03-01
finds "rpm/cxl-attach.spec: version, and date of its first entry"
checkout
sed -i 's/2026-03-01/2999-01-01/' meson.build NEWS.md
sed -i 's/Sun, 01 Mar 2026/Tue, 01 Jan 2999/' debian/changelog
sed -i 's/Sun Mar 01 2026/Tue Jan 01 2999/' rpm/cxl-attach.spec
commit 2026-03-01
finds "the date is not in the future"
checkout
commit 2026-03-02 >/dev/null
GIT_COMMITTER_DATE=2026-03-02T00:00:01+0000 git commit -q --allow-empty -m later
finds "the date is not before the last commit (2026-03-02)"
checkout
echo >>NEWS.md
finds "all is committed"
checkout
git tag v1.2.3
GIT_COMMITTER_DATE=2026-03-01T13:00:00+0000 git commit -q --allow-empty -m later
finds "tag v1.2.3: this commit"

checkout
run contrib/release
is "made: done" "$status" 0
is "made: tested, and then packaged" "$(cat "$LAB_RUNS")" $'test --lanes all\npackage build-release'
is "made: with sums" "$(cd build-release && sha256sum --check --quiet SHA256SUMS 2>&1; sed 's/.* //' SHA256SUMS)" cxl-attach_1.2.3-1_all.deb
checkout
LAB_STATUS=1 run contrib/release --lanes default "$top/made"
is "tests fail: said" "$status$(sed -n 's/^not ok [0-9]* - //p' <<<"$out")" "1tests: contrib/lab test --lanes default"
ok "tests fail: nothing is made" test ! -e "$top/made"
PAGE_DATE=2026-02-01 run contrib/release "$top/made"
is "manual pages of another date: said" "$status$(sed -n 's/^not ok [0-9]* - //p' <<<"$out")" "1manual pages: version and date"
ok "manual pages of another date: no sums" test ! -e "$top/made/SHA256SUMS"
echo >>NEWS.md
: >"$LAB_RUNS"
run contrib/release
is "not a release: neither tested nor made" "$status$(cat "$LAB_RUNS")" 1
cd /
finish
