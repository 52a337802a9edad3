#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The completions of zsh and fish, in these shells: what they offer for a command line. bash has its own test
# (completion.sh).
# shellcheck source=test/replay/machine.sh
. "$SOURCE/test/replay/machine.sh"

for shell in zsh fish; do
	command -v $shell >/dev/null || skip_all "$shell is not installed"
done
mkdir "$machine_top/bin"
ln -s "$CXL" "$machine_top/bin/cxl-attach"
PATH=$(dirname "$CXL"):$machine_top/bin:$PATH
offered=$machine_top/offered

# In zsh, completion only runs while a user types: the function that adds candidates writes them down.
mkdir "$machine_top/zsh"
cat >"$machine_top/zsh/.zshrc" <<'ZSH'
PS1='ready> '
fpath=($SOURCE/contrib/completions $fpath)
autoload -Uz compinit
compinit -u -D
compadd() {
	local -a these_offered
	builtin compadd -O these_offered "$@"
	print -rl -- $these_offered >>$OFFERED
	builtin compadd "$@"
}
ZSH

# zsh_offers LINE, fish_offers LINE: print what is offered for its last word, in one line
zsh_offers() {
	: >"$offered"
	run on_machine env ZDOTDIR="$machine_top/zsh" SOURCE="$SOURCE" OFFERED="$offered" TERM=dumb TYPE_AFTER='ready> ' \
		"$SOURCE/test/replay/typed" "$1\\t\\x15exit\\n" zsh -i
	LC_ALL=C sort -u "$offered" | xargs
}
fish_offers() {
	# shellcheck disable=SC2016 # expanded by fish
	run on_machine env HOME="$machine_top" fish --no-config -c 'source $argv[1]; complete -C $argv[2]' \
		"$SOURCE/contrib/completions/cxl.fish" "$1"
	cut -f 1 <<<"$out" | LC_ALL=C sort -u | xargs
}
# offers LINE WHAT...: both shells offer these words
offers() {
	is "zsh: $1" "$(zsh_offers "$1")" "$2"
	is "fish: $1" "$(fish_offers "$1")" "${3-$2}"
}

ok "zsh: reads its completion" zsh -n "$SOURCE/contrib/completions/_cxl"
ok "fish: reads its completion" fish -n "$SOURCE/contrib/completions/cxl.fish"
# shellcheck source=test/replay/values.sh
. "$SOURCE/test/replay/values.sh"
machine accelerator
offers 'cxl list-a' list-attach
offers 'cxl li' 'list list-attach list-locked'
offers 'cxl create' create-region
offers 'cxl help list-l' list-locked
offers 'cxl list-attach --h' '--help --host --human'
offers 'cxl list-attach m' mem0
offers 'cxl list-locked r' region0
offers 'cxl detach-memdev m' mem0
offers 'cxl list-attach -b r' root0
offers 'cxl list-attach --memdev m' mem0
offers 'cxl list-attach --region=r' region0 --region=region0
offers 'cxl list-attach --host c' cxl_type2_accel.0
offers 'cxl list-locked --provider c' cxl_mock_accel
offers 'cxl list-attach -o RE' 'REASON REGION RESOURCE'
offers 'cxl list-locked -o ON' 'ON-COMMIT ON-DELETE'
offers 'cxl list-attach --format j' 'json jsonl'
offers 'cxl list-locked --format p' prometheus
offers 'cxl exercise-autoremove --format k' 'kcidb ktap'
offers 'cxl exercise-autoremove --script ' 'c shell'
offers 'cxl exercise-autoremove --merge /etc/hostn' 'etc hostname' /etc/hostname
offers 'cxl export-metrics --o' --output
offers 'cxl export-metrics -o /etc/hostn' 'etc hostname' /etc/hostname
offers 'cxl detach-memdev --hook' --hook-timeout
offers 'cxl attach-memdev --no' --no-hooks
offers 'cxl-attach list-l' list-locked
offers 'cxl-attach detach-memdev m' mem0
offers 'cxl list-locked --color a' 'always auto'
offers 'cxl detach-memdev --via p' 'pci-remove port'
offers 'cxl exercise-autoremove --via l' 'link list load'
offers 'cxl exercise-autoremove --interleaving h' halves
offers 'cxl list-attach mem7' ''
while read -r command option; do
	expected=$(expected_by "$command" "$option")
	offers "cxl $command $option " "${expected:-something}"
done <<-END
	$values
END
machine accelerator-unbound
offers 'cxl attach-memdev c' cxl_type2_accel.0
if [ -x /usr/bin/cxl ]; then
	machine accelerator
	offers 'cxl disable-memdev --exp' --explain
	offers 'cxl list --att' --attach
fi
finish
