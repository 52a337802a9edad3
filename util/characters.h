/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef UTIL_CHARACTERS_H
#define UTIL_CHARACTERS_H

#include <stdbool.h>

/**
 * characters_use_locale() - select the character set and character widths of the user's locale
 *
 * The code that draws tables, trees and bars calls this function. It does not change how numbers
 * are printed: they stay as in JSON. Other code does not call it, because the C library opens
 * several files for it.
 */
void characters_use_locale(void);

/** characters_are_utf8() - test whether the locale is UTF-8, which has lines and blocks to draw */
bool characters_are_utf8(void);

#endif
