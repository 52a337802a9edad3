// SPDX-License-Identifier: LGPL-2.1-only
#include <langinfo.h>
#include <locale.h>
#include <string.h>

#include "util/characters.h"

void characters_use_locale(void)
{
	setlocale(LC_CTYPE, "");
}

bool characters_are_utf8(void)
{
	characters_use_locale();
	return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}
