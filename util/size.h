/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef UTIL_SIZE_H
#define UTIL_SIZE_H

#include <stdint.h>

/**
 * size_text() - a size for people: "512M", "1.5G"
 * @units: what follows the number: of bytes, KiB, MiB and so on to EiB
 *
 * The largest unit that leaves at least 1, with one digit after the point where it is not whole.
 *
 * Return: a new string that the caller frees.
 */
char *size_text(uint64_t bytes, const char *const units[7]);

#endif
