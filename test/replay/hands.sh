#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What users expect of a command line: lists of names, formats, colors, help, suggestions for mistyped words, a line while
# something takes long, and an end by Ctrl-C. On recorded machines. test/vm/detach/interrupt.sh tests on the real kernel
# what a signal interrupts that changes the system.
# shellcheck source=test/replay/machine.sh
. "$SOURCE/test/replay/machine.sh"

export CXL_STATE_DIR=$machine_top/state
export CXL_EXERCISE=${CXL_EXERCISE-$(realpath "$(dirname "$CXL")/../exercise/exercise-autoremove")}
unset NO_COLOR
escape=$'\e'
# Without the network of this machine: its interfaces have the same names as recorded interfaces.
on() { run on_machine timeout 20 unshare -n "$CXL" "$@"; }
# typed TEXT ARGUMENT...: run it on its own terminal
typed() { run on_machine env TERM=xterm timeout 60 "$SOURCE/test/replay/typed" "$1" "$CXL" "${@:2}"; }
query() { jq -c "$1" <<<"$out"; }

# Names
machine pci-two-bridges
for names in mem0,mem1 'mem0 mem1' 0,1 'mem0, 1' mem1,mem0,0; do
	on list-attach "$names"
	is "list-attach '$names'" "$status$(query 'map(.memdev)')" '0["mem0","mem1"]'
	on detach-memdev --dry-run --via host "$names"
	is "detach-memdev '$names'" "$status$(query '.memdevs | sort')" '0["mem0","mem1"]'
done
on list-attach all
is "list-attach all: also what is hidden" "$(query 'map(.memdev)')" '["mem0","mem1","mem2"]'
on detach-memdev --dry-run --via host all
is "detach-memdev all: those that are attached" "$status$(query '.memdevs | sort')" '0["mem0","mem1"]'
for names in region0,region1 'region0 region1' '0 1'; do
	on list-locked "$names"
	is "list-locked '$names'" "$status$(query 'map(.region)')" '0["region0","region1"]'
done
on list-locked all
is "list-locked all: also what is not locked" "$(query 'map(.region) | length')" 3
on detach-memdev --dry-run mem0,mem7
is "detach-memdev: one of two exists" "$status$out$err" "1cxl detach-memdev: mem7: no such memdev (attached: mem0, mem1)"
on detach-memdev --dry-run ,
is "detach-memdev: no name" "$status$(head -n 1 <<<"$err")" "2cxl detach-memdev: invalid memdev name ',' (expected mem0 or 0)"
if [ -e "$CXL_EXERCISE" ]; then
	for names in mem0,mem1 'mem0 mem1'; do
		on exercise-autoremove "$names"
		is "exercise-autoremove '$names': at most one" "$status$(head -n 1 <<<"$err")" \
			"2cxl exercise-autoremove: too many memdevs (expected at most one)"
	done
fi
# The guard takes every argument that cxl-cli takes for a guarded command.
machine pci-two-bridges
verdicts() { query 'map(.object) | sort'; }
for words in 'region0 region1' '0 1' '1 region0'; do
	read -ra arguments <<<"$words"
	for command in destroy-region disable-region; do
		on $command --dry-run "${arguments[@]}"
		is "$command $words" "$(verdicts)" '["region0","region1"]'
	done
done
for names in region0,region1 'region0 region1' 0,1; do
	on destroy-region --dry-run "$names"
	is "destroy-region '$names'" "$(verdicts)" '["region0","region1"]'
done
on destroy-region --dry-run all
is "destroy-region all" "$(verdicts)" '["region0","region1","region3"]'
for names in mem0,mem1 'mem0 mem1' 0,1; do
	on disable-memdev --dry-run "$names"
	is "disable-memdev '$names'" "$(verdicts)" '["mem0","mem1"]'
