/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef UTIL_SIZE_H
#define UTIL_SIZE_H

#include <stdint.h>

/* The text form of a size, in the largest unit in which it is at least 1 */
enum size_style {
	SIZE_LETTER,  /* as lsblk(8) prints: "100B", "512M", "1.5G" */
	SIZE_UNIT,    /* in a sentence: "100 bytes", "512 MiB", "1.5 GiB" */
	SIZE_CXL_CLI, /* as cxl-cli prints with --human: "100", "512.00 MiB (536.87 MB)" */
};

/** size_text() - return a number of bytes in that style; a new string that the caller frees */
char *size_text(uint64_t bytes, enum size_style style);

#endif
