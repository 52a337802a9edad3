# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The guest: QEMU runs in the userland. The userland, or another Debian root, is also the guest's root, read-only over
# 9p. QEMU has no network device. The guest can write to one directory of the host only: guest/ of the boot.
#
#   console.log, qemu.log        everything that the guest's console and QEMU printed
#   stdout, stderr               pipes, while the guest runs
#   guest/command ...            the files that guest-init reads
#   guest/status, kernel.log     the files that guest-init writes
#   guest/counts                 exists with --counts; counts.tar then has the counts of the guest's cxl
#   guest/systemd                exists with --userland fleet: systemd is the guest's init
#   guest/share/                 /share in the guest

# setup_guest_root: set up the guest's root, in $guest_root
setup_guest_root() {
	local tools=$userland
	[ "$opt_userland" = testing ] || setup_userland "$opt_userland"
	guest_root=$userland
	userland=$tools
}

# guest_new: make a directory for one boot, in $boot
guest_new() {
	boot=$LAB_CACHE/boots/$(date +%Y%m%d-%H%M%S)-$$-$((boot_count += 1))
	mkdir -p "$boot/guest/share"
	share=${opt_share:-$boot/guest/share}
	echo "$opt_modules" >"$boot/guest/modules"
	echo "$opt_machine" >"$boot/guest/machine"
	printf '%s\n' "$opt_module_args" >"$boot/guest/module-args"
	[ -z "$opt_counts" ] || touch "$boot/guest/counts"
	[ "$opt_userland" != fleet ] || touch "$boot/guest/systemd"
}
boot_count=0

# How many seconds a guest may take to boot and to power off, besides its command
boot_limit=${LAB_BOOT_LIMIT:-120}

# guest_qemu LIMIT ACCELERATOR OPTION...: one boot, which is ended after LIMIT seconds (0: never). QEMU replaces
# the shell, so that it is the lab's own child and dies with the lab. Run this function in a subshell.
guest_qemu() {
	local limit=$1 accel=$2 parameters machine initrd=()
	machine_options
	[ ! -e "$kernel/initrd" ] || initrd=(-initrd /kernel/initrd)
	parameters=(console=ttyS0 ignore_loglevel panic=-1 root=/dev/root rootfstype=9p ro
		rootflags=trans=virtio,version=9p2000.L,cache=loose,msize=262144
		init=/src/contrib/lab.d/guest-init "$opt_kernel_args")
	shift 2
	exec setpriv --pdeathsig KILL timeout --foreground --signal=KILL "$limit" \
		"$LAB_DIR/in-root" "$userland" \
		--ro "$guest_root" /lab/guest --ro "$modules" /lab/guest/usr/lib/modules \
		--ro "$LAB_SRC" /lab/guest/src --ro "$installed" /lab/guest/usr/local \
		--ro "$kernel" /kernel --rw "$boot" /lab/boot --rw "$share" /lab/boot/guest/share -- \
		qemu-system-x86_64 -nodefaults -display none -no-reboot -nic none \
		-accel "$accel" -cpu max "${machine[@]}" \
		-sandbox on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny \
		-chardev file,id=console,path=/lab/boot/console.log -serial chardev:console \
		-device virtio-rng-pci,bus=pcie.0 -device virtio-serial-pci,bus=pcie.0 \
		-fsdev local,id=root,path=/lab/guest,security_model=none,readonly=on,multidevs=remap \
		-device virtio-9p-pci,bus=pcie.0,fsdev=root,mount_tag=/dev/root \
		-fsdev local,id=boot,path=/lab/boot/guest,security_model=none,multidevs=remap \
		-device virtio-9p-pci,bus=pcie.0,fsdev=boot,mount_tag=boot \
		-kernel /kernel/bzImage "${initrd[@]}" -append "${parameters[*]}" \
		"$@" 2>"$boot/qemu.log"
}

# guest_accel: print kvm if a trial boot under KVM comes to its end, else tcg. A /dev/kvm that opens proves nothing: on
# many nested machines the guest then hangs. The trial runs once for each host boot and QEMU, whichever kernel the guest
# has. It runs under a lock: another run at the same time waits for the answer and uses it. An interrupted trial
# gives no answer. This function runs in a subshell.
guest_accel() {
	local host_boot answer lock
	trap 'exit 130' INT
	host_boot=$(key "$(cat /proc/sys/kernel/random/boot_id)")
	answer=$LAB_CACHE/kvm-$host_boot-$(key "$(grep '^qemu-system-x86 ' "$userland/lab/packages")")
	if [ ! -e "$answer" ]; then
		lock_take "trial of KVM" "$LAB_CACHE/locks/${answer##*/}"
		[ -e "$answer" ] || guest_try_kvm_once "$host_boot" "$answer"
		lock_drop
	fi
	cat "$answer"
}