done
for command in disable-memdev free-dpa; do
	for words in 'mem0 mem1' '0 1' '0000:31:00.0 0000:11:00.0'; do
		read -ra arguments <<<"$words"
		on $command --dry-run "${arguments[@]}"
		is "$command $words" "$(verdicts)" '["mem0","mem1"]'
	done
	on $command --dry-run all
	is "$command all" "$(verdicts)" '["mem0","mem1","mem2"]'
done
for words in 'disable-port port1 port2' 'disable-port 1 2'; do
	read -ra arguments <<<"$words"
	on "${arguments[0]}" --dry-run "${arguments[@]:1}"
	is "$words" "$(verdicts)" '["port1","port2"]'
done
for words in root0 0 ACPI.CXL all; do
	on disable-bus --dry-run $words
	is "disable-bus $words" "$(verdicts)" '["root0"]'
done
on destroy-region --dry-run region9 region0
is "destroy-region: what there is" "$(verdicts)$err" \
	"[\"region0\"]cxl destroy-region: nothing matches 'region9' (there is: region0, region1, region3)"
on disable-bus --explain root7
is "disable-bus: what there is" "$out$err" "cxl disable-bus: nothing matches 'root7' (there is: root0)"
machine expanders
on detach-memdev --dry-run all
is "detach-memdev all: none" "$status$out$err" "1cxl detach-memdev: all: no memdev is attached by a driver"
machine pci-unbound
for words in '-a all' 11:00.0 0:11:0.0 11:00 0000:11:00; do
	read -ra arguments <<<"$words"
	on attach-memdev --dry-run "${arguments[@]}"
	is "attach-memdev $words" "$status$(query 'map(.steps[-1].device)')" '0["0000:11:00.0"]'
done
on attach-memdev --dry-run 12:00.0
is "attach-memdev: what there is" "$status$err" \
	"1cxl attach-memdev: 12:00.0: neither in the journal, nor a detached host whose provider is known (detached: 0000:11:00.0)"

# Hosts, in the forms of lspci -s
machine pci-two-bridges
for host in 0000:31:00.0 31:00.0 31:0.0 0:31:00.0 31:00 0000:31:00 99:00.0,31:00.0 '99:00.0 31:00.0'; do
	on list-attach --host "$host"
	is "--host '$host'" "$(query 'map(.host)')" '["0000:31:00.0"]'
done
for host in 31:00.1 0001:31:00.0 31 31: :31:00.0 31:00. 131:00.0 31:00.0x +31:00.0 ' ' 00.0; do
	on list-attach --host "$host"
	is "--host '$host': nothing" "$out" '[]'
done
like "nothing matches: what there is" "$err" \
	'^cxl list-attach: nothing matches \(there is, with --all: mem0 \(host 0000:31:00\.0, driver cxl_lab_accel, bus root0, region[0-9]\), mem1 \(.*\), mem2 \(host .*, driver cxl_pci, '
on list-locked -b 7
like "list-locked: nothing matches: what there is" "$err" \
	'^cxl list-locked: nothing matches \(there is, with --all: region0 \(mem[01], host 0000:11:00\.0, driver cxl_lab_accel, bus root0\), region1 '
machine pci-unbound
on list-attach --host 12:00.0
is "nothing matches: hosts without a memdev" "$err" \
	"cxl list-attach: nothing matches (there is, with --all: 0000:11:00.0 (provider cxl_lab_accel, bus root0))"

# Formats
machine pci-two-bridges
on list-attach
json=$out
on list-attach --format json
is "--format json is the default" "$out" "$json"
on list-attach --format jsonl
is "--format jsonl: a line for each, the same" "$(wc -l <<<"$out")$(jq -sc . <<<"$out")" "2$(jq -c . <<<"$json")"
is "each has the version of the format" "$(jq -c 'map(.format_version)' <<<"$json")" '[1,1]'
for form in table tree; do
	on list-attach "--$form"
	short=$out
	on list-attach --format $form
	is "--$form is --format $form" "$out" "$short"
