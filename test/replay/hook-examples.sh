#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What the hooks in contrib/hooks decide. The virsh, kubectl and cxl-attach are the test's own: they answer what files
# say, and record what they were asked.
# shellcheck source=test/tap.sh
. "$SOURCE/test/tap.sh"

top=$(mktemp -d)
trap 'rm -rf "$top"' EXIT
mkdir "$top/bin" "$top/domains"
# fake NAME: standard input is a script, which runs in $top
fake() {
	{ printf '%s\n' '#!/bin/bash' "cd $top || exit 99"; cat; } >"$top/bin/$1"
	chmod 0755 "$top/bin/$1"
}
# call HOOK PHASE [STATUS]: call the hook as the command does, except for PATH
call() {
	run env -i PATH="$top/bin:/usr/bin:/bin" LC_ALL=C.UTF-8 HOME=/root CXL_MEMDEVS="mem0 mem1" CXL_HOSTS="$hosts" CXL_HOOK_TIMEOUT=90 \
		${3+CXL_STATUS="$3"} "$SOURCE/contrib/hooks/$1" "$2"
}

# libvirt: domains/NAME are the domain's devices, as libvirt formats them
fake virsh <<'EOS'
[ ! -e broken ] || { echo 'error: failed to connect to the hypervisor' >&2; exit 1; }
case $1 in
list) ls domains; echo ;;
dumpxml)
	[ ! -e "domains/$4.ends" ] || { rm "domains/$4" "domains/$4.ends"; }
	[ ! -e unreadable ] && [ -e "domains/$4" ] || { echo "error: failed to get domain '$4'" >&2; exit 1; }
	python3 -c 'import sys, xml.etree.ElementTree as tree
for found in tree.parse(sys.argv[2]).findall("." + sys.argv[1].replace(" and ", "][")): print(tree.tostring(found).decode())' \
		"$3" "domains/$4" ;;
