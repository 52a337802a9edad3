# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Runs a real Prometheus that scrapes a real node_exporter, with the alerting rules of this project.

scrape_top=$(mktemp -d)
scrape_port=19090

# scrape_begin NODE RULES SECONDS: start Prometheus, which asks the node_exporter at NODE every SECONDS
scrape_begin() {
	cat >"$scrape_top/prometheus.yml" <<-CONFIG
		global: {scrape_interval: ${3}s, scrape_timeout: ${3}s, evaluation_interval: ${3}s}
		rule_files: [$2]
		scrape_configs:
		  - job_name: node
		    static_configs: [{targets: ["$1"]}]
	CONFIG
	prometheus --config.file="$scrape_top/prometheus.yml" --storage.tsdb.path="$scrape_top/data" \
		--web.listen-address="127.0.0.1:$scrape_port" --log.level=warn 2>"$scrape_top/log" &
	scrape_pids+=($!)
}
scrape_pids=()
scrape_end() { kill "${scrape_pids[@]}"; wait "${scrape_pids[@]}" 2>/dev/null; rm -rf "$scrape_top"; }

# query EXPRESSION: print its values, each as "LABELS VALUE", without the labels that all values have
query() {
	curl -sS --data-urlencode "query=$1" "http://127.0.0.1:$scrape_port/api/v1/query" 2>/dev/null |
		jq -rc '.data.result[] | "\(.metric | del(.__name__, .instance, .job)) \(.value[1])"' 2>/dev/null | sort
}

# alert NAME: print the state and the host of that alert: inactive, pending or firing
alert() {
	curl -sS "http://127.0.0.1:$scrape_port/api/v1/alerts" 2>/dev/null | jq -r --arg name "$1" \
		'.data.alerts | map(select(.labels.alertname == $name)) | if . == [] then "inactive" else .[] | "\(.state) \(.labels.host)" end' 2>/dev/null
}

# wait_is SECONDS WHAT EXPECTED COMMAND...: within so many seconds, COMMAND prints EXPECTED
wait_is() {
	local end=$((SECONDS + $1)) what=$2 expected=$3 got
	shift 3
	while got=$("$@"); [ "$got" != "$expected" ] && [ $SECONDS -lt $end ]; do sleep 0.5; done
	is "$what" "$got" "$expected"
}
