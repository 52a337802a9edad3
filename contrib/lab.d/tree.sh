# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Source trees: this checkout, and the tree of a kernel. With git, the files of a tree are those that git does not
# ignore; without git, all files.

# tree_git DIRECTORY ARGUMENT...: run git in that tree, with any owner, and without programs of its configuration
tree_git() {
	env -u GIT_DIR -u GIT_INDEX_FILE -u GIT_WORK_TREE \
		git -c safe.directory='*' -c core.fsmonitor=false -C "$@" 2>/dev/null
}

# tree_has_git DIRECTORY: is it the top of a git repository, and is git installed?
tree_has_git() { [ -e "$1/.git" ] && tree_git "$1" rev-parse --git-dir >/dev/null; }

# tree_files DIRECTORY: print the names of its files, sorted, each with a NUL, without the files that git ignores
tree_files() {
	if tree_has_git "$1"; then
		tree_git "$1" ls-files -z --cached --others --exclude-standard
	else
		(cd "$1" && find . -name .git -prune -o ! -type d -printf '%P\0')
	fi | LC_ALL=C sort -zu
}

# tree_now DIRECTORY: print a key of its present files with their modes, committed or not. A name that git has, and for
# which there is no file, is a part of the key as well.
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
