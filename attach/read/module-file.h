/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_READ_MODULE_FILE_H
#define ATTACH_READ_MODULE_FILE_H

#include "util/root.h"

/*
 * Reads: the file of a module. A file that is not compressed is read here, because loading libkmod
 * and the libraries behind it takes as long as a listing of one memdev. libkmod reads every other
 * file.
 */

/**
 * module_file_symbols() - find the symbols that a module imports
 * @path: the file
 * @see: called for each of them, for some twice; the name is only valid during the call
 *
 * Return: 0, or a negative errno if the file cannot be read or is not a module.
 */
int module_file_symbols(struct root root, const char *path,
			void (*see)(const char *symbol, void *data), void *data);

/**
 * module_file_version() - return modinfo's "version"; otherwise, as modules in the kernel's tree
 * have none, the kernel in "vermagic"
 *
 * Return: a new string that the caller frees; NULL if there is none.
 */
char *module_file_version(struct root root, const char *path);

#endif
