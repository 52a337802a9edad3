# SPDX-License-Identifier: GPL-2.0-only
"""escape.py COMMAND...: run COMMAND outside of the chroot that the guest's init made, on the 9p root."""

import os
import sys

old_root = os.open("/", os.O_RDONLY)
os.chroot("/tmp")
os.fchdir(old_root)
for _ in range(16):
    os.chdir("..")
os.chroot(".")
os.execvp(sys.argv[1], sys.argv[1:])