done
on list-attach --format csv
is "--format csv" "$out" 'MEMDEV,ATTACH,PROVIDER,HOST,REGION,SIZE,LOCK
mem0,attached,cxl_lab_accel,0000:31:00.0,region1,268435456,attach
mem1,attached,cxl_lab_accel,0000:11:00.0,region0,268435456,attach'
on list-attach --format csv -un -o SIZE,RESOURCE
is "--format csv -u -n: for people, without headings" "$out" $'256M,0x490000000\n256M,0x390000000'
on list-attach --raw -n
is "--raw -n" "$out" 'mem0 attached cxl_lab_accel 0000:31:00.0 region1 256M attach
mem1 attached cxl_lab_accel 0000:11:00.0 region0 256M attach'
on list-attach --providers --format csv -o MODULE,LOADED,HOST
is "--providers, too" "$out" $'MODULE,LOADED,HOST\ncxl_lab_accel,yes,0000:31:00.0\ncxl_lab_accel,yes,0000:11:00.0'
on list-locked --format csv -n
is "list-locked, too" "$(head -n 1 <<<"$out")" 'region0,attach,mem1,cxl_lab_accel,0000:11:00.0,268435456,deleted'
on export-metrics
metrics=$out
for command in list-attach list-locked; do
	on $command --format prometheus
	is "$command --format prometheus: what export-metrics prints" "$status$out" "0$metrics"
	for words in -a -u -v -n --raw '-o HOST' '-b root0' '--host 0000:31:00.0' 0; do
		read -ra options <<<"$words"
		on $command --format prometheus "${options[@]}"
		is "$command --format prometheus $words: wrong usage" "$status$out" 2
	done
done
for words in --follow --providers; do
	on list-attach --format prometheus $words
	is "list-attach --format prometheus $words: wrong usage" "$status$out" 2
done
for words in '--format tabble' '--format' '--raw --tree' '--raw --format csv' '-n --format json' '-o HOST --format jsonl' \
	'-v --table' '--color=blue' '--follow --format csv'; do
	read -ra options <<<"$words"
	on list-attach "${options[@]}"
	is "'$words': wrong usage" "$status$out" 2
done
on list-attach --format tabble
is "a format that there is not: which there are" "$(head -n 1 <<<"$err")" \
	"cxl list-attach: invalid format 'tabble' (expected json, jsonl, table, tree, csv or prometheus)"
machine hostile
on list-attach -a --format csv -o MEMDEV,HOST,DRIVER
is "CSV: what needs quotes has them, and is the same in them" \
	"$(python3 -c 'import csv, json, sys; print(json.dumps([row[1] for row in csv.reader(sys.stdin)], ensure_ascii=False))' <<<"$out")" \
	'["HOST", "cxl_type2_accel.0", "host \"1\"\né�\\"]'
on list-attach -a --raw -n -o MEMDEV,HOST
ok "--raw: no blank in a cell" [ -z "$(grep -vE '^[^ ]+ [^ ]+$' <<<"$out")" ]

# Widths: the default table, with names of PCI devices
for name in pci-accelerator pci-two-bridges pci-four pci-shared pci-unbound pci-failed sfc pci-7.2; do
	machine $name
	for command in list-attach list-locked; do
		on $command --all --table
		ok "$command on $name: within 80 columns" [ "$(LC_ALL=C.UTF-8 wc -L <<<"$out")" -le 80 ]
	done
done

# Long output, and the evidence
machine pci-accelerator
on list-attach
is "no evidence" "$(query 'map(has("evidence"), has("pci"))')" '[false,false]'
on list-attach -v
is "-v: the evidence" "$(query 'map((.evidence | length > 3), has("pci"))')" '[true,true]'
keep list-attach
on list-locked -v
is "list-locked -v: the evidence" "$(query 'map(.owners[].evidence | length > 3)')" '[true]'
keep list-locked
machine pci-shared
on list-attach -vv
is "-vv: also what is hidden" "$(query 'map(.attach) | sort')" '["attached","none"]'
keep list-attach

# What the kernel does
on list-locked --table
like "ON-DELETE is what the kernel does" "$out" 'ON-DELETE.*deleted'
ok "and nothing is said to be allowed" [ "${out/allowed/}" = "$out" ]

