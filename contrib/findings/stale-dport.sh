#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A memdev gets its endpoint below a downstream port that has been freed.
#
# Guest: --kernel-args 'slab_debug=FZP oops=panic panic_on_warn=1' --timeout 100
# Beside: freed-port
# Crash: devm_cxl_add_endpoint\+|__mock_cxl_decoders_setup\+
cxl exercise-autoremove --script --race host,port --interleaving loops --trials 1000 >/tmp/script
timeout 45 bash /tmp/script >&2
echo "not shown"