# guest_try_kvm_once HOST-BOOT ANSWER: make the file ANSWER, and remove the answers of earlier host boots
guest_try_kvm_once() {
	local old
	for old in "$LAB_CACHE"/kvm-*; do
		[[ ${old##*/} == kvm-$1-* ]] || rm -f "$old"
	done
	guest_try_kvm >"$2.part"
	mv "$2.part" "$2"
}

guest_try_kvm() {
	if ! [ -c /dev/kvm ] || ! (exec 9<>/dev/kvm) 2>/dev/null; then
		say "no /dev/kvm that opens: guests run under software emulation (slower)"
		echo tcg
	elif guest_kvm_boots; then
		say "KVM works and is used"
		echo kvm
	else
		say "KVM does not bring up a guest: guests run under software emulation (slower)"
		echo tcg
	fi
}

guest_kvm_boots() (
	say "trying a boot under KVM (at most 40 s) ..."
	opt_machine=mock opt_modules=no opt_share='' opt_kernel_args='' opt_counts='' opt_userland=testing
	guest_new
	printf 'true\0' >"$boot/guest/command"
	echo 30 >"$boot/guest/limit"
	(guest_qemu 40 kvm -device virtserialport,name=lab.none </dev/null) &&
		[ "$(cat "$boot/guest/status")" = 0 ]
) >/dev/null

# guest_relay PIPE: copy to stdout, and throw away what no process reads: a full pipe would stop the guest
guest_relay() { cat "$1" || cat "$1" >/dev/null; }

# guest_boot COMMAND...: run COMMAND in a guest; its stdout and stderr come out here, separately; its result in $status
guest_boot() {
	local limit=${opt_timeout:-300} accel relays=() rc=0 hold_out hold_err
	accel=$(guest_accel)
	guest_new
	printf '%s\0' "$@" >"$boot/guest/command"
	echo "$limit" >"$boot/guest/limit"
	mkfifo "$boot/stdout" "$boot/stderr"
	guest_relay "$boot/stdout" & relays+=($!)
	guest_relay "$boot/stderr" >&2 & relays+=($!)
	# Held open until the guest has ended: if the guest dies before it opens its end, the relays must not wait.
	exec {hold_out}<>"$boot/stdout" {hold_err}<>"$boot/stderr"
	guest_qemu $((limit + boot_limit)) "$accel" \
		-chardev file,id=out,path=/lab/boot/stdout \
		-device virtserialport,chardev=out,name=lab.stdout \
		-chardev file,id=err,path=/lab/boot/stderr \
		-device virtserialport,chardev=err,name=lab.stderr </dev/null &
	wait $! || rc=$? # in the background, so that a signal to the lab ends this wait at once
	exec {hold_out}>&- {hold_err}>&-
	wait "${relays[@]}" || :
	rm -f "$boot/stdout" "$boot/stderr"
	guest_counts
	guest_verdict "$rc" "$limit"
}

# guest_counts: move the counts of the guest's cxl to the directory of --counts
guest_counts() {
	[ -n "$opt_counts" ] || return 0
	if [ -e "$boot/guest/counts.tar" ]; then
		mv "$boot/guest/counts.tar" "$opt_counts/${boot##*/}.tar"
	else
		touch "$opt_counts/${boot##*/}.missing"
		say "the guest did not come to its end: what it executed is not counted"
	fi
}

guest_run() {
	guest_boot "$@"
	exit "$status"
}

guest_shell() {
	local accel rc=0
	[ -t 0 ] && [ -t 1 ] || wrong_usage "shell needs a terminal; for one command there is run"
	accel=$(guest_accel)
	guest_new
	say "starting a guest; leave it with exit; /share is $share"
	echo "$TERM $(stty size)" >"$boot/guest/terminal"
	local tty
	tty=$(stty -g)
	(guest_qemu "${opt_timeout:-0}" "$accel" -chardev stdio,id=tty,signal=off \
		-device virtconsole,chardev=tty) || rc=$?
	stty "$tty"
	guest_verdict "$rc" "${opt_timeout:-0}"
	exit "$status"
}

# guest_verdict QEMU-STATUS LIMIT: set $status to the result of the boot, and report a failure
guest_verdict() {
	local rc=$1 limit=$2 result
	result=$(cat "$boot/guest/status" 2>/dev/null || :)
	if [[ $result =~ ^[0-9]+$ ]]; then
		status=$result
		! "$LAB_DIR/splats" <"$boot/console.log" >/dev/null ||
			say "the guest's kernel reported a bug; its log: $boot/console.log"
	elif [ "$result" = limit ] || [ "$rc" -eq 137 ]; then
		status=$E_LIMIT
		say "the guest was ended: it took longer than $limit s; its log: $boot/console.log"
	elif [ "$rc" -eq 0 ]; then
		status=$E_CRASH
		say "the guest's kernel crashed; its log: $boot/console.log"
	else
		sed 's/^/    /' "$boot/qemu.log" >&2
		die "QEMU failed with status $rc; its logs: $boot"
	fi
}

# guest_record FILE [COMMAND...]: record the machine of a fresh guest after COMMAND, in the format of test/replay
guest_record() {
	local file=$1
	shift
	# shellcheck disable=SC2016 # expanded in the guest
	guest_boot bash -c '[ $# -eq 0 ] || "$@" || exit; /src/test/replay/tree record /share/machine' \
		record "$@"
	[ "$status" -eq 0 ] || exit "$status"
	cp "$share/machine" "$file"
	say "recorded in $file"
}