# Help
commands=(list-attach list-locked export-metrics detach-memdev attach-memdev)
[ ! -e "$CXL_EXERCISE" ] || commands+=(exercise-autoremove)
for command in "${commands[@]}"; do
	run "$CXL" "$command" --help
	help=$out
	run "$CXL" "$command" -h
	is "$command -h is --help" "$status$out$err" "0$help"
done
run "$CXL" --help
help=$out
run "$CXL" -h
is "-h is --help" "$status$out" "0$help"
for command in list-attach list-locked; do
	on $command -o help
	like "$command -o help lists the columns" "$status$out" $'^0Columns:\n  NAME .*\n  BUS '
done
on list-attach --providers -o help
like "-o help, of providers" "$out" 'VERSION'

# Colors
machine pci-accelerator
on list-attach --table
ok "no colors in a pipe" [ "${out/$escape/}" = "$out" ]
on list-attach --table --color=always
like "--color=always" "$out" "$escape\\[32mattached$escape\\[0m"
NO_COLOR=1 on list-attach --table --color
like "--color is always, whatever NO_COLOR says" "$out" "$escape\\[32mattached"
for form in json jsonl csv; do
	on list-attach --format $form --color=always
	ok "no colors in $form" [ "${out/$escape/}" = "$out" ]
done
typed '' list-attach --table
like "on a terminal" "$out" "$escape\\[32mattached"
typed '' list-attach --table --color=never
ok "on a terminal, --color=never" [ "${out/$escape/}" = "$out" ]
NO_COLOR=1 typed '' list-attach --table
ok "on a terminal, NO_COLOR" [ "${out/$escape/}" = "$out" ]
NO_COLOR='' typed '' list-attach --table
like "on a terminal, an empty NO_COLOR is none" "$out" "$escape\\[32mattached"

# Mistyped words
mistyped() {
	run "$CXL" "${@:3}"
	is "'${*:3}': wrong usage" "$status$out" 2
	is "'${*:3}': $1" "$err" "$2"
}
mistyped "which was meant" "cxl: 'list-atach' is not a command (did you mean 'list-attach'?)" list-atach
mistyped "which was meant" "cxl: 'detach-memdve' is not a command (did you mean 'detach-memdev'?)" detach-memdve mem0
mistyped "which was meant" "cxl list-attach: unrecognized option '--tabble' (did you mean '--table'?)" list-attach --tabble
mistyped "which was meant" "cxl list-attach: unrecognized option '--noheadings' (did you mean '--no-headings'?)" \
	list-attach -uo HOST --noheadings
mistyped "which was meant" "cxl detach-memdev: unrecognized option '--tiemout' (did you mean '--timeout'?)" \
	detach-memdev --via host --tiemout=3 mem0
mistyped "which was meant" "cxl export-metrics: unrecognized option '--ouptut' (did you mean '--output'?)" \
	export-metrics --ouptut /dev/null
mistyped "which was meant" "cxl disable-memdev: unrecognized option '--dryrun' (did you mean '--dry-run'?)" \
	disable-memdev --dryrun mem0
mistyped "which was meant" "cxl destroy-region: unrecognized option '--explian' (did you mean '--explain'?)" \
	destroy-region region0 --explian
mistyped "which was meant" "cxl list: unrecognized option '--attch' (did you mean '--attach'?)" list -M --attch
run "$CXL" list-attach --frobnicate
is "nothing like it: no guess" "$status$(head -n 1 <<<"$err")" "2cxl list-attach: unrecognized option '--frobnicate'"
on list-attach --host --tabble
is "the value of an option is none" "$status$out" '0[]'
on list-attach --verb
is "an abbreviation is none" "$status" 0
if [ -x /usr/bin/cxl ]; then
	mistyped "which of cxl-cli's was meant" "cxl: 'craete-region' is not a command (did you mean 'create-region'?)" craete-region
	for command in $(/usr/bin/cxl --list-cmds); do
		[[ $command != help ]] || continue
		direct=$(/usr/bin/cxl "$command" -h 2>&1)
		is "cxl-cli's $command goes to cxl-cli" "$("$CXL" "$command" -h 2>&1)" "$direct"
	done
