/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef UTIL_CHARACTERS_H
#define UTIL_CHARACTERS_H

#include <stdbool.h>

/**
 * characters_use_locale() - let the user's locale say which characters there are, and how wide
 *
 * For what draws tables, trees and bars. Numbers stay as in JSON. Nothing else needs it, and the C
 * library opens several files for it.
 */
void characters_use_locale(void);

/** characters_are_utf8() - can what is drawn have lines and blocks? */
bool characters_are_utf8(void);

#endif
