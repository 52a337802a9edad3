#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Commands that are not ours are passed to the right cxl-cli, unchanged.
# shellcheck source=test/tap.sh
. "$SOURCE/test/tap.sh"

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
mkdir "$directory"/{fake,empty,ours}
ln -s "$CXL" "$directory/ours/cxl"

# A fake cxl-cli, which prints its arguments
cat >"$directory/fake/cxl" <<'FAKE'
#!/bin/bash
case $1 in
--list-cmds) printf 'list\nmonitor\n' ;;
--version) echo 99 ;;
status) exit "$2" ;;
signal) kill -"$2" $$ ;;
input) cat ;;
variable) echo "$SOMETHING" ;;
*) printf '<%s>' "$@"; echo to-stderr >&2 ;;
esac
FAKE
chmod +x "$directory/fake/cxl"
export CXL_CLI=$directory/fake/cxl

run "$CXL" frobnicate 'a b' '' '*' --help -- "it's"
is "arguments arrive as they are" "$out" "<frobnicate><a b><><*><--help><--><it's>"
is "stderr is passed on" "$err" "to-stderr"
run "$CXL" list-attachx
is "a name that only begins like ours is not ours" "$out" "<list-attachx>"
run "$CXL" help list
is "help on a command that is not ours" "$out" "<help><list>"
run "$CXL" version
is "version is cxl-cli's own command" "$out" "<version>"
for code in 0 1 77 129 255; do
	run "$CXL" status "$code"
	is "exit status $code" "$status" "$code"
done
run "$CXL" signal TERM
is "death by a signal is seen as such" "$status" 143
is "stdin is passed on" "$(printf 'one\ntwo' | "$CXL" input)" $'one\ntwo'
is "the environment is passed on" "$(SOMETHING='x y' "$CXL" variable)" "x y"
# Signals that the caller ignores stay ignored: exec preserves them, a wrapper might not.
is "ignored signals stay ignored" \
	"$( (trap '' PIPE; CXL_CLI=$(type -P bash) "$CXL" -c 'trap -p PIPE') )" "trap -- '' SIGPIPE"

run "$CXL" --list-cmds
is "--list-cmds covers both" "$out" $'list\nmonitor\nlist-attach\nlist-locked\nexport-metrics\ndetach-memdev\nattach-memdev\nexercise-autoremove'
run "$CXL" --version
like "--version covers both" "$out" "^cxl-attach [0-9.]+
cxl-cli 99 \\($directory/fake/cxl\\)$"
for option in help --help -h; do
	run "$CXL" "$option"
	like "$option lists ours" "$out" 'list-attach +list the memdevs'
	like "$option lists cxl-cli's" "$out" 'monitor'
	is "$option: done" "$status" 0
done
run "$CXL"
is "no command: failed, as in cxl-cli" "$status" 1
like "no command: help" "$out" 'list-attach'

CXL_CLI=$directory/ours/cxl run "$CXL" list
is "CXL_CLI is ourselves: cannot" "$status" 5
like "CXL_CLI is ourselves: reported" "$err" 'CXL_CLI names this program itself'
CXL_CLI=$directory/nowhere/cxl run "$CXL" list
is "CXL_CLI is nothing: cannot" "$status" 5
like "CXL_CLI is nothing: reported" "$err" "cannot run '$directory/nowhere/cxl', which CXL_CLI names: No such file"
CXL_CLI=$directory/empty run "$CXL" list
is "CXL_CLI is a directory: cannot" "$status" 5
printf 'no program' >"$directory/empty/cxl"
chmod +x "$directory/empty/cxl"
CXL_CLI=$directory/empty/cxl run "$CXL" list
is "CXL_CLI is no program: cannot" "$status" 5
like "CXL_CLI is no program: reported" "$err" 'Exec format error'
rm "$directory/empty/cxl"

# If the default of the build does not exist, PATH decides.
unset CXL_CLI
# shellcheck disable=SC2329 # by run
hidden() { bwrap --dev-bind / / --ro-bind /dev/null /usr/bin/cxl -- "$@"; }
PATH=$directory/empty:$directory/fake:$PATH run hidden "$CXL" frobnicate
is "the first in PATH" "$out" "<frobnicate>"
PATH=$directory/ours:$directory/fake:$PATH run hidden "$CXL" frobnicate
is "never ourselves, by another name" "$out" "<frobnicate>"
mkdir "$directory/copy"
cp "$CXL" "$directory/copy/cxl"
PATH=$directory/copy:$directory/ours:$directory/fake:$PATH run timeout 20 bwrap --dev-bind / / \
	--ro-bind /dev/null /usr/bin/cxl -- "$CXL" frobnicate
is "never a copy of ourselves" "$out" "<frobnicate>"
PATH=/usr/bin:$directory/copy run hidden "$CXL" list
is "not installed: cannot" "$status" 5
like "not installed: which package" "$err" '^cxl: cxl-cli is not installed: install the package cxl \(Debian, Ubuntu\)'
is "not installed: one sentence" "$(wc -l <<<"$err")" 1
PATH=/usr/bin run hidden "$CXL" help
like "not installed: help on ours" "$out" 'list-attach +list the memdevs'
run env PATH="$directory/empty" "$CXL" help list-attach
is "no man: cannot" "$status" 5
is "no man: reported, with an alternative" "$err" \
	"cxl: cannot show the manual page cxl-list-attach: man is not installed; see 'cxl list-attach --help'"
PATH=/usr/bin run hidden "$CXL" --list-cmds
is "not installed: our commands, and what we add to" "$(xargs <<<"$out")" \
	"list-attach list-locked export-metrics detach-memdev attach-memdev exercise-autoremove list destroy-region disable-region disable-memdev disable-port disable-bus free-dpa"

# The real one
run "$CXL" --version
is "the real cxl-cli is found" "$(sed -n 's/^cxl-cli \(.*\) (.*/\1/p' <<<"$out")" "$(/usr/bin/cxl --version)"
for line in 'list' 'list -h' 'frobnicate' 'list --frobnicate' 'help frobnicate' 'create-region' '--frobnicate' 'version'; do
	read -ra arguments <<<"$line"
	run "$CXL" "${arguments[@]}"
	ours=$out$err$status
	run /usr/bin/cxl "${arguments[@]}"
	is "cxl $line: as cxl-cli" "$ours" "$out$err$status"
done
finish
