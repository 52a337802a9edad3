# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Runs Ansible over a local connection, with the role and the fact where Ansible finds them by itself. ${play[@]} is the
# command that Ansible runs under.

play=()
# On a recorded machine, only this directory is writable.
ansible_home=$(mktemp -d -p "${machine_top:-/tmp}")
export TMPDIR=$ansible_home ANSIBLE_HOME=$ansible_home ANSIBLE_LOCAL_TEMP=$ansible_home/local ANSIBLE_REMOTE_TEMP=$ansible_home/remote
export ANSIBLE_NOCOLOR=1 ANSIBLE_PYTHON_INTERPRETER=/usr/bin/python3
export ANSIBLE_RETRY_FILES_ENABLED=0

# run_role OPTION...: run the role once on this machine; its output is in $out
run_role() {
	printf '%s\n' '- hosts: localhost' '  gather_facts: false' '  roles: [cxl_maintenance]' >"$ansible_home/play.yml"
	run "${play[@]}" ansible-playbook -v -c local -i localhost, "$@" "$ansible_home/play.yml"
}

# recap: print how the last run ended: "ok changed=1 failed=0"
recap() {
	local counts
	counts=$(sed -n 's/^localhost .*\(changed=[0-9]*\) .*\(failed=[0-9]*\) .*/\1 \2/p' <<<"$out")
	echo "$([ "$status" -eq 0 ] && echo ok || echo failed) $counts"
	[ -n "$counts" ] || sed 's/^/# /' <<<"$err" >&2
}

# read_fact: read Ansible's facts of this machine; fact FILTER: print a part of the local fact
read_fact() { run "${play[@]}" ansible -c local -i localhost, localhost -o -m setup -a "gather_subset=!all,!min,local"; }
fact() { sed 's/^[^{]*//' <<<"$out" | jq -c ".ansible_facts.ansible_local.cxl | $1"; }
