#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The guard where there is nothing to guard. Last in its boot: regions do not come back at the same place.
# shellcheck source=test/vm/guard/matrix.sh
. "$SOURCE/test/vm/guard/matrix.sh"