esac
EOS
domain() { # NAME BUS...
	{
		echo '<domain><devices><interface><source><address type="pci" domain="0x0000" bus="0x77" slot="0x00" function="0x0"/></source></interface>'
		printf "<hostdev mode='subsystem' type='pci' managed='yes'><source><address domain='0x0000' bus='0x%s' slot='0x00' function='0x0'/></source></hostdev>\n" "${@:2}"
		echo '</devices></domain>'
	} >"$top/domains/$1"
}
hosts="0000:35:00.0 cxl_type2_accel.0"
for phase in pre-detach pre-attach; do
	rm -f "$top"/domains/*
	call 50-libvirt $phase
	is "libvirt, $phase: no domain runs" "$status$err" 0
	domain 'other one' 11
	call 50-libvirt $phase
	is "libvirt, $phase: a domain with other devices runs" "$status$err" 0
	domain guest 11 35
	call 50-libvirt $phase
	is "libvirt, $phase: one that uses the device: refused" "$status$err" \
		"1libvirt: 0000:35:00.0: the domain guest uses it (virsh detach-device, or virsh shutdown)"
	domain last 12
	call 50-libvirt $phase
	is "libvirt, $phase: not only the last one decides" "$status" 1
	hosts="0000:36:00.0 0000:12:00.0" call 50-libvirt $phase
	is "libvirt, $phase: of several devices, one" "$status$err" \
		"1libvirt: 0000:12:00.0: the domain last uses it (virsh detach-device, or virsh shutdown)"
	: >"$top/unreadable"
	call 50-libvirt $phase
	is "libvirt, $phase: a domain that cannot be asked: refused" "$status$(grep -c 'cannot tell whether the domain' <<<"$err")" 13
	rm "$top/unreadable"
	hosts=0000:77:00.0 call 50-libvirt $phase
	is "libvirt, $phase: an address that is not a host's" "$status$err" 0
	: >"$top/broken"
	call 50-libvirt $phase
	is "libvirt, $phase: no daemon: refused" "$status$(tail -n 1 <<<"$err")" "1libvirt: cannot list the domains that run"
	rm "$top/broken"
done
rm "$top"/domains/*
domain guest 35
: >"$top/domains/guest.ends"
hosts=0000:35:00.0 call 50-libvirt pre-detach
is "libvirt: a domain that ends meanwhile" "$status" 0
domain guest 35
for phase in post-detach cancel-detach post-attach cancel-attach; do
	call 50-libvirt $phase 0
	is "libvirt, $phase: nothing to do" "$status$err" 0
done

# Kubernetes: the files cordoned and annotated are the node's state; the file fails names the verbs that fail
fake kubectl <<'EOS'
echo "$KUBECONFIG $*" >>asked
verb=$1
! grep -qxF -e "$verb" fails 2>/dev/null || failed=1
case "$*" in
"get node "*"unschedulable}"*) [ -n "$failed" ] || cat cordoned 2>/dev/null ;;
"get node "*"annotations.cxl-attach/drained}"*) [ -n "$failed" ] || cat annotated 2>/dev/null ;;
"drain "*) printf true >cordoned ;;
"uncordon "*) [ -n "$failed" ] || rm cordoned ;;
"annotate "*drained-) [ -n "$failed" ] || rm annotated ;;
"annotate "*drained=yes) [ -n "$failed" ] || printf yes >annotated ;;
*) exit 98 ;;
esac
[ -z "$failed" ]
EOS
fake cxl-attach <<'EOS'
[ "$*" = list-attach ] && cat listed
EOS
node=$(uname -n | tr '[:upper:]' '[:lower:]')
# before STATE...: the node was cordoned by another program, or by the hook; and what fails
before() { (cd "$top" && rm -f cordoned annotated asked fails && for file; do printf true >"$file"; done; : >asked); echo '[]' >"$top/listed"; }
state() { (cd "$top" && find . -name cordoned -o -name annotated | sed 's:./::' | sort | xargs); }
before
call 60-kubernetes pre-detach
is "kubernetes: the node is drained" "$status$(state)" "0annotated cordoned"
is "kubernetes: drained how" "$(grep ' drain ' "$top/asked")" \
	"/etc/cxl/kubeconfig drain $node --ignore-daemonsets --delete-emptydir-data --timeout=85s"
call 60-kubernetes post-detach 0
is "kubernetes: it stays so while the device is detached" "$status$(state)" "0annotated cordoned"
call 60-kubernetes pre-attach
is "kubernetes: and before it is attached" "$status$(state)" "0annotated cordoned"
echo '[{"attach":"attached"},{"attach":"detached"}]' >"$top/listed"
call 60-kubernetes post-attach 0
is "kubernetes: one of two is attached: it stays so" "$status$(state)$err" \
	"0annotated cordonedkubernetes: $node stays drained: not everything is attached"
printf '[\n  {\n    "attach":"attached"\n  }\n]\n' >"$top/listed"
call 60-kubernetes post-attach 4
is "kubernetes: attached, but not as it was: it stays so" "$status$(state)" "0annotated cordoned"
rm "$top/listed"
call 60-kubernetes post-attach 0
is "kubernetes: what is attached cannot be known: it stays so" "$status$(state)" "0annotated cordoned"
echo '[]' >"$top/listed"
call 60-kubernetes post-attach 0
is "kubernetes: all is attached: it gets work again" "$status$(state)" 0
before cordoned
call 60-kubernetes pre-detach
is "kubernetes: cordoned by somebody else: drained" "$status$(state)$(grep -c ' drain ' "$top/asked")" "0cordoned1"
call 60-kubernetes post-attach 0
is "kubernetes: cordoned by somebody else: stays so" "$status$(state)" "0cordoned"
before
echo drain >"$top/fails"
call 60-kubernetes pre-detach
is "kubernetes: cannot be drained: refused, and given back" "$status$(state)$err" "1kubernetes: cannot drain $node"
before cordoned
echo drain >"$top/fails"
call 60-kubernetes pre-detach
is "kubernetes: cannot be drained, cordoned by somebody else: refused, and stays so" "$status$(state)" 1cordoned
before
echo get >"$top/fails"
call 60-kubernetes pre-detach
is "kubernetes: no answer: refused, and nothing was done" "$status$(state)$err" "1kubernetes: cannot ask about the node $node"
before
echo annotate >"$top/fails"
call 60-kubernetes pre-detach
is "kubernetes: cannot be annotated: refused, and not cordoned" "$status$(state)" 1
before cordoned annotated
call 60-kubernetes cancel-detach
is "kubernetes: canceled: it gets work again" "$status$(state)" 0
before
call 60-kubernetes cancel-detach
is "kubernetes: canceled before anything was done" "$status$(state)$(grep -c uncordon "$top/asked")" 00
before cordoned annotated
echo uncordon >"$top/fails"
call 60-kubernetes post-attach 0
is "kubernetes: cannot be uncordoned: fails, and says what to do" "$status$(state)$err" \
	"1annotated cordonedkubernetes: cannot uncordon $node: kubectl uncordon $node, kubectl annotate node $node cxl-attach/drained-"
run env -i PATH="$top/bin:/usr/bin:/bin" CXL_HOOK_TIMEOUT=8 "$SOURCE/contrib/hooks/60-kubernetes" pre-detach
is "kubernetes: a short time limit" "$(tail -n 1 "$top/asked" | grep -o 'timeout=.*')" timeout=8s
finish
