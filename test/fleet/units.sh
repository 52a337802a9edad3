#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The systemd units: systemd checks them, and then runs them in a container, as on a recorded machine. test/vm/fleet
# tests the kernel's events.
# shellcheck source=test/replay/machine.sh
. "$SOURCE/test/replay/machine.sh"
# shellcheck source=test/fleet/services.sh
. "$SOURCE/test/fleet/services.sh"

# inside: run in the container, where the recorded machine is /machine
inside() {
	local pid
	systemctl start cxl-attach-metrics.service
	is "metrics: the service has done it" "$(systemctl show -P Result cxl-attach-metrics.service)" success
	is "metrics: those of the machine" "$(cat $textfile)" "$(cat /share/expected)"
	is "metrics: node_exporter can read them" "$(stat -c '%U %a' $textfile)" "root 644"
	is "metrics: nothing else is in there" "$(ls "${textfile%/*}")" cxl.prom
	rm $textfile
	systemctl start cxl-attach-metrics.timer
	like "metrics: the timer waits" "$(systemctl show -P SubState cxl-attach-metrics.timer)" 'waiting|running'
	ok "metrics: and starts it" wait_for 60 test -e $textfile
	mount -t tmpfs -o ro tmpfs "${textfile%/*}" && systemctl restart cxl-attach-metrics.service 2>/dev/null
	is "metrics: a directory that cannot be written to: failed" "$(systemctl show -P Result cxl-attach-metrics.service)" exit-code

	systemctl start cxl-attach-monitor.service
	ok "monitor: says what there is" wait_for 30 has_entry CXL_EVENT=present CXL_MEMDEV=mem0
	is "monitor: with fields" "$(entry_fields CXL_MEMDEV=mem0)" \
		'["present","0000:11:00.0","cxl_lab_accel","6","mem0: present (0000:11:00.0, cxl_lab_accel)"]'
	is "monitor: and of the region" "$(entries CXL_REGION=region0 | jq -c '[.CXL_SIZE, .CXL_LOCK_REASON]')" '["268435456","attach"]'
	is "monitor: without root" "$(ps -o user= -p "$(main_pid)" | grep -c root)" 0
	pid=$(main_pid)
	[ "$pid" -eq 0 ] || kill -KILL "$pid"
	ok "monitor: killed, it starts again" wait_for 30 restarted "$pid"
	ok "monitor: and says again what there is" wait_for 30 has_entries 2 CXL_EVENT=present CXL_MEMDEV=mem0
	systemctl restart systemd-journald.service
	for unit in cxl-attach-metrics cxl-attach-monitor; do
		like "$unit: exposure is at most 2.5" "$(exposure $unit)" '^[01]\.|^2\.[0-5] '
	done
	}

if [ "${1-}" = --inside ]; then
	inside >/share/tap 2>&1 || :
	journalctl --quiet --no-pager --unit 'cxl-attach-*' >/share/log
	exit
fi

for unit in metrics.service metrics.timer monitor.service; do
	is "cxl-attach-$unit: systemd-analyze verify" "$(systemd-analyze verify --man=no "$units/cxl-attach-$unit" 2>&1; echo $?)" 0
done
ok "the udev rule: udevadm verify" udevadm verify --no-summary "$rule"

# A container needs the unified hierarchy of control groups, with its own group in it.
own=/sys/fs/cgroup$(sed -n 's/^0:://p' /proc/self/cgroup)
group=/sys/fs/cgroup/lab-fleet-$(basename "$machine_top")
if ! mount -t cgroup2 cgroup2 /sys/fs/cgroup || ! mkdir "$group" || ! echo $$ >"$group"/cgroup.procs; then
	echo "ok $((tap_count += 1)) - systemd runs the units # SKIP no cgroup2 here"
	finish
fi
top=$(mktemp -d)
mkdir -p "$top"/{root,share,units/multi-user.target.wants}
machine pci-accelerator
mkdir -p "$machine/sys/fs/cgroup"
CXL_STATE_DIR=/none on_machine "$CXL" export-metrics >"$top/share/expected"
# As in on_machine. The container is in a changed root, where the kernel allows no user namespaces.
printf '%s\n' '[Service]' ProtectControlGroups=no PrivateUsers=no 'BindReadOnlyPaths=/machine/sys:/sys /machine/lib/modules:/usr/lib/modules' >"$top/machine.conf"
for file in /proc/modules /proc/kallsyms /proc/sys/kernel/osrelease; do
	[ ! -e "$file" ] || echo "BindReadOnlyPaths=/machine$file:$file" >>"$top/machine.conf"
done
for unit in metrics monitor; do
	mkdir "$top/units/cxl-attach-$unit.service.d"
	cp "$top/machine.conf" "$top/units/cxl-attach-$unit.service.d"
done
printf '%s\n' '[Unit]' SuccessAction=exit FailureAction=exit After=multi-user.target '[Service]' Type=oneshot \
	Environment=SOURCE=/src 'ExecStart=/src/test/fleet/units.sh --inside' >"$top/units/fleet-test.service"
ln -s ../fleet-test.service "$top/units/multi-user.target.wants"
echo 0123456789abcdef0123456789abcdef >"$top/machine-id"
mount --bind "$top/machine-id" /etc/machine-id
mount --bind / "$top/root"
timeout 300 systemd-nspawn --quiet --directory="$top/root" --volatile=overlay --register=no --keep-unit --machine=fleet \
	--uuid=0123456789abcdef0123456789abcdef --private-network --bind-ro=/src --bind-ro="$machine:/machine" \
	--bind="$top/share:/share" --bind-ro="$top/units:/etc/systemd/system" --boot -- --unit=multi-user.target \
	>"$top/console" 2>&1 </dev/null
ok "systemd ran the test in a container" test -e "$top/share/log"
[ -s "$top/share/tap" ] || sed 's/^/# /' "$top/console" | tail -n 20
echo $$ >"$own/cgroup.procs"
find "$group" -depth -type d -exec rmdir {} +
# The numbers of the checks continue here.
while read -r line; do
	case $line in
	"ok "*) report 0 "${line#*- }" ;;
	"not ok "*) report 1 "${line#*- }" ;;
	"# "*) echo "$line" ;;
	esac
done <"$top/share/tap"
[ "$tap_failed" -eq 0 ] || sed 's/^/# /' "$top/share/log"
umount "$top/root" /etc/machine-id
finish
