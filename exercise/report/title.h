/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef EXERCISE_REPORT_TITLE_H
#define EXERCISE_REPORT_TITLE_H

/**
 * finding_title() - return a finding in one line, as kernel test systems name their findings
 * @kind: of the finding
 * @signature: of the finding
 * @detail: the whole kernel report, if @kind is "splat"
 *
 * A kernel report becomes "KASAN: slab-use-after-free Read in cxl_add_ep", or "possible deadlock in
 * pciehp_unconfigure_device". Any other finding becomes "cxl: " and its signature, because other
 * test systems have no name for it.
 *
 * Return: a new string that the caller frees.
 */
char *finding_title(const char *kind, const char *signature, const char *detail);

#endif
