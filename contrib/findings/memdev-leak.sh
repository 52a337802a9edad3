#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A memdev that cannot attach is never released, and keeps its number.
#
# Guest: --timeout 300
# Beside: freed-port stale-dport
# shellcheck source=contrib/findings/common/exercised.sh
. "$SOURCE/contrib/findings/common/exercised.sh"
exercised "leak of a memdev" --interleaving halves --duration 120 --race host,port --race memdev,port
