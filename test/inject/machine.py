# SPDX-License-Identifier: GPL-2.0-only
"""The machine that a round runs on, and how a command runs with a fault"""
import dataclasses
import json
import os
import pathlib
import re
import shutil
import subprocess

from errors import Call

HERE = pathlib.Path(__file__).resolve().parent
# What differs each time. On a recorded machine, the kernel log is that of the kernel that the test runs on.
VOLATILE = re.compile(r"(|.*_)us|pid|kernel_log")
HOST = "0000:11:00.0"


def without_volatile(value):
    """JSON without what differs each time"""
    if isinstance(value, dict):
        return {key: without_volatile(inner) for key, inner in value.items() if not VOLATILE.fullmatch(key)}
    return [without_volatile(inner) for inner in value] if isinstance(value, list) else value


@dataclasses.dataclass
class Run:
    status: int
    ended: str  # exit, signal or hung
    fired: bool
    out: str
    err: str
    calls: list = dataclasses.field(default_factory=list)
    told: list = dataclasses.field(default_factory=list)  # cxl-cli's arguments

    @property
    def stable(self):
        """The command's output, without what differs each time"""
        try:
            return json.dumps(without_volatile(json.loads(self.out)), indent=1)
        except ValueError:
            return self.out


def read(path, default=""):
    try:
        return pathlib.Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return default


class Machine:
    """What a recorded machine and a guest have in common"""
    autoprobe = "/sys/bus/pci/drivers_autoprobe"
    override = f"/sys/bus/pci/devices/{HOST}/driver_override"

    def __init__(self):
        self.top = pathlib.Path(os.environ["INJECT_TOP"])
        self.journal = pathlib.Path(os.environ["CXL_STATE_DIR"])
        self.saved = self.top / "saved"
        self.cli = self.top / "told"
        self.settings = {}

    def hook(self):
        """The options that say which program plays the kernel"""
        return []

    def plain(self, *arguments):
        """Run a command without a fault."""
        return self.execute([], arguments)

    def execute(self, options, arguments):
        out, err = self.top / "out", self.top / "err"
        hook = self.hook()
        self.cli.unlink(missing_ok=True)
        command = [os.environ["FAULT"], "--result", str(self.top / "result"), *hook, "--own", os.environ.get("CXL_EXERCISE", ""),
                   *options, os.environ["CXL"], *arguments]
        with out.open("wb") as to_out, err.open("wb") as to_err:
            subprocess.run(command, stdin=subprocess.DEVNULL, stdout=to_out, stderr=to_err, check=False)
        ended, status, fired = read(self.top / "result").split()
        return Run(int(status), ended, fired == "fired", read(out), read(err), told=read(self.cli).split())

    def run_counting(self, this_round):
        self.reset(this_round)
        run = self.execute(["--log", str(self.top / "log")], this_round.arguments)
        for line in read(self.top / "log").splitlines():
            process, early, name, number, result, writes, what = line.split("\t", 6)
            run.calls.append(Call(int(process), early == "early", name, int(number), int(result), writes == "w", what))
        return run

    def run(self, this_round, fault):
        call = fault.call
        options = ["--process", str(call.process), "--call", call.name, "--number", str(call.number)]
        options += ["--error", fault.error] if fault.error else []
        options += ["--after"] if fault.after else []
        return self.execute(options, this_round.arguments)

    def prepare(self, this_round):
        self.become("attached")
        self.settings = self.read_settings()
        shutil.rmtree(self.journal, ignore_errors=True)
        if this_round.before:
            run = self.plain(*this_round.before)
            if run.status not in (0, 4) or not self.entries():
                print(f"problem: {' '.join(this_round.before)}: status {run.status}: {run.err}")
        shutil.rmtree(self.saved, ignore_errors=True)
        self.journal.mkdir(exist_ok=True)
        shutil.copytree(self.journal, self.saved)
        self.settings_at_start = self.read_settings()

    def entries(self):
        """The hosts in the journal, in entries of this boot"""
        hosts = []
        boot = read("/proc/sys/kernel/random/boot_id").strip()
        for path in self.journal.glob("*.json"):
            try:
                entry = json.loads(read(path))
                if entry["boot_id"] == boot:
                    hosts += [host["host"] for host in entry["hosts"]]
            except (ValueError, KeyError, TypeError):
                hosts.append(f"broken entry {path.name}")
        return hosts

    def read_settings(self):
        return {path: read(path).strip() for path in (self.autoprobe, self.override)}

    def what_is_left(self):
        """Everything of the machine and of the journal that a command can have changed"""
        return self.state(), sorted(self.entries()), self.left_settings(), self.read_settings()

    def left_settings(self):
        return [path.name for path in (self.journal / "settings").glob("*.json")]


class Recorded(Machine):
    """A recorded machine: INJECT_TOP/sys is /sys, and the script beside this file does what the kernel does"""

    def hook(self):
        return ["--hook", str(HERE / "kernel")]

    def state(self):
        return read(self.top / "state").strip()

    def is_attached(self):
        return self.state() == "attached"

    def become(self, state):
        if self.state() != state:
            subprocess.run([str(HERE / "kernel"), "become", state], check=True)

    def reset(self, this_round):
        self.become(this_round.start)
        for path, text in self.settings_at_start.items():
            if os.path.exists(path) and read(path).strip() != text:
                pathlib.Path(path).write_text(text + "\n", encoding="utf-8")
        shutil.rmtree(self.journal, ignore_errors=True)
        shutil.copytree(self.saved, self.journal)


class Guest(Machine):
    """A real kernel: the module of test/truth says what is attached"""
    truth_file = "/sys/kernel/debug/cxl_lab_truth"

    def __init__(self):
        super().__init__()
        listed = json.loads(subprocess.run([os.environ["CXL"], "list-attach"], stdout=subprocess.PIPE, check=True).stdout)[0]
        bus = f"/sys/bus/{listed['subsystem']}"
        self.host = pathlib.Path(f"{bus}/devices/{listed['host']}")
        self.autoprobe, self.override = f"{bus}/drivers_autoprobe", f"{self.host}/driver_override"
        self.whole = self.truth()

    def truth(self):
        """What is attached and locked, without the numbers of memdevs and regions"""
        return sorted(re.sub(r"^(\w+) \S+", r"\1", line) for line in read(self.truth_file).splitlines())

    def memdev(self):
        return next((path.name for path in self.host.resolve().glob("mem[0-9]*")), "mem0")

    def state(self):
        driver = self.host / "driver"
        return driver.resolve().name if driver.exists() else "unbound"

    def is_attached(self):
        return self.truth() == self.whole

    def execute(self, options, arguments):
        run = super().execute(options, [self.memdev() if argument == "mem0" else argument for argument in arguments])
        pathlib.Path("/sys/bus/cxl/flush").write_text("1\n", encoding="utf-8")
        return run

    def become(self, state):
        if state == "attached" and not self.is_attached():
            self.plain("attach-memdev", "--all")

    def reset(self, this_round):
        if not this_round.before:
            self.become("attached")
        elif self.is_attached() or not self.entries():
            self.become("attached")
            self.plain(*this_round.before)


def machine_of():
    return Guest() if os.environ.get("INJECT_LIVE") else Recorded()
