#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# cxl export-metrics on recorded machines, and with names that no machine has. test/fleet/metrics.sh has Prometheus' own
# check of the format.
# shellcheck source=test/replay/machine.sh
. "$SOURCE/test/replay/machine.sh"

export CXL_STATE_DIR=$machine_top/state
mkdir "$CXL_STATE_DIR"
export_metrics() { run on_machine timeout 20 "$CXL" export-metrics "$@"; }
# samples METRIC: print the samples of the metric, each as LABELS VALUE
samples() { sed -n "s/^$1\({.*}\)\{0,1\} \([0-9]*\)$/\1 \2/p" <<<"$out"; }
# entry NAME FILTER: write an entry of the journal, changed by the filter of jq
entry() {
	jq -n --arg boot "$(cat /proc/sys/kernel/random/boot_id)" '{boot_id: $boot, time_us: 1700000000123456, method: "host",
		hosts: [{host: "0000:11:00.0", bus: "pci", driver: "cxl_lab_accel", memdev: "mem5", regions: []}],
		undo: [{action: "bind", bus: "pci", driver: "cxl_lab_accel", device: "0000:11:00.0"}]}
		| '"$2" >"$CXL_STATE_DIR/$1.json"
}

machine pci-shared
export_metrics
is "pci-shared: done, nothing on stderr" "$status$err" 0
is "memdevs by state" "$(samples cxl_memdevs)" $'{state="attached"} 1\n{state="none"} 1\n{state="unknown"} 0'
is "a host that is attached" "$(samples cxl_host_attached)" '{host="0000:11:00.0",provider="cxl_lab_accel"} 1'
is "regions by lock reason" "$(samples cxl_regions | grep -v ' 0$' | sort)" $'{lock_reason="attach"} 1\n{lock_reason="none"} 1'
is "sizes in bytes" "$(samples cxl_region_size_bytes)" \
	$'{region="region0",mode="ram"} 268435456\n{region="region1",mode="ram"} 268435456'
is "whose region it is" "$(samples cxl_region_attach_owned)" $'{region="region0"} 1\n{region="region1"} 0'
is "which region is locked" "$(samples cxl_region_locked)" $'{region="region0"} 1\n{region="region1"} 0'
is "which one delete_region could remove" "$(samples cxl_region_deletable)" \
	$'{region="region0",root_decoder="decoder0.0"} 1\n{region="region1",root_decoder="decoder0.0"} 1'
chmod a-w "$devices/decoder0.0/delete_region"
export_metrics
is "none, without a write permission" "$(samples cxl_region_deletable | cut -d' ' -f2 | xargs)" "0 0"
run on_machine "$CXL" list-locked
is "list-locked says so, too" "$(jq -c 'map(.on_delete)' <<<"$out")" '["impossible"]'

machine pci-unbound
export_metrics
is "unbound: not attached" "$(samples cxl_host_attached)" '{host="0000:11:00.0",provider="cxl_lab_accel"} 0'
is "unbound: by whom is not known" "$(samples cxl_host_detached_timestamp_seconds)$(samples cxl_journal_entries)" " 0"
is "unbound: hosts by state" "$(samples cxl_unattached_hosts | head -n 1)" '{state="detached"} 1'
entry 0000:11:00.0 .
export_metrics
is "detached: since when, and how" "$(samples cxl_host_detached_timestamp_seconds)" \
	'{host="0000:11:00.0",provider="cxl_lab_accel",method="host"} 1700000000'
is "detached: an entry that can be undone" "$(samples cxl_journal_entries)$(samples cxl_journal_entries_stuck)" " 1 0"
entry 0000:99:00.0 '.hosts[0].host = "0000:99:00.0"'
echo '{' >"$CXL_STATE_DIR/damaged.json"
export_metrics
is "one whose host has gone, and one that cannot be read" \
	"$(samples cxl_journal_entries)$(samples cxl_journal_entries_stuck)" " 3 2"
