#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# RPM's packages, installed beside a package cxl-cli, and erased, in a directory that serves as a root. Debian has no
# root with Fedora's libraries: the test lists what the packages need, and does not resolve it. /share has the packages.
# shellcheck source=test/tap.sh
. "$SOURCE/test/tap.sh"

top=$(mktemp -d)
trap 'rm -rf "$top"' EXIT
root=$top/root
# Directories of Fedora's package "filesystem", and the directory of node_exporter
mkdir -p "$root"/{etc/profile.d,usr/bin,usr/lib/systemd/system,usr/libexec,var/lib/prometheus/node-exporter,usr/share/{doc,licenses,man/man1,bash-completion/completions}}
# In such a directory, Debian's RPM says of each transaction that it lacks private mounts.
# shellcheck disable=SC2329 # by run, too
in_rpm() { rpm --root "$root" --nodeps --noscripts "$@" 2> >(grep -v 'private mounts in chroot not implemented' >&2); }
state() {
	(cd "$root" && find . -path ./var/lib/rpm -prune -o -path ./usr/lib/sysimage -prune -o -type d -printf '%y %m %p\n' -o \
		-printf '%y %m %s %l %p\n' | sort)
}
architecture=$(rpm --eval '%{_arch}')
ours=(/share/cxl-attach-[0-9]*."$architecture".rpm) exerciser=(/share/cxl-attach-exercise-[0-9]*."$architecture".rpm)
fleet=(/share/cxl-attach-fleet-[0-9]*.noarch.rpm)

# A package with the files that Fedora's cxl-cli has
cat >"$top/cxl-cli.spec" <<'SPEC'
Name: cxl-cli
Version: 85
Release: 1
Summary: cxl
License: GPL-2.0-only
BuildArch: noarch
%description
cxl
%install
install -D -m 755 /dev/stdin %{buildroot}/usr/bin/cxl <<'CXL'
#!/bin/sh
echo "cxl-cli: $*"
CXL
install -D -m 644 /dev/null %{buildroot}/usr/share/bash-completion/completions/cxl
install -D -m 644 /dev/null %{buildroot}/usr/share/man/man1/cxl.1
install -D -m 644 /dev/null %{buildroot}/usr/share/man/man1/cxl-list.1
%files
/usr/bin/cxl
/usr/share/bash-completion/completions/cxl
/usr/share/man/man1/*
SPEC
run rpmbuild -bb --define "_topdir $top" --define "_tmppath $top" "$top/cxl-cli.spec"
is "a package cxl-cli" "$status" 0

run in_rpm --initdb
run in_rpm --install "$top"/RPMS/noarch/cxl-cli-*.rpm
is "cxl-cli is installed" "$status$err" 0
state >"$top/before"
run in_rpm --install "${ours[@]}" "${exerciser[@]}" "${fleet[@]}"
is "ours are installed: no file is another package's" "$status$err" 0
is "installed: RPM finds nothing wrong" "$(in_rpm --verify cxl-cli cxl-attach cxl-attach-exercise cxl-attach-fleet)" ""
is "what it needs" "$(rpm -qp --requires "${ours[@]}" | sed -n 's/^\(lib[a-z0-9-]*\)\.so.*/\1/p' | sort -u | xargs)" \
	"libc libcxl libjson-c libkmod libsmartcols"
is "what it recommends" "$(rpm -qp --recommends "${ours[@]}")" cxl-cli
is "the exerciser needs this version of ours" "$(rpm -qp --requires "${exerciser[@]}" | sed -n 's/(.*)//; s/^cxl-attach //p')" \
	"= $(rpm -qp --queryformat '%{VERSION}-%{RELEASE}' "${ours[@]}")"
is "the fleet needs ours" "$(rpm -qp --requires "${fleet[@]}" | sed -n 's/^cxl-attach //p')" \
	">= $(rpm -qp --queryformat '%{VERSION}-%{RELEASE}' "${ours[@]}")"
is "what the fleet's services and fact run" \
	"$(grep -hoE '/usr/bin/cxl[a-z-]*' "$root"/usr/lib/systemd/system/cxl-attach-*.service "$root/etc/ansible/facts.d/cxl.fact" | sort | uniq -c | xargs)" \
	"4 /usr/bin/cxl-attach"

# Run with Debian's libraries, for which the packages were built
cp -a "$root/usr/libexec/cxl-attach" /usr/libexec
cp -a "$root/usr/bin/cxl" "$root/usr/bin/cxl-attach" /usr/bin
run cxl-attach list-attach --help
is "cxl-attach: a command of ours" "$status" 0
run cxl-attach frobnicate 'a b'
is "cxl-attach: a command of cxl-cli" "$status$out" "0cxl-cli: frobnicate a b"
run cxl frobnicate
is "cxl without the directory in PATH is cxl-cli's" "$out" "cxl-cli: frobnicate"
# shellcheck disable=SC2016 # expanded by the inner shell
run sh -c '. "$1"; . "$1"; echo "$PATH"; cxl list-attach --help' sh "$root/etc/profile.d/cxl-attach.sh"
is "the directory is in PATH once, and first" "$(head -n 1 <<<"$out")" "/usr/libexec/cxl-attach/bin:$PATH"
like "cxl with the directory in PATH: a command of ours" "$out" 'Usage: cxl list-attach'
run cxl-attach exercise-autoremove --help
is "the exerciser is found" "$status$(sed -n 's/^Usage: \(cxl [a-z-]*\) .*/\1/p' <<<"$out")" "0cxl exercise-autoremove"

echo '# what the service wrote' >"$root/var/lib/prometheus/node-exporter/cxl.prom"
run in_rpm --erase cxl-attach cxl-attach-exercise cxl-attach-fleet
is "erased" "$status$err" 0
state >"$top/after"
is "erased: everything is as before" "$(diff "$top/before" "$top/after")" ""
finish
