// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <sys/syscall.h>

#include "test/inject/calls.h"

#define CALL(name, about) [SYS_##name] = {#name, about}

static const struct {
	const char *name;
	enum call_about about;
} calls[CALLS_MAX] = {
	CALL(access, ABOUT_PATH),
	CALL(arch_prctl, ABOUT_NOTHING),
	CALL(bind, ABOUT_FD),
	CALL(brk, ABOUT_NOTHING),
	CALL(chdir, ABOUT_PATH),
	CALL(clock_gettime, ABOUT_NOTHING),
	CALL(clock_nanosleep, ABOUT_NOTHING),
	CALL(clone, ABOUT_NOTHING),
	CALL(clone3, ABOUT_NOTHING),
	CALL(close, ABOUT_FD),
	CALL(close_range, ABOUT_NOTHING),
	CALL(connect, ABOUT_FD),
	CALL(delete_module, ABOUT_PATH),
	CALL(dup, ABOUT_FD),
	CALL(dup2, ABOUT_FD),
	CALL(dup3, ABOUT_FD),
	CALL(execve, ABOUT_PATH),
	CALL(exit_group, ABOUT_NOTHING),
	CALL(faccessat, ABOUT_PATH_AT),
	CALL(faccessat2, ABOUT_PATH_AT),
	CALL(fcntl, ABOUT_FD),
	CALL(fdatasync, ABOUT_FD),
	CALL(finit_module, ABOUT_FD),
	CALL(flock, ABOUT_FD),
	CALL(fork, ABOUT_NOTHING),
	CALL(fstat, ABOUT_FD),
	CALL(fsync, ABOUT_FD),
	CALL(ftruncate, ABOUT_FD),
	CALL(futex, ABOUT_NOTHING),
	CALL(getcwd, ABOUT_NOTHING),
	CALL(getdents64, ABOUT_FD),
	CALL(getegid, ABOUT_NOTHING),
	CALL(geteuid, ABOUT_NOTHING),
	CALL(getgid, ABOUT_NOTHING),
	CALL(getpgrp, ABOUT_NOTHING),
	CALL(getpid, ABOUT_NOTHING),
	CALL(getppid, ABOUT_NOTHING),
	CALL(getrandom, ABOUT_NOTHING),
	CALL(getrlimit, ABOUT_NOTHING),
	CALL(getsockname, ABOUT_FD),
	CALL(gettid, ABOUT_NOTHING),
	CALL(getuid, ABOUT_NOTHING),
	CALL(init_module, ABOUT_NOTHING),
	CALL(ioctl, ABOUT_FD),
	CALL(kill, ABOUT_NOTHING),
	CALL(lseek, ABOUT_FD),
	CALL(lstat, ABOUT_PATH),
	CALL(madvise, ABOUT_NOTHING),
	CALL(mkdir, ABOUT_PATH),
	CALL(mkdirat, ABOUT_PATH_AT),
	CALL(mmap, ABOUT_NOTHING),
	CALL(mount, ABOUT_PATH),
	CALL(mprotect, ABOUT_NOTHING),
	CALL(mremap, ABOUT_NOTHING),
	CALL(munmap, ABOUT_NOTHING),
	CALL(newfstatat, ABOUT_PATH_AT),
	CALL(open, ABOUT_PATH),
	CALL(openat, ABOUT_PATH_AT),
	CALL(openat2, ABOUT_PATH_AT),
	CALL(pipe2, ABOUT_NOTHING),
	CALL(poll, ABOUT_NOTHING),
	CALL(ppoll, ABOUT_NOTHING),
	CALL(prctl, ABOUT_NOTHING),
	CALL(pread64, ABOUT_FD),
	CALL(prlimit64, ABOUT_NOTHING),
	CALL(pwrite64, ABOUT_FD),
	CALL(read, ABOUT_FD),
	CALL(readlink, ABOUT_PATH),
	CALL(readlinkat, ABOUT_PATH_AT),
	CALL(recvfrom, ABOUT_FD),
	CALL(recvmsg, ABOUT_FD),
	CALL(rename, ABOUT_PATH),
	CALL(renameat, ABOUT_PATH_AT),
	CALL(rseq, ABOUT_NOTHING),
	CALL(rt_sigaction, ABOUT_NOTHING),
	CALL(rt_sigprocmask, ABOUT_NOTHING),
	CALL(rt_sigreturn, ABOUT_NOTHING),
	CALL(sched_getaffinity, ABOUT_NOTHING),
	CALL(sched_getparam, ABOUT_NOTHING),
	CALL(sched_getscheduler, ABOUT_NOTHING),
	CALL(sched_setaffinity, ABOUT_NOTHING),
	CALL(sched_setscheduler, ABOUT_NOTHING),
	CALL(sched_yield, ABOUT_NOTHING),
	CALL(sendmsg, ABOUT_FD),
	CALL(sendto, ABOUT_FD),
	CALL(set_robust_list, ABOUT_NOTHING),
	CALL(set_tid_address, ABOUT_NOTHING),
	CALL(setpgid, ABOUT_NOTHING),
	CALL(setsockopt, ABOUT_FD),
	CALL(shutdown, ABOUT_FD),
	CALL(socket, ABOUT_NOTHING),
	CALL(socketpair, ABOUT_NOTHING),
	CALL(stat, ABOUT_PATH),
	CALL(statx, ABOUT_PATH_AT),
	CALL(sysinfo, ABOUT_NOTHING),
	CALL(timer_create, ABOUT_NOTHING),
	CALL(timer_delete, ABOUT_NOTHING),
	CALL(timer_settime, ABOUT_NOTHING),
	CALL(timerfd_create, ABOUT_NOTHING),
	CALL(timerfd_settime, ABOUT_FD),
	CALL(uname, ABOUT_NOTHING),
	CALL(unlink, ABOUT_PATH),
	CALL(unlinkat, ABOUT_PATH_AT),
	CALL(vfork, ABOUT_NOTHING),
	CALL(wait4, ABOUT_NOTHING),
	CALL(waitid, ABOUT_NOTHING),
	CALL(write, ABOUT_FD),
	CALL(writev, ABOUT_FD),
};

size_t call_index(long number)
{
	return number >= 0 && number < CALLS_MAX ? (size_t)number : CALLS_MAX - 1;
}

const char *call_name(long number)
{
	static char unknown[24];

	if (calls[call_index(number)].name)
		return calls[call_index(number)].name;
	snprintf(unknown, sizeof(unknown), "?%ld", number);
	return unknown;
}

enum call_about call_about(long number)
{
	return calls[call_index(number)].about;
}
