# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Source trees: this checkout, and a kernel's. Their files are those that git knows or could be told of; without
# git, all.

# tree_git DIRECTORY ARGUMENT...: git in that tree, whoever owns it, and without any program that its configuration names
tree_git() {
	env -u GIT_DIR -u GIT_INDEX_FILE -u GIT_WORK_TREE \
		git -c safe.directory='*' -c core.fsmonitor=false -C "$@" 2>/dev/null
}

# tree_has_git DIRECTORY: is it the top of a git repository, and is there git?
tree_has_git() { [ -e "$1/.git" ] && tree_git "$1" rev-parse --git-dir >/dev/null; }

# tree_files DIRECTORY: the names of its files, sorted, each with a NUL; those that git ignores are left out
tree_files() {
	if tree_has_git "$1"; then
		tree_git "$1" ls-files -z --cached --others --exclude-standard
	else
		(cd "$1" && find . -name .git -prune -o ! -type d -printf '%P\0')
	fi | LC_ALL=C sort -zu
}

# tree_now DIRECTORY: a name for its files as they are now, with their modes, committed or not. A name that git
# has, and for which there is no file, counts by what is said about that.
tree_now() (
	export LC_ALL=C
	names=$(mktemp)
	trap 'rm -f "$names"' EXIT
	tree_files "$1" >"$names"
	cd "$1" || exit
	{
		xargs -0 stat --printf '%f %N\n' -- <"$names" || :
		xargs -0 sha256sum -- <"$names" || :
	} 2>&1 | sha256sum | cut -d' ' -f1
)
