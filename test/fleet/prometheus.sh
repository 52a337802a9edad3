#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# From a recorded machine to an alert: cxl export-metrics, a real node_exporter, and a real Prometheus. Then another
# machine, whose provider was unbound, takes the place of the first. test/vm/fleet tests the same on the real kernel.
[ "${1-}" = --inside ] || exec unshare -n "$0" --inside # ports of its own
ip link set lo up
# shellcheck source=test/replay/machine.sh
. "$SOURCE/test/replay/machine.sh"
# shellcheck source=test/fleet/scrape.sh
. "$SOURCE/test/fleet/scrape.sh"

export CXL_STATE_DIR=$machine_top/state
mkdir "$CXL_STATE_DIR" "$machine_top/textfile"
export_metrics() { on_machine "$CXL" export-metrics --output "$machine_top/textfile/cxl.prom"; }
# The rules as they are, except how long an alert is pending
sed 's/for: [1-9]*m/for: 3s/' "$SOURCE/fleet/prometheus/cxl-attach.rules.yml" >"$machine_top/rules.yml"

machine pci-accelerator
export_metrics
prometheus-node-exporter --collector.disable-defaults --collector.textfile --collector.textfile.directory="$machine_top/textfile" \
	--web.listen-address=127.0.0.1:19100 2>"$machine_top/node-log" &
scrape_pids+=($!)
scrape_begin 127.0.0.1:19100 "$machine_top/rules.yml" 1
trap 'scrape_end; rm -rf "$machine_top"' EXIT

wait_is 60 "the host is attached" '{"host":"0000:11:00.0","provider":"cxl_lab_accel"} 1' query cxl_host_attached
is "its region's size, in bytes" "$(query cxl_region_size_bytes)" '{"mode":"ram","region":"region0"} 268435456'
is "node_exporter takes the whole file" "$(query node_textfile_scrape_error)" '{} 0'
names() { sed -n 's/^\(cxl_[a-z_]*\)[{ ].*/\1/p' | sort | uniq -c; }
is "all samples arrive" "$(curl -sS http://127.0.0.1:19100/metrics | names)" "$(names <"$machine_top/textfile/cxl.prom")"
is "no alert on the provider" "$(alert CxlProviderLost)" inactive
is "nor on the lock" "$(alert CxlRegionUnlocked)" inactive
wait_is 20 "an alert: its window has delete_region" "firing null" alert CxlRegionDeletable

machine pci-unbound
export_metrics
wait_is 60 "the provider was unbound: the alert fires" "firing 0000:11:00.0" alert CxlProviderLost
wait_is 20 "that of the region has gone with the region" inactive alert CxlRegionDeletable
jq -n --arg boot "$(cat /proc/sys/kernel/random/boot_id)" '{boot_id: $boot, time_us: 1700000000000000, method: "host",
	hosts: [{host: "0000:11:00.0", bus: "pci", driver: "cxl_lab_accel", memdev: "mem5", regions: []}],
	undo: [{action: "bind", bus: "pci", driver: "cxl_lab_accel", device: "0000:11:00.0"}]}' >"$CXL_STATE_DIR/0000:11:00.0.json"
export_metrics
wait_is 60 "it is in the journal: not lost" inactive alert CxlProviderLost
wait_is 20 "but detached for too long" "firing 0000:11:00.0" alert CxlHostDetachedTooLong
rm "$CXL_STATE_DIR"/*
machine pci-accelerator
export_metrics
wait_is 60 "attached again: no alert" inactive alert CxlHostDetachedTooLong
touch -d '1 hour ago' "$machine_top/textfile/cxl.prom"
wait_is 30 "metrics that nobody writes any more" "firing null" alert CxlMetricsStale
finish
