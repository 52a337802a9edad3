#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# An attach that fails half-way leaves its region behind, without an owner.
#
# Guest: --timeout 300
# Beside: freed-port stale-dport
# shellcheck source=contrib/findings/common/exercised.sh
. "$SOURCE/contrib/findings/common/exercised.sh"
exercised "quiet nothing-left" --interleaving halves --duration 120 --race memdev,port --race port,port --race endpoint,open
