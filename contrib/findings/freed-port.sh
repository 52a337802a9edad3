#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A memdev is entered into a port whose memory has been freed.
#
# Guest: --kernel-args 'slab_debug=FZP oops=panic panic_on_warn=1' --timeout 100
# Beside: stale-dport
# Crash: cxl_add_ep\+
cxl exercise-autoremove --script --race host,port --interleaving loops --trials 1000 >/tmp/script
timeout 45 bash /tmp/script >&2
echo "not shown"
