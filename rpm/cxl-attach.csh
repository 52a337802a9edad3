# SPDX-License-Identifier: GPL-2.0-only
#
# The cxl of cxl-attach comes before that of cxl-cli, which it runs for all that cxl-cli does.
if (":${PATH}:" !~ *:/usr/libexec/cxl-attach/bin:*) then
	setenv PATH "/usr/libexec/cxl-attach/bin:${PATH}"
endif
