/* SPDX-License-Identifier: GPL-2.0-only */
/* What Coccinelle has to know of the kernel's macros to parse the functions that use them */
#define scoped_guard YACFE_ITERATOR
#define __free(x) MACROATTR
#define guard(x)
