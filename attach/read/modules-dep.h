/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_READ_MODULES_DEP_H
#define ATTACH_READ_MODULES_DEP_H

#include <stdbool.h>

/*
 * What is in a line of modules.dep(5): "MODULE: DEPENDENCY ...", each the path of a module's file,
 * all dependencies of dependencies among them. Pure.
 */

/**
 * modules_dep_name() - the module that is in the file of that path
 *
 * kernel/net/sfc.ko.xz is the module sfc. A dash in a file's name stands for an underscore. The
 * caller frees the name.
 */
char *modules_dep_name(const char *path);

/** modules_dep_has() - is the module @name among those of the rest of a line? */
bool modules_dep_has(const char *dependencies, const char *name);

#endif
