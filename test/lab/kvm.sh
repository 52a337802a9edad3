#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The trial of KVM runs once for a machine and its QEMU, even if several runs start at once, are ended, or boot another
# kernel. First with the real QEMU and a /dev/kvm that opens and does nothing, then with a QEMU that only pretends.
[ "${1-}" = --inside ] || exec unshare --mount "$0" --inside
# shellcheck source=test/tap.sh
. "$SOURCE/test/tap.sh"

lender=${XDG_CACHE_HOME:-$HOME/.cache}/cxl-attach
top=$(mktemp -d "${lender%/*}/cxl-attach-test.XXXXXX")
trap 'umount -R /dev "$top/dev"; rm -rf "$top"' EXIT
export XDG_CACHE_HOME=$top
cache=$top/cxl-attach

mkdir -p "$top/dev" "$cache"
mount -t tmpfs dev "$top/dev"
cp -a /dev/{null,zero,full,random,urandom,tty,fd,stdin,stdout,stderr} "$top/dev"
mkdir "$top/dev"/{pts,shm}
mknod "$top/dev/kvm" c 1 5 # as /dev/zero
mount --rbind "$top/dev" /dev

# The lender's results, except its trial. The userland is copied, so that it can be changed.
cp -a "$lender/pins" "$cache"
for result in "$lender"/{kernel,modules}-* "$lender/checkouts"; do
	[[ $result == *.part ]] || ln -s "$result" "$cache"
done
userland=$(find "$lender" -maxdepth 1 -name 'userland-testing-*' ! -name '*.part' -printf '%T@ %p\n' |
	sort -n | tail -n 1 | cut -d' ' -f2-)
cp -al "$userland" "$cache"
userland=$cache/${userland##*/}

lab() { run timeout 400 "$SOURCE/contrib/lab" run --no-modules "$@" -- echo "done"; }
trials() { grep -c 'trying a boot under KVM' <<<"$err"; }
answers() { cat "$cache"/kvm-* 2>/dev/null; }

for process in 1 2; do
	timeout 400 "$SOURCE/contrib/lab" run --no-modules -- echo "done" >"$top/out$process" 2>"$top/err$process" </dev/null &
	processes[process]=$!
done
for process in 1 2; do
	wait "${processes[process]}"
	is "two at once: number $process ends well" "$? $(cat "$top/out$process")" "0 done"
done
err=$(cat "$top"/err*)
is "two at once: one trial" "$(trials)" 1
like "two at once: its outcome is said" "$err" 'KVM does not bring up a guest'
is "two at once: one answer" "$(answers)" tcg

# pretend LINE...: from now on, QEMU does this under KVM. Without KVM it boots.
pretend() {
	rm -f "$userland/usr/bin/qemu-system-x86_64"
	printf '%s\n' '#!/bin/sh' 'boots() { : >/lab/boot/console.log; echo 0 >/lab/boot/guest/status; exit 0; }' \
		'case "$*" in *"-accel tcg"*) boots ;; esac' ': >/lab/boot/kvm' "$@" >"$userland/usr/bin/qemu-system-x86_64"
	chmod 755 "$userland/usr/bin/qemu-system-x86_64"
}
hang=("trap 'exit 0' INT" 'sleep 1000 & wait') # as in QEMU, an interrupt is no error

# killed_in_trial KILL-ARGUMENT...: all processes of a run get this signal during the trial; its status is in $status
killed_in_trial() {
	local lab
	rm -f "$cache"/kvm-*
	rm -rf "$cache"/boots/*
	env --default-signal=INT setsid timeout --foreground 100 "$SOURCE/contrib/lab" run --no-modules -- true 2>"$top/killed" </dev/null &
	lab=$!
	for _ in $(seq 600); do
		! compgen -G "$cache/boots/*/kvm" >/dev/null || break
		sleep 0.1
	done
	kill "$1" -- "-$lab"
	wait "$lab" 2>/dev/null
	status=$?
}

pretend boots
lab
is "a third run: no trial" "$status $(trials)" "0 0"

# Another kernel: the same kernel, under the name that another package would have
mkdir "$cache/pins/kernel-9.9"
echo linux-source-9.9=9.9-1 >"$cache/pins/kernel-9.9/package"
lab --kernel 9.9
other=$(sed -n 's|.*/logs/\(kernel-9.9-1-.*\)\.log$|\1|p' <<<"$err")
for kernel in "$lender"/kernel-*-plain-*; do
	[[ $kernel == *.part ]] || ln -sfn "$kernel" "$cache/${other:-none}"
done
lab --kernel 9.9
is "another kernel: no trial" "$status $(trials)" "0 0"

sed -i 's/^qemu-system-x86 .*/& or so/' "$userland/lab/packages"
lab
is "another QEMU: a trial" "$status $(trials)" "0 1"
like "a QEMU that boots under KVM: said" "$err" 'KVM works and is used'
lab --kernel-args panic=1
is "it is used" "$status $(trials) $(find "$cache/boots" -name kvm | wc -l)" "0 0 2"

pretend "${hang[@]}"
killed_in_trial -INT
is "interrupted in the trial: it ends" "$status" 130
is "interrupted in the trial: no answer" "$(answers)" ""
pretend boots
lab
is "the next run tries again" "$status $(trials) $(answers)" "0 1 kvm"

pretend "${hang[@]}"
killed_in_trial -KILL
is "killed in the trial: no answer" "$(answers)" ""
pretend boots
lab
is "the next run tries again, and waits for none that is dead" "$status $(trials) $(answers)" "0 1 kvm"
is "nothing is left half made" "$(find "$cache" -maxdepth 1 -name '*.part' | wc -l)" 0
finish
