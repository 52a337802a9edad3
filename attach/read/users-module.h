/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_READ_USERS_MODULE_H
#define ATTACH_READ_USERS_MODULE_H

struct user_search;

/**
 * users_read_modules() - who uses the modules of the hosts' drivers, so that they cannot be
 * unloaded
 *
 * Other modules, by name (/sys/module/NAME/holders), and how many references there are besides
 * theirs (refcnt). A bound device is none: delete_module(2) unbinds it.
 */
void users_read_modules(struct user_search *search);

#endif
