#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Debian's packages, installed beside the package cxl, upgraded, removed and purged in every order, in a Debian root
# that may be changed (contrib/lab.d/in-root --overlay). /share has them, and the package cxl.
# shellcheck source=test/replay/machine.sh
. "$SOURCE/test/replay/machine.sh"

export DEBIAN_FRONTEND=noninteractive
ours=(/share/cxl-attach_*.deb) exerciser=(/share/cxl-attach-exercise_*.deb) cxl=(/share/cxl_*.deb)
completions=/usr/share/bash-completion/completions
top=$(mktemp -d)
trap 'rm -rf "$top" "$machine_top"' EXIT

# state: each file of this root, by its time where there are many and by its content elsewhere, and what dpkg knows;
# without logs and caches, and without what dpkg keeps of packages that are not installed
state() {
	find / -xdev \( -path /tmp -o -path /run -o -path /var/log -o -path /var/cache -o -path /var/lib/apt/lists -o \
		-path /var/lib/dpkg \) -prune -o -type f -path '/usr/*' -printf '%m %u:%g %s %T@ %p\n' -o \
		-printf '%y %m %u:%g %l %p\n' | sort
	find /etc /var/lib /var/lib/dpkg/{info,triggers,alternatives,diversions} -path /var/lib/dpkg \
		-prune -o -path /var/lib/apt/lists -prune -o -type f ! -name Lock -exec sha256sum {} + | sort -k 2
	# shellcheck disable=SC2016 # dpkg-query's own variables
	dpkg-query -W -f '${Package} ${Architecture} ${Version} ${db:Status-Abbrev}${Conffiles}\n' | grep -v '^[^ ]* [^ ]* [^ ]* .n'
}

# same WHAT BEFORE: everything is as it was when `state` was written to BEFORE
same() {
	state >"$top/now"
	is "$1" "$(diff "$2" "$top/now")" ""
}

# repacked DEB FILE COMMAND...: another package of DEB, in FILE, whose contents COMMAND changed in its directory
repacked() {
	local deb=$1 file=$2
	shift 2
	rm -rf "$top/repacked"
	dpkg-deb --raw-extract "$deb" "$top/repacked"
	(cd "$top/repacked" && "$@" && find usr etc -type f -exec md5sum {} + 2>/dev/null >DEBIAN/md5sums)
	dpkg-deb --build "$top/repacked" "$file" >/dev/null
}
# shellcheck disable=SC2329 # by repacked
later() {
	sed -i 's/^Version: .*/&+later/' DEBIAN/control
	[ ! -e usr/share/bash-completion/completions/cxl ] || echo '# later' >>usr/share/bash-completion/completions/cxl
}
# shellcheck disable=SC2329 # by repacked
other() {
	rm -rf DEBIAN usr/bin usr/share/{bash-completion,doc,man,lintian}
	mkdir DEBIAN
	printf '%s\n' 'Package: other' 'Version: 1' 'Architecture: all' 'Maintainer: other <other@example.org>' \
		'Description: has files of ours' >DEBIAN/control
}

# both_work WHEN: the commands of both programs, and both packages as they were installed
both_work() {
	run on_machine cxl list-attach
	is "$1: cxl list-attach" "$status$(jq -r '.[].provider' <<<"$out")" 0cxl_mock_accel
	is "$1: the same as cxl-attach" "$(on_machine cxl-attach list-attach)" "$out"
	run on_machine cxl list -M
	is "$1: a command of cxl-cli" "$status$out" "0$(on_machine cxl.distrib list -M)"
	like "$1: both versions" "$(cxl --version)" '^cxl-attach [0-9.]+.cxl-cli [0-9]+ \(/usr/bin/cxl\.distrib\)$'
	is "$1: dpkg finds nothing wrong" "$(dpkg -V cxl cxl-attach 2>&1)" ""
}
# alone WHEN: cxl-cli, as if we had never been there
alone() {
	run cxl list-attach
	is "$1: no command of ours" "$status$err" "1Unknown command: 'list-attach'"
	is "$1: a command of cxl-cli" "$(on_machine cxl list -M | jq -r '.[].memdev')" mem0
	is "$1: dpkg finds nothing wrong" "$(dpkg -V cxl 2>&1)" ""
	is "$1: no diversion" "$(dpkg-divert --list '*cxl*')" ""
}

