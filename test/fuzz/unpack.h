/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TEST_FUZZ_UNPACK_H
#define TEST_FUZZ_UNPACK_H

#include <stddef.h>

/*
 * Create a directory from a machine as text, in the form that test/replay/tree documents. The text
 * can contain anything. An invalid entry is left out. Nothing is created outside of the directory,
 * and no link leads out of it. The content of a binary file (B) is also left out.
 */

/* The maximum numbers of entries, and of bytes in a file */
#define UNPACK_ENTRIES_MAX 2000
#define UNPACK_FILE_MAX 8192

/**
 * unpack() - create sys, proc and dev of the machine
 * @directory: has none of these yet
 * @text: need not end in a null byte
 */
void unpack(int directory, const char *text, size_t size);

/** unpack_remove() - remove the entry @name of @directory, with its contents */
void unpack_remove(int directory, const char *name);

#endif
