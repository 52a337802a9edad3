#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# bash completion: of the commands of this project, their options, and the devices that exist; and of
# cxl-cli.
# shellcheck source=test/replay/machine.sh
. "$SOURCE/test/replay/machine.sh"

# Of a build that is not installed
export CXL_EXERCISE=${CXL_EXERCISE-$(realpath "$(dirname "$CXL")/../exercise/exercise-autoremove")}

# complete_words FILE FUNCTION WORD...: what bash would offer for the last word, by one's completion
complete_words() {
	# shellcheck disable=SC2016 # expanded by the inner bash
	run on_machine env PATH="$(dirname "$CXL"):$PATH" bash --norc -c '
		. /usr/share/bash-completion/bash_completion
		. "$1"; complete=$2; shift 2
		COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE="$*" COMP_POINT=${#COMP_LINE}
		$complete cxl "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
		printf "%s\n" "${COMPREPLY[@]}" | sort | xargs' complete "$@"
}
by_ours() { complete_words "$SOURCE/contrib/completions/cxl" _cxl_attach "$@"; }
by_cxl_cli() { complete_words /usr/share/bash-completion/completions/cxl _cxl "$@"; }

machine accelerator
by_ours cxl list-a
is "a command" "$out" "list-attach"
by_ours cxl li
is "commands of both" "$out" "list list-attach list-locked"
by_ours cxl list-attach --h
is "options" "$out" "--help --host --human"
by_ours cxl list-attach m
is "memdevs that exist" "$out" "mem0"
by_ours cxl list-locked r
is "regions that exist" "$out" "region0"
by_ours cxl list-attach -b ''
is "buses that exist" "$out" "root0"
by_ours cxl list-locked --memdev ''
is "memdevs, as an option's value" "$out" "mem0"
by_ours cxl list-attach --region = ''
is "regions, after an equals sign" "$out" "region0"
by_ours cxl list-attach --host c
is "hosts that exist" "$out" "cxl_type2_accel.0"
by_ours cxl list-attach --provider c
is "their drivers" "$out" "cxl_mock_accel"
by_ours cxl list-attach -o RE
is "columns" "$out" "REASON REGION RESOURCE"
by_ours cxl export-metrics --o
is "export-metrics: options" "$out" "--output"
by_ours cxl export-metrics --output /etc/host
like "export-metrics: files" "$out" '/etc/hostname'
by_ours cxl detach-memdev --re
is "detach-memdev: options" "$out" "--reattach"
for command in detach-memdev attach-memdev; do
	by_ours cxl $command --hook
	is "$command: options of hooks" "$out" "--hook-timeout"
	by_ours cxl $command --no
	is "$command: no hooks" "$out" "--no-hooks"
done
by_ours cxl detach-memdev --via p
is "detach-memdev: methods" "$out" "pci-remove port"
by_ours cxl detach-memdev m
is "detach-memdev: memdevs that exist" "$out" "mem0"
by_ours cxl exercise-autoremove --via l
is "exercise-autoremove: actors" "$out" "list"
by_ours cxl exercise-autoremove --interleaving h
is "exercise-autoremove: interleavings" "$out" "halves"
if [ -e "$CXL_EXERCISE" ]; then
	by_ours cxl exercise-autoremove --t
	is "exercise-autoremove: options, which its own program has" "$out" "--table --timeout --trials"
fi
by_ours cxl list-attach mem7
is "nothing for a memdev that does not exist" "$out" ""
by_ours cxl list --mem
is "cxl-cli's options, by its own completion" "$out" "--memdev= --memdevs"
by_ours cxl help list-
is "help on commands" "$out" "list-attach list-locked"
by_ours cxl list-
is "whole commands" "$out" "list-attach list-locked"

machine accelerator-unbound
by_ours cxl attach-memdev cxl
is "attach-memdev: hosts that are detached" "$out" "cxl_type2_accel.0"
machine accelerator

# With cxl-cli's completion, which bash finds first
by_cxl_cli cxl list-a
is "cxl-cli's completion: a command" "$out" "list-attach"
by_cxl_cli cxl list-attach --h
is "cxl-cli's completion: its options" "$out" "--help --host --human"
by_cxl_cli cxl list --att
is "cxl-cli's completion: the option that list gets" "$out" "--attach"
# A guarded command has cxl-cli's options and ours, whichever completion asks; cxl-cli's completes no
# names for it.
for command in destroy-region disable-region disable-memdev disable-port disable-bus free-dpa; do
	options=$(/usr/bin/cxl "$command" --list-opts)
	expected=$(xargs -n 1 <<<"$options --dry-run --explain" | sort -u | xargs)
	ok "$command: cxl-cli has options for it" grep -qw -e --force <<<"$options"
	for by in by_ours by_cxl_cli; do
		"$by" cxl "$command" --
		is "$command --: $by" "$out$err" "$expected"
		"$by" cxl "$command" --exp
		is "$command --exp: $by" "$out$err" "--explain"
		"$by" cxl "$command" ''
		is "$command: $by, no names" "$out$err" ""
	done
done
by_ours cxl destroy-r
is "a guarded command" "$out" "destroy-region"
run "$CXL" list-attach --list-opts
is "--list-opts" "$out" \
	"--verbose --follow --journald --providers --all --bus --memdev --region --host --provider --human --table --tree --output --debug --help"

finish
