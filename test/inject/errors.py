# SPDX-License-Identifier: GPL-2.0-only
"""Which errors fit which system call, and the faults that follow from a list of calls."""
import dataclasses
import itertools


@dataclasses.dataclass(frozen=True)
class Call:
    process: int  # in the order in which they began
    early: bool  # before the program's entry: ld.so
    name: str
    number: int  # its number among the calls of this name in its process, from 1
    result: int
    opens_to_write: bool
    what: str  # the path that the call is about


@dataclasses.dataclass(frozen=True)
class Fault:
    call: Call
    error: str | None  # None: killed
    after: bool  # the call is made before the fault

    def __str__(self):
        how = self.error or "killed"
        when = " after" if self.after else "" if self.error else " before"
        call = self.call
        return f"{how}{when} {call.name}:{call.process}:{call.number} ({call.what or '-'})"


# Each call gets two of its errors, and the next call of the same name gets the next two.
ERRORS = {
    "openat": ["EMFILE", "ENOMEM", "EIO", "EACCES", "EINTR", "ENODEV"],
    "read": ["EIO", "ENODEV", "ENOMEM", "EINTR"],
    "write": ["ENOSPC", "EIO", "EINTR", "ENOMEM", "EACCES", "ENODEV"],
    "getdents64": ["EIO", "ENOMEM"],
    "newfstatat": ["EACCES", "ENOMEM", "EIO"],
    "fstat": ["EIO", "ENOMEM"],
    "readlinkat": ["EACCES", "EIO", "ENOMEM"],
    "faccessat2": ["EACCES", "EIO", "ENOMEM"],
    "close": ["EIO", "EINTR"],
    "fcntl": ["EMFILE", "EINTR"],
    "dup2": ["EMFILE", "EINTR"],
    "mmap": ["ENOMEM", "ENODEV"],
    "socket": ["EMFILE", "ENOMEM", "EACCES"],
    "bind": ["EACCES", "ENOMEM"],
    "clone": ["ENOMEM", "EAGAIN"],
    "recvfrom": ["ENOMEM", "EINTR", "EIO"],
    "sendto": ["ENOMEM", "EINTR", "EIO"],
    "poll": ["ENOMEM", "EINTR"],
    "clock_nanosleep": ["EINTR", "EINVAL"],
    "flock": ["EINTR", "ENOMEM", "EIO"],
    "fsync": ["EIO", "ENOSPC"],
    "ftruncate": ["EIO", "EINTR"],
    "mkdir": ["ENOSPC", "EACCES", "ENOMEM"],
    "rename": ["EIO", "ENOSPC", "EACCES", "ENOMEM"],
    "unlink": ["EIO", "EACCES"],
    "lseek": ["EINVAL", "ESPIPE"],
    "access": ["EACCES", "EIO"],
    "timer_create": ["EAGAIN", "ENOMEM"],
    "execve": ["ENOMEM", "EACCES", "EIO"],
    "wait4": ["EINTR", "ECHILD"],
    "ioctl": ["EIO", "ENODEV"],
    "pipe2": ["EMFILE", "ENOMEM"],
    "uname": ["EIO", "ENOMEM"],
    "setsockopt": ["ENOMEM", "EIO"],
    "sched_setscheduler": ["EACCES", "ENOMEM"],
    "sched_setaffinity": ["EINVAL", "ENOMEM"],
    "mprotect": ["ENOMEM", "EACCES"],
    "munmap": ["ENOMEM", "EINVAL"],
    "mremap": ["ENOMEM", "EINVAL"],
    "finit_module": ["ENOMEM", "EIO"],
    "delete_module": ["EIO", "EACCES"],
    "timerfd_create": ["EMFILE", "ENOMEM"],
    "prlimit64": ["EIO", "EACCES"],
    "statx": ["EACCES", "ENOMEM"],
    "getcwd": ["ENOMEM", "EACCES"],
    "sysinfo": ["EIO", "ENOMEM"],
    "kill": ["EACCES", "EINTR"],
    "shutdown": ["EIO", "ENOMEM"],
    "mount": ["ENOMEM", "EIO"],
    "getrandom": ["EINTR", "EIO"],
    "setpgid": ["EACCES", "EIO"],
}
SAME = {
    "openat2": "openat", "open": "openat", "pread64": "read", "pwrite64": "write", "writev": "write", "stat": "newfstatat",
    "lstat": "newfstatat", "readlink": "readlinkat", "faccessat": "faccessat2", "dup": "dup2", "dup3": "dup2",
    "clone3": "clone", "vfork": "clone", "fork": "clone", "socketpair": "socket", "recvmsg": "recvfrom", "sendmsg": "sendto",
    "ppoll": "poll", "fdatasync": "fsync", "mkdirat": "mkdir", "renameat": "rename", "unlinkat": "unlink", "connect": "bind",
    "waitid": "wait4", "getsockname": "bind", "sched_getaffinity": "sched_setaffinity", "sched_getscheduler": "sched_setscheduler",
    "sched_getparam": "sched_setscheduler", "init_module": "finit_module", "timerfd_settime": "timerfd_create",
    "getrlimit": "prlimit64", "chdir": "access", "timer_settime": "timer_create", "timer_delete": "timer_create",
}
# These calls have no error, or no error that can be seen from outside. brk() has no errno.
NO_ERRORS = {
    "getpid", "getppid", "gettid", "geteuid", "getuid", "getegid", "getgid", "getpgrp", "brk", "exit_group", "rt_sigprocmask",
    "rt_sigaction", "rt_sigreturn", "set_robust_list", "set_tid_address", "rseq", "arch_prctl", "futex", "madvise",
    "sched_yield", "clock_gettime", "prctl", "close_range",
}
# The kernel closes a file even if it reports an error.
AFTER = {"close"}
# Calls that change something outside of the process
WRITING = {
    "write", "pwrite64", "writev", "rename", "renameat", "unlink", "unlinkat", "fsync", "fdatasync", "mkdir", "mkdirat",
    "ftruncate", "mount", "sendto", "sendmsg", "clone", "clone3", "vfork", "kill", "finit_module", "delete_module", "flock",
    "shutdown",
}


def is_writing(call):
    return call.opens_to_write or call.name in WRITING


def faults_of(calls, writing=False, every_error=False):
    """For each call: two errors or every error, a kill before the call, and a kill after it"""
    turns = {}
    faults = []
    for call in calls:
        if writing and not is_writing(call):
            continue
        kind = SAME.get(call.name, call.name)
        if kind in ERRORS:
            turn = turns.setdefault(kind, itertools.cycle(ERRORS[kind]))
            count = len(ERRORS[kind]) if every_error else 2
            faults += [Fault(call, next(turn), call.name in AFTER) for _ in range(count)]
        elif kind not in NO_ERRORS:
            raise ValueError(f"errors.py has no errors for {call.name}")
        faults.append(Fault(call, None, False))
        if call.name != "exit_group":
            faults.append(Fault(call, None, True))
    return faults
