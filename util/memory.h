/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef UTIL_MEMORY_H
#define UTIL_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Allocation that never fails: when memory runs out, these functions end the program with a message
 * and status 1. Half an answer would be a wrong answer, and a command that changes the system has
 * its journal.
 */

/** memory_check() - return @pointer; end the program if it is NULL */
void *memory_check(void *pointer);

/** xasprintf() - return a new string that the caller frees, as asprintf(3) formats it */
char *xasprintf(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * Private to APPEND(): make room for one more zeroed element after @count elements of @size bytes
 */
void *memory_grow(void *array, size_t count, size_t size);

/** memory_room() - return for how many elements there is memory in an array of @count elements */
size_t memory_room(size_t count);

/**
 * APPEND() - add one zeroed element at the end of an array
 * @array: an lvalue; NULL while @count is 0; released with free()
 * @count: an lvalue, which APPEND() increments
 *
 * Return: a pointer to the element, valid until the array grows again.
 */
#define APPEND(array, count)                                                                       \
	((array) = memory_grow((array), (count), sizeof(*(array))), &(array)[(count)++])

/** CONTAINS() - test whether @pointer is among the first @count of an array of pointers */
#define CONTAINS(array, count, pointer)                                                            \
	({                                                                                         \
		bool found_ = false;                                                               \
		for (size_t i_ = 0; i_ < (count); i_++)                                            \
			found_ |= (array)[i_] == (pointer);                                        \
		found_;                                                                            \
	})

#endif
