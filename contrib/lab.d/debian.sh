# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What comes from Debian: a few packages of this host, and the userland. The userland is a Debian root in which
# everything else runs (compilers, QEMU, cxl-cli, test tools). The mirror and its settings come from this host's
# apt configuration.

setup_host() {
	local command missing=()
	for command in mmdebstrap unshare setpriv flock timeout dpkg-deb apt-get sha256sum; do
		command -v "$command" >/dev/null || missing+=("$command")
	done
	# Without its indexes, apt does not know which mirror is Debian's.
	[ ${#missing[@]} -gt 0 ] || [ -z "${LAB_MIRROR-}$(mirror_targets)" ] || return 0
	if ! command -v apt-get >/dev/null || ! command -v dpkg-deb >/dev/null; then
		die "please install what this host lacks: ${missing[*]} (on Debian, the lab does it by itself)"
	fi
	step "host package mmdebstrap and apt's indexes" "$LAB_CACHE/host-packages" host_install
	rm -rf "$LAB_CACHE/host-packages"
	command -v mmdebstrap >/dev/null || die "mmdebstrap is still missing after its installation"
}

# A run that was killed here may have interrupted dpkg, and apt-get then refuses to work.
host_install() {
	dpkg --configure -a
	apt-get update
	DEBIAN_FRONTEND=noninteractive apt-get install -y mmdebstrap
}

# mirror_targets: print the host's Debian package indexes, one a line: URI SUITE COMPONENT
mirror_targets() {
	apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT) $(ORIGIN)' \
		'Created-By: Packages' | sed -n 's/ Debian$//p' | sort -u
}

# mirror: print the Debian mirror that this host uses
mirror() {
	local uri
	uri=${LAB_MIRROR:-$(apt-get indextargets --format '$(REPO_URI) $(ORIGIN) $(LABEL)' \
		'Created-By: Packages' | sed -n 's/ Debian Debian$//p' | head -n 1)}
	[ -n "$uri" ] || die "this host's apt names no Debian mirror (after apt-get update): set LAB_MIRROR"
	echo "${uri%/}"
}

# mirror_options: print this host's own apt settings for downloads, as lines of apt.conf
mirror_options() {
	apt-config dump |
		grep -E '^Acquire::(Check-Valid-Until|Check-Date|Max-ValidTime|Retries|ForceIPv|https?::)' || :
}

# setup_userland SUITE: set up testing, trixie, or fleet (a testing for the tests of fleet/); in $userland
setup_userland() {
	local suite=$1
	[ "$suite" != fleet ] || { setup_own_userland fleet "Prometheus, Ansible and systemd"; return; }
	userland=$LAB_CACHE/userland-$suite-$(key "$suite" "$LAB_DIR/userland-$suite.packages" \
		"$(declare -f userland_make)")
	step "userland Debian $suite" "$userland" userland_make "$suite"
}

# setup_own_userland NAME WITH: set up a userland for one task, a Debian testing. It is made as the others are, from
# the package list in the directory NAME.
setup_own_userland() {
	local LAB_DIR=$LAB_DIR/$1
	userland=$LAB_CACHE/userland-$1-$(key testing "$LAB_DIR/userland-testing.packages" \
		"$(declare -f userland_make)")
	step "userland Debian testing with $2" "$userland" userland_make testing
}

# The root's own /lab has the list of its packages, and the mount points.
userland_make() {
	local part=$1 suite=$2 options uri
	uri=$(mirror)
	options=$(mktemp)
	mirror_options >"$options"
	mmdebstrap --mode=root --variant=apt --aptopt="$options" \
		--include="$(grep -v '^#' "$LAB_DIR/userland-$suite.packages" | paste -sd,)" \
		"$suite" "$part" "$uri"
	rm -f "$options"
	mkdir -p "$part"/{lab/{guest,boot},src,build,share,kernel} "$part/usr/lib/modules"
	rm -f "$part/etc/resolv.conf"
	touch "$part/etc/resolv.conf"
	# This file of ndctl makes modprobe look for keys of NVDIMMs each time that libnvdimm is loaded.
	rm -f "$part/etc/modprobe.d/nvdimm-security.conf"
	echo lab >"$part/etc/hostname"
	# shellcheck disable=SC2016 # dpkg-query's own variables
	chroot "$part" dpkg-query -W -f '${Package} ${Version}\n' >"$part/lab/packages"
}