# completed WORD...: what bash offers for the last word, with whatever completion it finds for the first
completed() {
	# shellcheck disable=SC2016 # expanded by the inner bash
	run on_machine bash --norc -c '
		. /usr/share/bash-completion/bash_completion
		_comp_load "$1"; function=$(complete -p "$1" | sed -n "s/.* -F \([A-Za-z_]*\) .*/\1/p")
		COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE="$*" COMP_POINT=${#COMP_LINE}
		"$function" "$1" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
		printf "%s\n" "${COMPREPLY[@]}" | sort | xargs' complete "$@"
}

machine accelerator
repacked "${cxl[0]}" "$top/cxl-later.deb" later
repacked "${ours[0]}" "$top/ours-later.deb" later
repacked "${ours[0]}" "$top/other.deb" other

# Beside cxl, with apt
run dpkg -i "${cxl[@]}" # the same as was here, but packed again: its times may differ
is "cxl, packed again: dpkg finds nothing wrong" "$status$(dpkg -V cxl 2>&1)" 0
alone "before"
state >"$top/beside"
run apt-get install -y "${ours[@]}"
is "apt install: done" "$status" 0
both_work "installed"
run cxl exercise-autoremove --help
is "without the exerciser: cannot" "$status$err" \
	"5cxl exercise-autoremove: the exerciser is not installed: install the package cxl-attach-exercise"
run apt-get install -y "${exerciser[@]}"
is "the exerciser: done" "$status" 0
run cxl exercise-autoremove --help
is "the exerciser: runs" "$status$(sed -n 's/^Usage: \(cxl [a-z-]*\) .*/\1/p' <<<"$out")" "0cxl exercise-autoremove"
is "the exerciser: dpkg finds nothing wrong" "$(dpkg -V cxl-attach-exercise)" ""
run cxl.distrib monitor --frobnicate
expected=$status$out$err
run "$(sed -n 's/^ExecStart=\([^ ]*\) monitor.*/\1/p' /usr/lib/systemd/system/cxl-monitor.service)" monitor --frobnicate
is "what cxl-monitor.service starts is cxl-cli's" "$status$out$err" "$expected"
for page in cxl-{attach,list-attach,list-locked,detach-memdev,attach-memdev,exercise-autoremove}; do
	is "manual page: $page" "$(man -w "$page")" "/usr/share/man/man1/$page.1.gz"
done
is "manual pages of cxl: its own" "$(dpkg -S /usr/share/man/man1/cxl{,-list}.1.gz | cut -d: -f1 | xargs)" "cxl cxl"
for command in cxl cxl-attach; do
	completed "$command" detach-memdev m
	is "completion of $command: memdevs" "$out" mem0
	completed "$command" list --mem
	is "completion of $command: options of cxl-cli, from its own completion" "$out" "--memdev= --memdevs"
done
run dpkg --purge cxl-attach-exercise cxl-attach
is "purge: done" "$status" 0
alone "purged"
same "purged: everything is as before" "$top/beside"

# cxl is upgraded underneath
dpkg -i "$top/cxl-later.deb" >/dev/null 2>&1
state >"$top/later"
dpkg -i "${cxl[@]}" >/dev/null 2>&1
same "cxl, upgraded and back: everything is as before" "$top/beside"
dpkg -i "${ours[@]}" >/dev/null 2>&1
run dpkg -i "$top/cxl-later.deb"
is "cxl is upgraded: done" "$status" 0
both_work "cxl is upgraded"
like "cxl is upgraded: it is the later one" "$(tail -n 1 $completions/cxl.distrib)" later
dpkg --remove cxl-attach >/dev/null 2>&1
alone "removed"
like "removed: it is the later one" "$(tail -n 1 $completions/cxl)" later
dpkg --purge cxl-attach >/dev/null 2>&1
same "purged: everything is as if cxl had been upgraded alone" "$top/later"

# Ours is upgraded, and removed while something is detached
dpkg -i "${ours[@]}" >/dev/null 2>&1
run dpkg -i "$top/ours-later.deb"
is "ours is upgraded: done" "$status" 0
both_work "ours is upgraded"
mkdir -p /run/cxl
: >/run/cxl/lock
echo '{}' >/run/cxl/mem0.json
run dpkg --remove cxl-attach
is "removed while a memdev is detached: done" "$status" 0
like "removed while a memdev is detached: said" "$out$err" "reattach the memdevs, install this package again and run 'cxl attach-memdev --all'"
dpkg --purge cxl-attach >/dev/null 2>&1
ok "purged: what is detached is still known" test -s /run/cxl/mem0.json
rm /run/cxl/mem0.json
dpkg -i "${ours[@]}" >/dev/null 2>&1
run dpkg --purge cxl-attach
is "purged while nothing is detached: nothing is said" "$status$(grep detached <<<"$out$err")" 0
ok "purged while nothing is detached: no journal is left" test ! -e /run/cxl
same "purged after an upgrade: everything is as before" "$top/later"

# Not installed
dpkg -i "$top/other.deb" >/dev/null 2>&1
state >"$top/beside-other"
run dpkg -i "${ours[@]}"
like "a file is another package's: refused" "$status$err" "^1.*trying to overwrite '/usr/share/cxl-attach/"
alone "refused"
same "refused: everything is as before" "$top/beside-other"
dpkg --purge other >/dev/null 2>&1
dpkg-divert --local --rename --add /usr/bin/cxl >/dev/null
run dpkg -i "${ours[@]}"
is "an administrator diverts cxl: refused" "$status" 1
like "an administrator diverts cxl: said" "$err" "clashes with 'local diversion of /usr/bin/cxl"
is "an administrator diverts cxl: it is not here" "$(dpkg-query -W -f '${db:Status-Status}' cxl-attach 2>/dev/null)" not-installed
dpkg-divert --local --rename --remove /usr/bin/cxl >/dev/null
same "neither of them: everything is as before" "$top/later"

# Without cxl, which comes and goes
dpkg --purge ndctl cxl >/dev/null 2>&1
state >"$top/without"
dpkg -i "${cxl[@]}" >/dev/null 2>&1
state >"$top/cxl-alone"
dpkg --purge cxl >/dev/null 2>&1
same "cxl came and went: everything is as before" "$top/without"
run dpkg -i "${ours[@]}"
is "without cxl: done" "$status" 0
run on_machine cxl list-attach
is "without cxl: cxl list-attach" "$status$(jq -r '.[].provider' <<<"$out")" 0cxl_mock_accel
run cxl list
is "without cxl: a command of cxl-cli" "$status$err" \
	"5cxl: cxl-cli is not installed: install the package cxl (Debian, Ubuntu) or cxl-cli (Fedora), or name its program in CXL_CLI"
completed cxl list-attach --h
is "without cxl: completion" "$out" "--help --host --human"
run dpkg -i "${cxl[@]}"
is "cxl comes: done" "$status" 0
both_work "cxl has come"
dpkg --purge cxl-attach >/dev/null 2>&1
alone "cxl has come, and we went"
same "cxl has come, and we went: everything is as if we had never been here" "$top/cxl-alone"
dpkg -i "${ours[@]}" >/dev/null 2>&1
dpkg --purge cxl >/dev/null 2>&1
run cxl list
is "cxl has gone: a command of cxl-cli" "$status" 5
dpkg --purge cxl-attach >/dev/null 2>&1
same "both have gone: everything is as before" "$top/without"
finish
