/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_READ_USERS_MODULE_H
#define ATTACH_READ_USERS_MODULE_H

#include <stdbool.h>

#include "util/root.h"

struct user_search;

/**
 * users_read_modules() - who uses the modules of the hosts' drivers, so that they cannot be
 * unloaded
 *
 * Other modules, by name (/sys/module/NAME/holders), and how many references there are besides
 * theirs (refcnt). A bound device is none: delete_module(2) unbinds it.
 */
void users_read_modules(struct user_search *search);

/**
 * users_module_is_idle() - is it certain that only modules that need @module use it?
 *
 * Then no process has a file open whose functions are in it (try_module_get() of its owner).
 */
bool users_module_is_idle(struct root root, const char *module);

#endif
