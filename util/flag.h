/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef UTIL_FLAG_H
#define UTIL_FLAG_H

/* What an attribute of 0 or 1 says, or a question that may have no answer */
enum flag {
	FLAG_UNKNOWN = -1,
	FLAG_NO = 0,
	FLAG_YES = 1,
};

#endif
