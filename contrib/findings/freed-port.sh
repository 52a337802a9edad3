#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A memdev is entered into a port whose memory has been freed.
#
# Guest: --kernel-args 'slab_debug=FZP oops=panic panic_on_warn=1' --timeout 150
# Beside: stale-dport
# Crash: cxl_add_ep\+
cxl exercise-autoremove --script --race port,port --interleaving halves --at -0.6371 --trials 10000 >/tmp/script
timeout 90 bash /tmp/script >&2
echo "not shown"
