# SPDX-License-Identifier: GPL-2.0-only
"""The command of each round, and the machine that it runs on"""
import dataclasses


@dataclasses.dataclass(frozen=True)
class Round:
    arguments: tuple
    schema: str | None = None  # the schema of the output; None: the output is no JSON
    before: tuple = ()  # the arguments of a command that runs first, without a fault
    start: str = "attached"  # the state of the machine: test/inject/kernel
    manual: str | None = None  # the page with its exit statuses; None: the command's own page
    guarded: tuple = ()  # objects that cxl-cli must not operate on
    volatile: bool = False  # the output differs each time


DETACH = ("detach-memdev",)
ROUNDS = {
    "list-attach": Round(("list-attach",), "list-attach"),
    "list-attach-table": Round(("list-attach", "--all", "--table")),
    "list-attach-journal": Round(("list-attach",), "list-attach", DETACH + ("mem0",), "unbound"),
    "list-attach-vfio": Round(("list-attach",), "list-attach", DETACH + ("--to", "vfio-pci", "mem0"), "vfio"),
    "list-locked": Round(("list-locked",), "list-locked"),
    "destroy-region": Round(("destroy-region", "-f", "region0"), manual="attach", guarded=("region0",)),
    "destroy-region-dry": Round(("destroy-region", "--dry-run", "region0"), "guard", manual="attach", guarded=("region0",)),
    "disable-memdev": Round(("disable-memdev", "mem0", "mem1"), manual="attach", guarded=("mem0",)),
    "disable-region": Round(("disable-region", "region0", "region1"), manual="attach"),
    "disable-bus": Round(("disable-bus", "root0"), manual="attach", guarded=("root0",)),
    "detach-plan": Round(DETACH + ("--dry-run", "mem0"), "detach-memdev-plan"),
    "detach": Round(DETACH + ("mem0",), "detach-memdev"),
    "detach-reattach": Round(DETACH + ("--via", "host", "--reattach", "mem0"), "detach-memdev"),
    "detach-vfio": Round(DETACH + ("--to", "vfio-pci", "mem0"), "detach-memdev"),
    "detach-remove": Round(DETACH + ("--via", "pci-remove", "mem0"), "detach-memdev"),
    "attach": Round(("attach-memdev",), "attach-memdev", DETACH + ("mem0",), "unbound"),
    "attach-vfio": Round(("attach-memdev",), "attach-memdev", DETACH + ("--to", "vfio-pci", "mem0"), "vfio"),
    "attach-remove": Round(("attach-memdev",), "attach-memdev", DETACH + ("--via", "pci-remove", "mem0"), "removed"),
    "exercise": Round(("exercise-autoremove", "--real-hardware", "-b", "ACPI.CXL", "mem0", "--via", "host", "--trials", "2", "--seed", "7",
                       "--timeout", "5"), volatile=True),
}
