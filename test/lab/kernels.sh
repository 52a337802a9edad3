#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Kernels of the user's own: from a source tree that changes; with patches of both kinds; and already built. The tree is
# Debian's source, from which the lab's own kernel was built.
# shellcheck source=test/tap.sh
. "$SOURCE/test/tap.sh"

lab=$SOURCE/contrib/lab
cache=${XDG_CACHE_HOME:-$HOME/.cache}/cxl-attach
top=$(mktemp -d "${cache%/*}/cxl-attach-test.XXXXXX")
trap 'rm -rf "$top"' EXIT
in_guest() { run timeout 3600 "$lab" run --flavor plain "$@"; }

while IFS='|' read -r options said; do
	# shellcheck disable=SC2086 # several arguments
	run "$lab" run $options -- true
	is "wrong usage: $options" "$status$(grep -c "$said" <<<"$err")" 21
done <<-END
	--kernel-tree /nowhere|no such directory: /nowhere
	--kernel-tree / --kernel 7.3|one of --kernel
	--kernel-image /etc/passwd|need each other
	--kernel-modules /|need each other
	--kernel-image /nowhere --kernel-modules /|no such file: /nowhere
	--kernel-image /etc/passwd --kernel-modules /nowhere|no such directory: /nowhere
	--kernel-image /etc/passwd --kernel-modules / --flavor plain|for kernels that the lab builds
	--patch /nowhere|no such file: /nowhere
	--patch /etc/passwd --machine pci --flavor stock|needs the kernel's source
	--kernel-tree / --machine pci --flavor stock|Debian's own binary kernel
	--kernel-image /etc/passwd --kernel-modules / --patch /etc/passwd|needs the kernel's source
END

# The lab's own kernel exists after this.
in_guest --no-modules -- uname -r
debian=$out
is "Debian's" "$status" 0
kernel=$(find "$cache" -maxdepth 1 -name 'kernel-*-plain-*' ! -name 'kernel-tree.*' ! -name '*+patches-*' ! -name '*.part' -printf '%T@ %p\n' | sort -rn | sed -n '1s/^[^ ]* //p')

in_guest --kernel-tree "$top" -- true
is "no source" "$status$err" "125lab: $top is not the source of a kernel with CXL"
cp -a "$kernel/build" "$top/linux"
in_guest --kernel-tree "$top/linux" -- true
like "built in place, without git: refused" "$status$err" "^125lab: $top/linux was built in place, .*run 'make mrproper'"
# Debian's .gitignore ignores everything except its packaging.
(cd "$top/linux" && git init -q .)
in_guest --kernel-tree "$top/linux" -- true
is "git ignores the source: refused" "$status$(grep -c "^lab: git ignores the source in $top/linux" <<<"$err")" 1251
(cd "$top/linux" && sed -i '\,^/\*$,d' .gitignore && git add . && git -c user.name=lab -c user.email=lab@localhost commit -qm start)
# count_new: count the files that are newer than the source, except what the test changes
count_new() { (cd "$top/linux" && find . -newer Kbuild ! -path './.git*' ! -path ./drivers/cxl/mem.c ! -path ./drivers/cxl | wc -l); }
before=$(count_new)

# change TEXT: change the description of the module to TEXT
change() { sed -i '/^MODULE_INFO(lab,/d' "$top/linux/drivers/cxl/mem.c" && echo "MODULE_INFO(lab, \"$1\");" >>"$top/linux/drivers/cxl/mem.c"; }
described='uname -r; modinfo -F lab cxl_mem; cxl list-attach | jq -c "map(.attach)"'
for time in first second; do
	change "$time"
	started=$SECONDS
	in_guest --kernel-tree "$top/linux" -- sh -c "$described"
	like "a tree, $time change: it runs" "$status$out" "^0${debian%%-*}.*-tree-[0-9a-f]{12}"$'\n'"$time"$'\n''\["attached"\]$'
	echo "# $((SECONDS - started)) s"
	releases+=("$(head -n 1 <<<"$out")")
done
ok "each has a release of its own" [ "${releases[0]}" != "${releases[1]}" ]
run "$lab" run --flavor plain --kernel-tree "$top/linux" -- uname -r
is "unchanged: nothing is built" "$status$out$(grep -c 'kernel of' <<<"$err")" "0${releases[1]}0"
is "the tree is as it was" "$(cd "$top/linux" && git status --porcelain)" " M drivers/cxl/mem.c"
is "nothing was built in it" "$(count_new)" "$before"

(cd "$top/linux" && sed -i 's/^MODULE_INFO(lab.*/MODULE_INFO(lab, "patched");/' drivers/cxl/mem.c && git diff >"$top/patch" && git checkout -q drivers/cxl/mem.c)
in_guest --patch "$top/patch" -- sh -c "$described"
like "Debian's with a patch" "$status$out" "^0${debian%%-*}.*-patched-[0-9a-f]{8}"$'\n'"patched"$'\n''\["attached"\]$'
in_guest --patch "$top/patch" --patch "$SOURCE/contrib/findings/attached-attribute.cocci" -- \
	sh -c "modinfo -F lab cxl_mem; cat /sys/bus/cxl/devices/mem*/attached"
is "and a semantic patch" "$status$out" "0patched"$'\n'1
printf '@@\n@@\n-no_such_function();\n' >"$top/none.cocci"
in_guest --patch "$top/none.cocci" -- true
like "a semantic patch that matches nothing" "$status$err" "^125.*none.cocci matches nothing in this kernel"
sed 's/patched/"/' "$top/patch" | sed 's/^ /-/' >"$top/wrong"
in_guest --patch "$top/wrong" -- true
is "a patch that does not apply" "$status" 125

patched=$(find "$cache" -maxdepth 1 -name 'kernel-*+patches-plain-*' -printf '%T@ %p\n' | sort -rn | sed -n '1s/^[^ ]* //p')
release=$(<"$patched/release")
mkdir "$top/modules"
cp -a "$patched/modules/$release" "$top/modules"
ln -s "$patched/build" "$top/modules/$release/build"
built=(--kernel-image "$patched/bzImage" --kernel-modules "$top/modules")
run timeout 3600 "$lab" run "${built[@]}" -- sh -c "$described"
is "already built: mock" "$status$out" "0$release"$'\n'patched$'\n''["attached"]'
run timeout 3600 "$lab" run "${built[@]}" --machine pci -- sh -c "$described"
is "already built: pci" "$status$out" "0$release"$'\n'patched$'\n''["attached"]'
rm "$top/modules/$release/build"
run timeout 3600 "$lab" run "${built[@]}" --machine pci -- true
like "already built, without its build" "$status$err" "^125.*there is no attach provider for it"
rm -r "$top/modules/$release/updates"
run timeout 3600 "$lab" run "${built[@]}" -- true
like "without cxl_test" "$status$err" "^125.*no cxl_test with an accelerator.*going on with --machine pci"
run "$lab" run --kernel-image "$kernel/bzImage" --kernel-modules "$top/modules" -- true
like "modules of another kernel" "$status$err" "^125lab: .*bzImage is $debian, and .* has the modules of $release"
finish
