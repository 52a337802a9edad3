#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The guard on a machine where nothing is attached. Last in its boot: regions do not return to the same addresses.
# shellcheck source=test/vm/guard/matrix.sh
. "$SOURCE/test/vm/guard/matrix.sh"
