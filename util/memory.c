// SPDX-License-Identifier: LGPL-2.1-only
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/memory.h"

void *memory_check(void *pointer)
{
	if (!pointer) {
		fputs("cxl: out of memory\n", stderr);
		exit(EXIT_FAILURE);
	}
	return pointer;
}

char *xasprintf(const char *format, ...)
{
	va_list arguments;
	char *text;

	va_start(arguments, format);
	if (vasprintf(&text, format, arguments) < 0)
		text = NULL;
	va_end(arguments);
	return memory_check(text);
}

size_t memory_room(size_t count)
{
	size_t room = 1;

	while (room < count)
		room *= 2;
	return room;
}

/* The array doubles whenever the count reaches a power of two. */
void *memory_grow(void *array, size_t count, size_t size)
{
	if ((count & (count - 1)) == 0)
		array = memory_check(reallocarray(array, count ? 2 * count : 1, size));
	memset((char *)array + count * size, 0, size);
	return array;
}
