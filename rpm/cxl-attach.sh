# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Puts the cxl of cxl-attach before the cxl of cxl-cli, which cxl-attach runs for every command of cxl-cli.
case ":$PATH:" in
*:/usr/libexec/cxl-attach/bin:*) ;;
*) PATH=/usr/libexec/cxl-attach/bin:$PATH ;;
esac
