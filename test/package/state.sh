# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Records the state of a Debian root, to compare it after packages were installed and removed

# state: print each file of this root, with its time (where there are many files) or its content (elsewhere), and what
# dpkg knows; without logs and caches, and without dpkg's records of packages that are not installed
state() {
	find / -xdev \( -path /tmp -o -path /run -o -path /var/log -o -path /var/cache -o -path /var/lib/apt/lists -o \
		-path /var/lib/dpkg \) -prune -o -type f -path '/usr/*' -printf '%m %u:%g %s %T@ %p\n' -o \
		-printf '%y %m %u:%g %l %p\n' | sort
	find /etc /var/lib /var/lib/dpkg/{info,triggers,alternatives,diversions} -path /var/lib/dpkg \
		-prune -o -path /var/lib/apt/lists -prune -o -type f ! -name Lock -exec sha256sum {} + | sort -k 2
	# shellcheck disable=SC2016 # dpkg-query's own variables
	dpkg-query -W -f '${Package} ${Architecture} ${Version} ${db:Status-Abbrev}${Conffiles}\n' | grep -v '^[^ ]* [^ ]* [^ ]* .n'
}

# names: print only the names, for a root in which it takes long to look at each file; without the checkout in /src
names() {
	find / -xdev \( -path /src -o -path /tmp -o -path /run -o -path /root -o -path /var/tmp -o -path /var/log -o -path /var/cache -o \
		-path /var/lib/apt/lists -o -path /var/lib/dpkg \) -prune -o -printf '%y %p\n' | sort
	dpkg-query -W
	dpkg-divert --list
}

# same WHAT BEFORE [COMMAND]: everything is as it was when the output of `state`, or of COMMAND, went to BEFORE
same() { is "$1" "$(diff "$2" <("${3-state}"))" ""; }
