# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# For the tests of completions: the options whose value is one of several words, and these words. Both come from the
# program's own messages about a wrong value.

# shellcheck disable=SC2034 # for the test
values='exercise-autoremove --via
exercise-autoremove --interleaving
exercise-autoremove --format
exercise-autoremove --script
detach-memdev --via
list-attach --format
list-attach --color
list-locked --format
list-locked --color'

# expected_by COMMAND OPTION: print the expected words in one line, sorted
expected_by() {
	run on_machine "$CXL" "$1" "$2=!" mem0
	sed -n 's/.*(expected \(.*\)).*/\1/p' <<<"$err" | sed 's/, / /g; s/ or / /' | tr ' ' '\n' | LC_ALL=C sort | xargs
}
