# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Functions for tests that run the services, with systemd as init

units=/usr/lib/systemd/system
rule=/usr/share/cxl-attach/udev/90-cxl-attach-delete-region.rules
textfile=/var/lib/prometheus/node-exporter/cxl.prom

# wait_for SECONDS COMMAND...: wait until COMMAND succeeds
wait_for() {
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		[ $SECONDS -lt $end ] || return 1
		sleep 0.5
	done
}

# entries FIELD=VALUE...: print the monitor's entries in systemd-journald with these fields, a line of JSON for each
entries() { journalctl --quiet --boot --no-pager --output=json SYSLOG_IDENTIFIER=cxl-attach-monitor "$@"; }
has_entries() { [ "$(entries "${@:2}" | wc -l)" -ge "$1" ]; }
has_entry() { has_entries 1 "$@"; }
# entry_fields FIELD=VALUE...: print the fields of the last such entry
entry_fields() { entries "$@" | tail -n 1 | jq -c '[.CXL_EVENT, .CXL_HOST, .CXL_PROVIDER, .PRIORITY, .MESSAGE]'; }

main_pid() { systemctl show -P MainPID cxl-attach-monitor.service; }
# restarted PID: has another process replaced this one?
restarted() { [[ $(main_pid) != @(0|$1) ]]; }
# exposure UNIT: print how systemd judges the sandbox of the running service: "0.9 SAFE"
exposure() { systemd-analyze security --no-pager "$1.service" | sed -n 's/.*Overall exposure level for [^:]*: //p'; }
