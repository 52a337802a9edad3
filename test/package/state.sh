# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What a Debian root is like, so that it can be compared once packages have come and gone.

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

# names: the same by its names alone, where each file that is looked at takes long
names() {
	find / -xdev \( -path /tmp -o -path /run -o -path /root -o -path /var/tmp -o -path /var/log -o -path /var/cache -o \
		-path /var/lib/apt/lists -o -path /var/lib/dpkg \) -prune -o -printf '%y %p\n' | sort
	dpkg-query -W
	dpkg-divert --list
}

# same WHAT BEFORE [COMMAND]: everything is as it was when `state`, or COMMAND, was written to BEFORE
same() { is "$1" "$(diff "$2" <("${3-state}"))" ""; }
