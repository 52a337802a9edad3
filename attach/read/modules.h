/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_READ_MODULES_H
#define ATTACH_READ_MODULES_H

#include <stdbool.h>
#include <stddef.h>

#include "util/flag.h"
#include "util/root.h"

/*
 * Reads: what the modules of the running kernel say about attach, through libkmod: which of them
 * import the kernel's attach call (symbols.h) and so can own CXL memory. The module files and their
 * indexes are in /lib/modules/RELEASE; without them nothing is known. Of what an index says where
 * it is damaged, nothing is known either.
 */
struct modules;

/* One module; it belongs to the struct modules that it comes from */
struct module {
	const char *name;	  /* sfc */
	const char *file;	  /* NULL if it has none: built in, or not installed */
	const char *version;	  /* of the module, else the kernel of its vermagic; or NULL */
	enum flag imports_attach; /* imports the attach call */
	/* What it imports: the attach call or, in kernels before v7.2, what registers memdevs and
	 * may take an attach method; else NULL */
	const char *symbol;
	enum flag holds_cxl_mem; /* is listed in /sys/module/cxl_mem/holders */
	bool loaded;
};

/** modules_open() - those of that machine; never NULL; to be closed with modules_close() */
struct modules *modules_open(struct root root);
void modules_close(struct modules *modules);

/** modules_directory() - /lib/modules/RELEASE; "" if the release of the kernel is not known */
const char *modules_directory(const struct modules *modules);

/**
 * modules_attach_support() - does the running kernel have an attach call that is known here?
 * @file: the file that says so, a new string that the caller frees
 *
 * The answer comes from the modules' index of symbols or, where cxl_mem is built in, from
 * /proc/kallsyms; not from the version of the kernel.
 */
enum flag modules_attach_support(struct modules *modules, char **file);

/** modules_find() - what is known about the module of that name; NULL for a NULL name */
const struct module *modules_find(struct modules *modules, const char *name);

/**
 * modules_importer() - the module that imports the attach call, among those that @module depends on
 *
 * Return: NULL if there is none, or if @module imports it itself.
 */
const struct module *modules_importer(struct modules *modules, const struct module *module);

/** module_can_attach() - does it import what attaches, or may attach? false for NULL */
bool module_can_attach(const struct module *module);

/** modules_have_cxl_mem() - is cxl_mem a module, so that modules.dep tells which modules use it? */
bool modules_have_cxl_mem(struct modules *modules);

/**
 * modules_providers() - every installed module that can attach
 * @thorough: if cxl_mem is built in, open each module, which takes seconds: modules.dep then does
 *            not say which modules use it
 * @count: how many there are
 *
 * Return: an array of pointers, sorted by name, that belongs to @modules.
 */
const struct module *const *modules_providers(struct modules *modules, bool thorough,
					      size_t *count);

/**
 * modules_for_alias() - the provider that would drive a device with that modalias, or NULL
 *
 * If cxl_mem is a module, only modules_providers() makes the providers known that this function
 * chooses from. Else it opens each module that claims the modalias.
 */
const struct module *modules_for_alias(struct modules *modules, const char *modalias);

/** modules_has_alias() - does that module drive devices with that modalias? */
enum flag modules_has_alias(struct modules *modules, const char *module, const char *modalias);

#endif
