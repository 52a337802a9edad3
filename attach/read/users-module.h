/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_READ_USERS_MODULE_H
#define ATTACH_READ_USERS_MODULE_H

#include <stdbool.h>

#include "util/root.h"

struct user_search;

/**
 * users_read_modules() - find the users of the modules of the hosts' drivers, which prevent
 * unloading
 *
 * These are other modules, by name (/sys/module/NAME/holders), and the number of additional
 * references (refcnt). A bound device is not a user: delete_module(2) unbinds it.
 */
void users_read_modules(struct user_search *search);

/**
 * users_module_is_idle() - test whether it is certain that only modules that need @module use it
 *
 * No process then has a file open whose functions are in the module (try_module_get() of its
 * owner).
 */
bool users_module_is_idle(struct root root, const char *module);

#endif
