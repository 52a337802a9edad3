#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The guard on a machine where nothing is attached. Last in its boot, because regions get other addresses afterwards.
# shellcheck source=test/vm/guard/matrix.sh
. "$SOURCE/test/vm/guard/matrix.sh"
