#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Checks by Prometheus' own tools, without a running Prometheus: the metrics of all recorded machines, the alerting rules
# and their tests, and the dashboard.
# shellcheck source=test/replay/machine.sh
. "$SOURCE/test/replay/machine.sh"

fleet=$SOURCE/fleet
metrics=$machine_top/metrics
mkdir "$metrics"
for name in $(machines); do
	machine "$name"
	on_machine "$CXL" export-metrics >"$metrics/$name" 2>/dev/null
	is "$name: promtool check metrics" "$(promtool check metrics <"$metrics/$name" 2>&1; echo $?)" 0
done
machine pci-accelerator
(cd "$machine" && rename_all cxl_lab_accel 'lab"{}accel')
is "an odd name: promtool check metrics" "$(on_machine "$CXL" export-metrics | promtool check metrics 2>&1; echo $?)" 0
is "it can fail" "$(sed '/^# HELP cxl_memdevs /d' "$metrics/pci-accelerator" | promtool check metrics >/dev/null 2>&1; echo $?)" 3

ok "promtool check rules" promtool check rules --lint=all --lint-fatal "$fleet/prometheus/cxl-attach.rules.yml"
ok "promtool test rules" promtool test rules "$fleet/prometheus/cxl-attach.test.yml"
# If the threshold of a rule is changed, the tests of the rule fail.
for change in 's/cxl_host_attached == 1)/cxl_host_attached == 0)/' '/cxl_host_detached_timestamp_seconds$/d' \
	'/and on (job, instance) cxl_attach_build_info/d' 's/cxl_region_locked == 0/cxl_region_locked == 1/' 's/4 \* 3600/5 * 3600/' \
	's/cxl_region_deletable == 1/cxl_region_deletable == 0/' 's/stuck > 0/stuck > 1/' 's/prom"} > 300/prom"} > 3000/' \
	's/or on (job, instance, host) max/unless on (job, instance, host) max/'; do
	sed "$change" "$fleet/prometheus/cxl-attach.rules.yml" >"$machine_top/cxl-attach.rules.yml"
	cp "$fleet/prometheus/cxl-attach.test.yml" "$machine_top"
	run promtool test rules "$machine_top/cxl-attach.test.yml"
	is "the tests of the rules fail with $change" "$(cmp -s "$fleet/prometheus/cxl-attach.rules.yml" "$machine_top/cxl-attach.rules.yml" && echo same)$status" 1
done

# The rules and the dashboard use only metrics that exist.
dashboard=$fleet/grafana/cxl-attach.json
known() { sed -n 's/^# TYPE \([a-z_]*\) .*/\1/p' "$metrics/pci-accelerator"; }
unknown() { grep -ohE '\bcxl_[a-z_]+' | sort -u | grep -vxF -e "$(known)"; }
expressions() { jq -r '.panels[].targets[].expr | gsub("\\$job|\\$instance"; ".*")' "$dashboard"; }
is "the rules name known metrics only" "$(grep -vE '^ *(#|description|summary)' "$fleet/prometheus/cxl-attach.rules.yml" | unknown)" ""
is "and so does the dashboard" "$(expressions | unknown)" ""
while read -r expression; do
	run promtool --experimental promql format "$expression"
	is "PromQL: ${expression:0:60}" "$status$err" 0
done < <(expressions)
is "each panel of the dashboard has its own id" "$(jq '.panels | length - (map(.id) | unique | length)' "$dashboard")" 0
is "panels do not overlap" "$(jq -c '[.panels[].gridPos | . as $p | [range($p.x; $p.x + $p.w)] | map([., $p.y])[]] | length - (unique | length)' "$dashboard")" 0
finish
