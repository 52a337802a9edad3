#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The Ansible role and the fact. ansible-lint checks them. They run over a local connection on recorded machines, where
# they can plan and refuse. test/vm/fleet tests their changes on the real kernel.
# shellcheck source=test/replay/machine.sh
. "$SOURCE/test/replay/machine.sh"
# shellcheck source=test/fleet/play.sh
. "$SOURCE/test/fleet/play.sh"

export CXL_STATE_DIR=$machine_top/state
mkdir "$CXL_STATE_DIR"
# Not in the source tree, where ansible-lint would write its cache
cp -r "$SOURCE/fleet/ansible" "$machine_top/ansible"
lint() { (cd "$machine_top/ansible" && HOME=$machine_top ansible-lint --project-dir . --offline --nocolor --strict --profile production maintenance.yml roles 2>&1); }
like "ansible-lint: clean, by the rules for production" "$(lint)" 'Passed: 0 failure\(s\), 0 warning\(s\)'
sed -i 's/changed_when: false/ignore_errors: true/' "$machine_top/ansible/roles/cxl_maintenance/tasks/list.yml"
like "and it can find something" "$(lint)" 'no-changed-when'

# Without a network: the interfaces of this machine would count as those of the recorded machine.
play=(on_machine unshare -n)
machine pci-shared
run_role -e cxl_maintenance_state=detached --check
is "check mode: what would be detached" "$(recap)" "ok changed=1 failed=0"
like "check mode: the plan" "$out" 'mem0'
run_role -e cxl_maintenance_state=detached --check -e '{"cxl_maintenance_hosts": ["0000:99:00.0"]}'
is "a device that is not there" "$(recap)" "failed changed=0 failed=1"
like "a device that is not there: said" "$out" 'could attach, memory of 0000:99:00.0'
run_role -e cxl_maintenance_state=attached --check
is "check mode: nothing is to be reattached" "$(recap)" "ok changed=0 failed=0"
run_role -e cxl_maintenance_state=gone
is "a state that is none" "$(recap)" "failed changed=0 failed=1"
run_role -e cxl_maintenance_state=detached --check -e cxl_maintenance_method=bus
is "what is refused fails" "$(recap)" "failed changed=0 failed=1"
run_role -e cxl_maintenance_state=detached --check -e cxl_maintenance_method=bus -e cxl_maintenance_force=true
is "unless it is forced" "$(recap)" "ok changed=1 failed=0"
machine pci-unbound
jq -n --arg boot "$(cat /proc/sys/kernel/random/boot_id)" '{boot_id: $boot, time_us: 1, method: "host",
	hosts: [{host: "0000:11:00.0", bus: "pci", driver: "cxl_lab_accel", memdev: "mem5", regions: []}],
	undo: [{action: "bind", bus: "pci", driver: "cxl_lab_accel", device: "0000:11:00.0"}]}' >"$CXL_STATE_DIR/0000:11:00.0.json"
run_role -e cxl_maintenance_state=attached --check
is "check mode: what would be reattached" "$(recap)" "ok changed=1 failed=0"
run_role -e cxl_maintenance_state=detached --check
is "check mode: nothing is left to detach" "$(recap)" "ok changed=0 failed=0"
rm "$CXL_STATE_DIR"/*

machine pci-two-bridges
read_fact
is "the fact: memdevs" "$(fact '.memdevs | map([.host, .attach])')" "$(on_machine "$CXL" list-attach | jq -c 'map([.host, .attach])')"
is "the fact: regions" "$(fact '.regions | map(.reason)')" "$(on_machine "$CXL" list-locked --all | jq -c 'map(.reason)')"
is "the fact: complete" "$(fact .complete)" true
machine no-cxl
read_fact
is "the fact: no CXL" "$(fact .)" '{"complete":true,"memdevs":[],"regions":[]}'
finish
