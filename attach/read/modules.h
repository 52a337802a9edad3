/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_READ_MODULES_H
#define ATTACH_READ_MODULES_H

#include <stdbool.h>
#include <stddef.h>

#include "util/flag.h"
#include "util/root.h"

/*
 * Reads: what the modules of the running kernel show about attach. A module that
 * imports the kernel's attach call (symbols.h) can own CXL memory. The module files and their
 * indexes are in /lib/modules/RELEASE. Without them nothing is known. Nothing is known either about
 * the contents of a damaged index.
 */
struct modules;

/* A module; it belongs to its struct modules */
struct module {
	const char *name;	  /* sfc */
	const char *file;	  /* NULL if it has none: it is built in, or not installed */
	enum flag imports_attach; /* it imports the attach call */
	/*
	 * The symbol that it imports: the attach call or, in kernels before v7.2, a call that
	 * registers memdevs and may take an attach method; otherwise NULL
	 */
	const char *symbol;
	enum flag holds_cxl_mem; /* it is listed in /sys/module/cxl_mem/holders */
	bool loaded;
};

/** modules_open() - open the modules of a machine; never NULL; closed with modules_close() */
struct modules *modules_open(struct root root);
void modules_close(struct modules *modules);

/** modules_directory() - return /lib/modules/RELEASE; "" if the release of the kernel is unknown */
const char *modules_directory(const struct modules *modules);

/**
 * modules_attach_support() - test whether the running kernel has a known attach call
 * @file: set to the file that shows it, a new string that the caller frees
 *
 * The result comes from the modules' index of symbols or, if cxl_mem is built in, from
 * /proc/kallsyms. The version of the kernel is not used.
 */
enum flag modules_attach_support(struct modules *modules, char **file);

/**
 * modules_can_use_cxl() - test, without opening its file, whether a module may use symbols of CXL
 *
 * Return: false only if it is certain: the module's dependencies are known, it needs neither
 * cxl_core nor cxl_mem, which have all symbols of symbols.h, and cxl_core is a module, or cxl_mem
 * is a module that exports the attach call.
 */
bool modules_can_use_cxl(struct modules *modules, const char *name);

/** modules_find() - return the module of that name; NULL for a NULL name */
const struct module *modules_find(struct modules *modules, const char *name);

/** modules_version() - return module_file_version() of a module; NULL if it has no file */
char *modules_version(const struct modules *modules, const struct module *module);

/**
 * modules_importer() - return the module that imports the attach call, if @module depends on it
 *
 * Return: NULL if there is none, or if @module itself imports the call.
 */
const struct module *modules_importer(struct modules *modules, const struct module *module);

/**
 * module_can_attach() - test whether a module imports a call that attaches, or may attach
 *
 * Return: false for NULL.
 */
bool module_can_attach(const struct module *module);

/**
 * modules_have_cxl_mem() - test whether cxl_mem is a module, so that modules.dep shows its users
 */
bool modules_have_cxl_mem(struct modules *modules);

/**
 * modules_providers() - return every installed module that can attach
 * @thorough: if cxl_mem is built in, open each module, which takes seconds, because modules.dep
 * does not show the users of cxl_mem then
 * @count: the number of modules
 *
 * Return: an array of pointers, sorted by name, that belongs to @modules.
 */
const struct module *const *modules_providers(struct modules *modules, bool thorough,
					      size_t *count);

/**
 * modules_for_alias() - return the provider that would drive a device with that modalias, or NULL
 *
 * This function opens the file of each module that claims the modalias and, if cxl_mem is a
 * module, needs it.
 */
const struct module *modules_for_alias(struct modules *modules, const char *modalias);

/** modules_has_alias() - test whether a module drives devices with that modalias */
enum flag modules_has_alias(struct modules *modules, const char *module, const char *modalias);

#endif
