/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_READ_MODULES_DEP_H
#define ATTACH_READ_MODULES_DEP_H

#include <stdbool.h>

/*
 * The lines of modules.dep(5): "MODULE: DEPENDENCY ...". Each name is the path of a module's file,
 * and all indirect dependencies are included. Pure.
 */

/**
 * modules_dep_name() - return the module in the file of that path
 *
 * kernel/net/sfc.ko.xz contains the module sfc. A dash in a file's name stands for an underscore.
 * The caller frees the name.
 */
char *modules_dep_name(const char *path);

/** modules_dep_has() - test whether the module @name is in the rest of a line */
bool modules_dep_has(const char *dependencies, const char *name);

#endif