fi

# Ctrl-C, and a line while something takes long: the end of a file is never reached.
machine accelerator
never_read=("$machine"/lib/modules/*/modules.dep*)
rm "${never_read[@]}"
mkfifo "${never_read[@]}"
slow=(list-attach 'list-locked --table' 'list-attach --providers' export-metrics 'list-attach --format prometheus'
	'detach-memdev --dry-run --via module mem0' 'attach-memdev --dry-run' 'destroy-region region0'
	'disable-memdev --dry-run mem0' 'disable-port --explain 1')
[ ! -x /usr/bin/cxl ] || slow+=('list -M --attach')
if [ "$(id -u)" -eq 0 ]; then
	slow+=('detach-memdev --via module mem0' attach-memdev)
	[ ! -e "$CXL_EXERCISE" ] || slow+=('exercise-autoremove mem0')
fi
# interrupted SIGNAL ARGUMENT...: run it until the signal, and print the status, stdout and stderr. Each signal has its
# own journal, because only one command at a time changes what a journal is about.
interrupted() {
	local tap_error=$machine_top/error.$1
	local -x CXL_STATE_DIR=$machine_top/state.$1
	run on_machine timeout --preserve-status --signal "$1" 2 "$CXL" "${@:2}"
	printf '%s\n' "$status$out" "$err"
}
for words in "${slow[@]}" 'list-attach --follow' "export-metrics -o $machine_top/metrics"; do
	read -ra arguments <<<"$words"
	set -m # otherwise, what runs in the background ignores SIGINT
	for signal in INT TERM HUP; do interrupted $signal "${arguments[@]}" >"$machine_top/ended.$signal" & done
	wait
	set +m
	for signal in INT TERM HUP; do
		is "$words: ends by SIG$signal, and says what it leaves" "$(cat "$machine_top/ended.$signal")" \
			"$((128 + $(kill -l $signal)))"$'\n'"cxl ${arguments[0]}: interrupted: nothing was changed"
	done
done
ok "export-metrics: no file" [ ! -e "$machine_top/metrics" ]
is "nothing is in the journals" "$(compgen -G "$machine_top/state*/*.json")" ""
# shellcheck disable=SC2016 # expanded by the inner shell
run on_machine sh -c 'trap "" INT; "$@" & sleep 1; kill -INT $!; sleep 0.5; kill -KILL $!; wait $!' sh "$CXL" list-attach
is "an ignored signal stays ignored" "$status${err/Killed/}" 137
for words in "${slow[@]}"; do
	read -ra arguments <<<"$words"
	INTERRUPT_WHEN=': 1 s' typed '' "${arguments[@]}"
	like "on a terminal: $words: says what takes so long" "$out" "$escape\\[Kcxl: .*read(ing|s) the [A-Za-z' ]+: 1 s"
	is "on a terminal: $words: ends by Ctrl-C" "$status" 130
	like "on a terminal: $words: the line is erased" "$out" "$escape\\[K(\\^C)?cxl ${arguments[0]}: interrupted: nothing was changed"
done
INTERRUPT_WHEN=': 3 s' typed '' list-attach
is "on a terminal: ends by Ctrl-C" "$status" 130
like "on a terminal: says what takes so long" "$out" "$escape\\[Kcxl: reading the CXL devices: 1 s.*: 2 s.*: 3 s"
like "on a terminal: the line is erased" "$out" "$escape\\[K(\\^C)?cxl list-attach: interrupted: nothing was changed"
machine accelerator
typed '' list-attach --table
ok "on a terminal: no such line for what is done at once" [ "${out/reading/}" = "$out" ]

for schema in list-attach list-locked; do
	ok "the answers of $schema are valid" all_valid $schema
done
finish
