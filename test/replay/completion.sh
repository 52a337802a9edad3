#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# bash completion: of our commands, their options, the memdevs there are; and cxl-cli's own.
# shellcheck source=test/replay/machine.sh
. "$SOURCE/test/replay/machine.sh"

# complete WORD...: what bash would offer for the last word
complete_words() {
	# shellcheck disable=SC2016 # expanded by the inner bash
	run on_machine env PATH="$(dirname "$CXL"):$PATH" bash --norc -c '
		. /usr/share/bash-completion/bash_completion
		. "$SOURCE/contrib/completions/cxl"
		COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE="$*" COMP_POINT=${#COMP_LINE}
		_cxl_attach cxl "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
		printf "%s\n" "${COMPREPLY[@]}" | sort | xargs' complete "$@"
}

machine accelerator
complete_words cxl list-a
is "our commands" "$out" "list-attach"
complete_words cxl li
is "ours and cxl-cli's" "$out" "list list-attach"
complete_words cxl list-attach --h
is "our options" "$out" "--help --human"
complete_words cxl list-attach m
is "memdevs that there are" "$out" "mem0"
complete_words cxl list --mem
is "cxl-cli's options, by its own completion" "$out" "--memdev= --memdevs"
complete_words cxl help list-
is "help on our commands" "$out" "list-attach"
finish