like "which cannot be read: said" "$err" 'damaged.json: ignored: not an entry of the journal'
is "a host that only the journal knows" "$(samples cxl_host_attached | grep 99)" '{host="0000:99:00.0",provider="cxl_lab_accel"} 0'
rm "$CXL_STATE_DIR"/*

# No host is in the labels twice (test/unit/prometheus.c has more). Bytes that are not UTF-8 are replaced.
entry one '.hosts[1] = .hosts[0]'
entry other .
export_metrics
is "no label set is there twice" "$(grep -v '^#' <<<"$out" | sed 's/ [0-9]*$//' | sort | uniq -d)" ""
rm "$CXL_STATE_DIR"/*
machine pci-accelerator
(cd "$machine" && rename_all cxl_lab_accel 'lab"accel')
export_metrics
like "a driver with a quotation mark in its name" "$(samples cxl_memdev_info)" 'driver="lab\\"accel"'
machine pci-accelerator
(cd "$machine" && LC_ALL=C rename_all cxl_lab_accel $'cxl_lab_\xffaccel')
export_metrics
like "a driver whose name is not UTF-8" "$(samples cxl_memdev_info)" $'driver="cxl_lab_\xef\xbf\xbdaccel"'
ok "all is UTF-8" iconv -f utf-8 -t utf-8 -o /dev/null <<<"$out"

for name in $(machines); do
	machine "$name"
	export_metrics
	is "$name: done" "$status" 0
	is "$name: HELP and TYPE before each metric, once; no time stamp" "$(awk '
		/^# HELP / {help = $3; if (seen[help]++) print "again:", help; next}
		/^# TYPE / {if ($3 != help || $4 != "gauge") print; type = $3; next}
		{name = $1; sub(/{.*/, "", name); if (name != type) print
			sub(/^[a-z_]*({[^ ]*("[^"]*"[^ ]*)*})?/, ""); if ($0 !~ /^ [0-9]+$/) print}' <<<"$out")" ""
	is "$name: no label set is there twice" "$(grep -v '^#' <<<"$out" | sed 's/ [0-9]*$//' | sort | uniq -d)" ""
done
machine pci-6.12
export_metrics
is "a kernel without attach" "$(samples cxl_kernel_attach_supported)" " 0"
machine no-cxl
export_metrics
is "no CXL" "$status$(samples cxl_bus_present)" "0 0"

# To a file
file=$machine_top/cxl.prom
machine pci-accelerator
export_metrics
all=$out
export_metrics --output "$file"
is "--output: done, nothing is printed" "$status$out$err" 0
is "--output: the same" "$(cat "$file")" "$all"
is "--output: everybody can read it" "$(stat -c %a "$file")" 644
before=$(stat -c %i "$file")
export_metrics -o "$file"
is "--output: another file, renamed" "$([ "$(stat -c %i "$file")" != "$before" ] && (cd "${file%/*}" && echo cxl.prom*))" cxl.prom
export_metrics --output "$machine_top/none/cxl.prom"
is "--output: a directory that is not there" "$status$err" \
	"1cxl export-metrics: $machine_top/none/cxl.prom: cannot write it: No such file or directory"
ln -s cxl.prom "$machine_top/link"
for other in "$machine_top/link" "$machine_top" /dev/null; do
	export_metrics --output "$other"
	is "--output: something else is there: ${other##*/}" "$status$out$err" \
		"1cxl export-metrics: $other: cannot write it: something other than a regular file is there"
done
ok "--output: the link is still one" [ -L "$machine_top/link" ]
ok "--output: so is the device" [ -c /dev/null ]
export_metrics --output ''
is "--output: of nothing" "$status$(head -n 1 <<<"$err")" "2cxl export-metrics: --output needs the name of a file"
echo old >"$file"
run on_machine prlimit --nofile=6 "$CXL" export-metrics --output "$file"
is "what could not all be read does not replace it" "$status$(cat "$file")" "1old"
like "and that is said" "$err" "cxl export-metrics: $file: not replaced"
# shellcheck disable=SC2016 # expanded by the inner shell
run on_machine sh -c '"$1" export-metrics >/dev/full' sh "$CXL"
is "a full disk: failed" "$status" 1
export_metrics mem0
is "an argument: wrong usage" "$status$out" 2
run "$CXL" export-metrics --help
like "--help has an example" "$out" 'cxl export-metrics -o /var/lib'
finish
