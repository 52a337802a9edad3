/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef EXERCISE_REPORT_TITLE_H
#define EXERCISE_REPORT_TITLE_H

/**
 * finding_title() - a finding in one line, as kernel test systems name what they find
 * @kind: of the finding
 * @signature: of the finding
 * @detail: the whole kernel report, if @kind is "splat"
 *
 * Of a kernel report: "KASAN: slab-use-after-free Read in cxl_add_ep", "possible deadlock in
 * pciehp_unconfigure_device". Of anything else its signature with "cxl: " before it, since nobody
 * else has a name for it.
 *
 * Return: a new string that the caller frees.
 */
char *finding_title(const char *kind, const char *signature, const char *detail);

#endif
