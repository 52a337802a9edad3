/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TEST_FUZZ_UNPACK_H
#define TEST_FUZZ_UNPACK_H

#include <stddef.h>

/*
 * Makes a directory from a machine as text, in the form that test/replay/tree documents. The text
 * can be anything: what is not a valid entry is left out, and nothing is made outside of the
 * directory, or leads out of it. The content of a binary file (B) is left out too.
 */

/* So many entries at most, and bytes of a file */
#define UNPACK_ENTRIES_MAX 2000
#define UNPACK_FILE_MAX 8192

/**
 * unpack() - make sys, proc and dev of the machine
 * @directory: has none of these yet
 * @text: need not end in a null byte
 */
void unpack(int directory, const char *text, size_t size);

/** unpack_remove() - remove the entry @name of @directory, and all that is in it */
void unpack_remove(int directory, const char *name);

#endif
