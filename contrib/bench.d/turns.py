# SPDX-License-Identifier: GPL-2.0-only
"""Shared by the benchmarks: programs that run in turn, and tables of the measurements."""

import re
import subprocess
import sys
from statistics import median

LIMIT = 600  # seconds, for one run


def run(command, what):
    """Return the program's output. A program that fails or takes too long ends the benchmark."""
    try:
        return subprocess.run(command, stdout=subprocess.PIPE, timeout=LIMIT, check=True).stdout.decode()
    except subprocess.TimeoutExpired:
        sys.exit(f"{what}: took longer than {LIMIT} s")
    except (OSError, subprocess.CalledProcessError) as error:
        sys.exit(f"{what}: {error}")


def measured(measure, command):
    """Measure one run, and throw its output away."""
    time, cpu, memory = map(int, run([measure, *command], " ".join(command)).split())
    return {"seconds": time / 1e6, "cpu_seconds": cpu / 1e6, "bytes": memory * 1024}


def count_calls(command):
    """The number of system calls of the program, and of its threads and processes"""
    traced = subprocess.run(["strace", "-f", "-qq", "-e", "signal=none", *command], stdout=subprocess.DEVNULL,
                            stderr=subprocess.PIPE, timeout=LIMIT, check=False)
    return len(re.findall(r"^(?:\[pid +\d+\] )?\w+\(", traced.stderr.decode(errors="replace"), re.MULTILINE))


def in_turn(programs, runs):
    """(turn, program) for all rounds: each program comes first, second and so on as often as the others."""
    for turn in range(runs):
        first = turn % len(programs)
        for program in programs[first:] + programs[:first]:
            yield turn, program


def progress(text):
    if sys.stderr.isatty():
        print(f"\r\033[Kbench: {text}" if text else "\r\033[K", end="", file=sys.stderr, flush=True)


def print_table(title, lines):
    print(title)
    for line in lines:
        print(" ".join(f"{cell:>11}" for cell in line).rstrip())
    print()


def spread(times):
    """How far the middle half is apart, as a fraction of the median."""
    times = sorted(times)
    quarter = len(times) // 4
    return (times[-1 - quarter] - times[quarter]) / median(times)
