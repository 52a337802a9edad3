# SPDX-License-Identifier: GPL-2.0-only
"""Shared by the benchmarks that detach the attached memdev of this machine."""

import glob
import json
import os
import subprocess
import sys
import tempfile

from turns import run

FLUSH = "/sys/bus/cxl/flush"

# How often the rate of exercise-autoremove is measured
RATE_TURNS = 5


def put(path, text):
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


class Memdev:
    """The attached memdev. Its name can change with each round; the name of its host cannot."""

    def __init__(self, cxl):
        attached = [memdev for memdev in json.loads(run([cxl, "list-attach"], "cxl list-attach"))
                    if memdev["attach"] == "attached" and memdev.get("driver")]
        if not attached:
            sys.exit("no memdev of this machine is attached")
        self.host = attached[0]["host"]
        self.directory = f"/sys/bus/{attached[0]['subsystem']}/devices/{self.host}"
        self.driver = f"/sys/bus/{attached[0]['subsystem']}/drivers/{attached[0]['driver']}"

    def name(self):
        return os.path.basename(glob.glob(f"{self.directory}/mem[0-9]*")[0])

    def settle(self):
        """Wait for the kernel. Return whether the round was whole; if its bind was undone, bind again."""
        put(FLUSH, "1")
        whole = os.path.exists(f"{self.driver}/{self.host}")
        if not whole:
            put(f"{self.driver}/bind", self.host)
        return whole


def exercise(cxl, what, trials):
    """How many of these trials exercise-autoremove makes in a second, with everything verified."""
    with tempfile.TemporaryDirectory() as directory:
        done = subprocess.run([cxl, "exercise-autoremove", *what, "--trials", str(trials),
                               "--log", f"{directory}/log"], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"cxl exercise-autoremove: status {done.returncode}\n{done.stderr}")
    return json.loads(done.stdout)["trials_per_second"]


def print_rows(title, columns, rows):
    print(f"{title:<52}" + "".join(f"{column:>16}" for column in columns))
    for label, *values in rows:
        print(f"{label:<52}" + "".join(f"{value:>16.{2 if value < 100 else 0}f}" for value in values))
    print()
