#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# On a real kernel with systemd, in a Debian that has nothing of this project before and after the test. One apt install
# of the packages. The metrics go from the timer's service through node_exporter into Prometheus; an alert fires when a
# provider is unbound; the monitor service, the udev rule, and the role of Ansible work. Then a purge.
# shellcheck source=test/vm/guest.sh
. "$SOURCE/test/vm/guest.sh"
# shellcheck source=test/fleet/services.sh
. "$SOURCE/test/fleet/services.sh"
# shellcheck source=test/fleet/scrape.sh
. "$SOURCE/test/fleet/scrape.sh"
# shellcheck source=test/fleet/play.sh
. "$SOURCE/test/fleet/play.sh"
# shellcheck source=test/package/state.sh
. "$SOURCE/test/package/state.sh"

export CXL=/usr/bin/cxl DEBIAN_FRONTEND=noninteractive
names >/tmp/before
run apt-get install -y /usr/local/packages/*.deb
is "one apt install of the packages: done" "$status" 0
[ "$status" -eq 0 ] || printf '# %s\n' "${err//$'\n'/$'\n# '}"
is "dpkg finds nothing wrong" "$(dpkg -V cxl cxl-attach cxl-attach-fleet)" ""
host=$("$CXL" list-attach | jq -r '.[0].host')
driver=$(readlink -f "/sys/bus/pci/devices/$host/driver")
decoder=/sys/bus/cxl/devices/decoder0.0
state() { "$CXL" list-attach | jq -c 'map([.attach, .host, .provider, (.regions | map([.resource, .size, .locked, .state]))])'; }
whole=$(state)
like "the accelerator is attached" "$whole" '"attached"'
like "cxl list-attach --table" "$(cxl list-attach --table)" "attached +cxl_lab_accel +$host +region0 .* attach"
# asked NAME: print the kernel's answer to a write of NAME to delete_region
asked() { bash -c 'echo "$0" >"$1"' "$1" $decoder/delete_region 2>&1 | sed 's/.*: //'; }
write_metrics() { systemctl start cxl-attach-metrics.service; }

# The services. An emulated guest takes longer than the service allows.
mkdir -p /run/systemd/system/cxl-attach-metrics.service.d
printf '[Service]\nTimeoutStartSec=10min\n' >/run/systemd/system/cxl-attach-metrics.service.d/slow.conf
systemctl daemon-reload
systemctl start prometheus-node-exporter.service
systemctl --quiet enable --now cxl-attach-metrics.timer cxl-attach-monitor.service
for unit in cxl-attach-metrics cxl-attach-monitor; do
	like "$unit: exposure is at most 2.5" "$(exposure $unit)" '^[01]\.|^2\.[0-5] '
done
ok "the timer has its service write metrics" wait_for 300 test -e $textfile
[ -e $textfile ] || journalctl --no-pager -u cxl-attach-metrics.service | sed 's/^/# /'
is "they are what root sees" "$(grep -v '^cxl_unattached_host_info' $textfile)" "$("$CXL" export-metrics | grep -v '^cxl_unattached_host_info')"
ok "the monitor says what there is" wait_for 60 has_entry CXL_EVENT=present "CXL_HOST=$host"
ok "node_exporter is up" wait_for 300 curl -sSf -o /dev/null http://127.0.0.1:9100/
scrape_begin 127.0.0.1:9100 /usr/share/cxl-attach/prometheus/cxl-attach.rules.yml 15
wait_is 180 "Prometheus has it from node_exporter" "{\"host\":\"$host\",\"provider\":\"cxl_lab_accel\"} 1" query cxl_host_attached
is "node_exporter takes the whole file" "$(query node_textfile_scrape_error)" '{} 0'
is "no alert on the provider" "$(alert CxlProviderLost)" inactive

# A provider is unbound.
unbind_settled "$host" "$driver"
ok "unbound: the monitor says so" wait_for 60 has_entry CXL_EVENT=detached "CXL_HOST=$host"
is "unbound: as a warning, with the provider" "$(entry_fields CXL_EVENT=detached | jq -c '.[1:4]')" "[\"$host\",\"cxl_lab_accel\",\"4\"]"
ok "unbound: and of the region" wait_for 10 has_entry CXL_EVENT=region-removed
write_metrics
wait_is 240 "unbound: the alert fires" "firing $host" alert CxlProviderLost
echo "$host" >"$driver/bind"
ok "bound: the monitor says so" wait_for 60 has_entry CXL_EVENT=attached "CXL_HOST=$host"
write_metrics
wait_is 120 "bound: no alert" inactive alert CxlProviderLost
scrape_end

# Events are lost.
kill -STOP "$(main_pid)"
for _ in $(seq 3000); do echo change >/sys/bus/cxl/devices/root0/uevent; done
unbind_settled "$host" "$driver"
kill -CONT "$(main_pid)"
ok "events were lost: the monitor says so" wait_for 120 has_entry CXL_EVENT=resynchronized
ok "and is up to date" wait_for 60 has_entries 2 CXL_EVENT=detached
echo "$host" >"$driver/bind"
ok "and goes on" wait_for 60 has_entries 2 CXL_EVENT=attached
is "it was never restarted" "$(systemctl show -P NRestarts cxl-attach-monitor.service)" 0
before=$(main_pid)
kill -KILL "$before"
ok "killed, it starts again" wait_for 60 restarted "$before"

# The udev rule
is "without the rule, root can write to delete_region" "$(asked region99)" "No such device"
mkdir -p /etc/udev/rules.d
ln -s $rule /etc/udev/rules.d/
udevadm control --reload
udevadm trigger --settle --subsystem-match=cxl --action=change
is "with the rule, root is refused" "$(asked region99)" "Permission denied"
is "list-locked: nothing can be deleted" "$("$CXL" list-locked | jq -c 'map(.on_delete)')" '["impossible"]'
write_metrics
is "and so say the metrics" "$(grep -c '^cxl_region_deletable.* 1$' $textfile)" 0
acpi=$(basename "$(readlink -f /sys/bus/cxl/devices/root0/..)")
unbind_settled "$acpi" /sys/bus/platform/drivers/cxl_acpi
echo "$acpi" >/sys/bus/platform/drivers/cxl_acpi/bind
echo 1 >/sys/bus/cxl/flush
[ -e "$driver/$host" ] || echo "$host" >"$driver/bind"
udevadm settle
is "a decoder that returns with attached memory: refused, too" "$(asked region99)" "Permission denied"
rm /etc/udev/rules.d/*
udevadm control --reload
is "attached as before" "$(state)" "$whole"

# Ansible
read_fact
is "the fact" "$(fact '[.complete, (.memdevs | map(.host))]')" "[true,[\"$host\"]]"
run_role -e cxl_maintenance_state=detached --check
is "role, check mode: would detach" "$(recap)" "ok changed=1 failed=0"
is "role, check mode: has not" "$(state)" "$whole"
run_role -e cxl_maintenance_state=detached
is "role: detaches" "$(recap)" "ok changed=1 failed=0"
is "role: nothing is attached, and the journal has it" "$("$CXL" list-attach | jq -c 'map([.host, .attach, .detached_by.method])')" \
	"[[\"$host\",\"detached\",\"host\"]]"
is "role: the driver has let it go" "$([ -e "$driver/$host" ] && echo bound)" ""
write_metrics
like "role: since when, in the metrics" "$(grep '^cxl_host_detached_timestamp_seconds{' $textfile)" "host=\"$host\",.* [0-9]{10}$"
run_role -e cxl_maintenance_state=detached
is "role: once is enough" "$(recap)" "ok changed=0 failed=0"
run_role -e cxl_maintenance_state=attached
is "role: reattaches" "$(recap)" "ok changed=1 failed=0"
is "role: all is as before" "$(state)" "$whole"

# The purge leaves nothing.
run apt-get purge -y 'cxl-attach*'
is "purge: done" "$status" 0
[ "$status" -eq 0 ] || printf '# %s\n' "${err//$'\n'/$'\n# '}"
is "purge: no unit is left" "$(systemctl list-units --all --plain --no-legend 'cxl-attach*')" ""
is "purge: nor a metric" "$(curl -sS http://127.0.0.1:9100/metrics | grep -c '^cxl_')" 0
systemctl stop prometheus-node-exporter.service
same "purge: nor a file" /tmp/before names
check_dmesg
