// SPDX-License-Identifier: LGPL-2.1-only
#include <fcntl.h>
#include <libkmod.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>
#include <syslog.h>
#include <unistd.h>

#include "attach/model/class-driver.h"
#include "attach/read/module-index.h"
#include "attach/read/modules-dep.h"
#include "attach/read/modules.h"
#include "attach/read/symbols.h"
#include "util/cleanup.h"
#include "util/memory.h"
#include "util/unread.h"

/* The indexes that libkmod reads to find a module */
static const char *const index_names[] = {"modules.dep.bin", "modules.alias.bin",
					  "modules.symbols.bin", "modules.builtin.alias.bin",
					  "modules.builtin.bin"};
#define NR_INDEXES (sizeof(index_names) / sizeof(*index_names))

struct modules {
	struct root root;
	struct module_index indexes[NR_INDEXES];
	struct kmod_ctx *ctx;  /* NULL if the release of the kernel is unknown */
	char *directory;       /* /lib/modules/RELEASE */
	struct module **known; /* the modules that were found until now */
	size_t nr_known;
	const struct module **providers;
	size_t nr_providers;
	bool providers_known;
};

/* The release is read from /proc and not with uname(2), so that a replay test can replace it. */
static char *find_directory(struct root root)
{
	char release[65];

	if (root_read(root, "/proc/sys/kernel/osrelease", release, sizeof(release)) <= 0 ||
	    strchr(release, '/'))
		return NULL;
	return xasprintf("/lib/modules/%s", release);
}

struct modules *modules_open(struct root root)
{
	/* The configuration of modprobe does not influence what a module imports. */
	static const char *const no_configuration[] = {NULL};
	struct modules *modules = memory_check(calloc(1, sizeof(*modules)));
	_cleanup_free_ char *path = NULL;

	modules->root = root;
	modules->directory = find_directory(root);
	if (!modules->directory)
		return modules;
	path = root_path(root, modules->directory);
	modules->ctx = memory_check(kmod_new(path, no_configuration));
	kmod_set_log_priority(modules->ctx, LOG_CRIT);
	unread_note(AT_FDCWD, path, kmod_load_resources(modules->ctx));
	for (size_t i = 0; i < NR_INDEXES; i++) {
		_cleanup_free_ char *file = xasprintf("%s/%s", modules->directory, index_names[i]);

		module_index_open(root, file, &modules->indexes[i]);
	}
	return modules;
}

void modules_close(struct modules *modules)
{
	for (size_t i = 0; i < modules->nr_known; i++) {
		struct module *module = modules->known[i];

		free((char *)module->name);
		free((char *)module->file);
		free((char *)module->version);
		free((char *)module->symbol);
		free(module);
	}
	free(modules->known);
	free(modules->providers);
	free(modules->directory);
	if (modules->ctx)
		kmod_unref(modules->ctx);
	for (size_t i = 0; i < NR_INDEXES; i++)
		module_index_close(&modules->indexes[i]);
	free(modules);
}

const char *modules_directory(const struct modules *modules)
{
	return modules->directory ?: "";
}

/* Test whether libkmod can look up a name. libkmod reads a dash as an underscore. */
static bool can_look_up(const struct modules *modules, const char *name)
{
	_cleanup_free_ char *key = memory_check(strdup(name));

	for (char *c = strchr(key, '-'); c; c = strchr(c, '-'))
		*c = '_';
	for (size_t i = 0; i < NR_INDEXES; i++) {
		if (!module_index_is_sound(&modules->indexes[i], key))
			return false;
	}
	return modules->ctx;
}

/* Record an error of libkmod, which does not name the file that caused it */
static int note(const struct modules *modules, int rc)
{
	return unread_note(AT_FDCWD, modules->directory, rc);
}

static bool index_has_symbol(const struct modules *modules, const char *symbol)
{
	_cleanup_free_ char *alias = xasprintf("symbol:%s", symbol);
	struct kmod_list *list = NULL;
	bool found;

	if (can_look_up(modules, alias))
		note(modules, kmod_module_new_from_lookup(modules->ctx, alias, &list));
	found = list != NULL;
	kmod_module_unref_list(list);
	return found;
}

/*
 * Every kernel with CXL has one of the symbols. Without any of them, nothing is known about
 * symbols.
 */
static enum flag support_of(enum symbol_meaning most)
{
	return most == SYMBOL_OTHER ? FLAG_UNKNOWN : (enum flag)(most == SYMBOL_ATTACH);
}

static enum symbol_meaning most_of_index(const struct modules *modules)
{
	size_t count;
	const struct symbol *symbols = symbols_all(&count);

	for (size_t i = 0; i < count; i++) {
		if (index_has_symbol(modules, symbols[i].name))
			return symbols[i].meaning;
	}
	return SYMBOL_OTHER;
}

/* A line of it is "ADDRESS TYPE SYMBOL", for a module's symbol followed by "\t[MODULE]". */
static enum symbol_meaning most_of_kallsyms(struct root root)
{
	enum symbol_meaning most = SYMBOL_OTHER;
	FILE *file = root_fopen(root, "/proc/kallsyms");
	char symbol[512];

	while (file && most != SYMBOL_ATTACH && fscanf(file, "%*s %*s %511s%*[^\n]", symbol) == 1)
		most = MAX(most, symbol_meaning(symbol));
	if (file) {
		unread_end(file);
		fclose(file);
	}
	return most;
}

enum flag modules_attach_support(struct modules *modules, char **file)
{
	enum flag support = support_of(most_of_index(modules));

	if (support != FLAG_UNKNOWN) {
		*file = xasprintf("%s/modules.symbols.bin", modules->directory);
		return support;
	}
	*file = xasprintf("/proc/kallsyms");
	return support_of(most_of_kallsyms(modules->root));
}

/* cxl_mem has the attach call, or passes it on; for cxl_pci, see is_class_driver(). */
static bool is_of_cxl(const char *name)
{
	return strcmp(name, "cxl_mem") == 0 || is_class_driver(name);
}

static void read_symbols(const struct modules *modules, const struct kmod_module *kmod,
			 struct module *module)
{
	enum symbol_meaning most =
		SYMBOL_CXL; /* a symbol with a higher meaning becomes the module's symbol */
	struct kmod_list *list = NULL, *entry;

	if (note(modules, kmod_module_get_dependency_symbols(kmod, &list)) < 0)
		return;
	kmod_list_foreach(entry, list)
	{
		const char *name = kmod_module_dependency_symbol_get_symbol(entry);
		enum symbol_meaning meaning = symbol_meaning(name);

		if (meaning <= most || is_of_cxl(module->name))
			continue;
		most = meaning;
		free((char *)module->symbol);
		module->symbol = memory_check(strdup(name));
	}
	kmod_module_dependency_symbols_free_list(list);
	module->imports_attach = most == SYMBOL_ATTACH;
}

/* Return modinfo's "version". In-tree modules have none: theirs is that of the kernel. */
static char *module_version(const struct modules *modules, const struct kmod_module *kmod)
{
	struct kmod_list *list = NULL, *entry;
	char *version = NULL;

	if (note(modules, kmod_module_get_info(kmod, &list)) < 0)
		return NULL;
	kmod_list_foreach(entry, list)
	{
		const char *key = kmod_module_info_get_key(entry);
		const char *value = kmod_module_info_get_value(entry);

		if (strcmp(key, "version") == 0) {
			free(version);
			version = memory_check(strdup(value));
			break;
		}
		if (strcmp(key, "vermagic") == 0)
			version = memory_check(strndup(value, strcspn(value, " ")));
	}
	kmod_module_info_free_list(list);
	return version;
}

static enum flag holds_cxl_mem(struct root root, const char *name)
{
	_cleanup_free_ char *path = xasprintf("/sys/module/cxl_mem/holders/%s", name);

	if (root_exists(root, path))
		return FLAG_YES;
	return root_exists(root, "/sys/module/cxl_mem/holders") ? FLAG_NO : FLAG_UNKNOWN;
}

static void read_file(struct modules *modules, struct module *module)
{
	struct kmod_module *kmod;
	const char *path;

	if (!can_look_up(modules, module->name) ||
	    note(modules, kmod_module_new_from_name(modules->ctx, module->name, &kmod)) < 0)
		return;
	path = kmod_module_get_path(kmod);
	if (path) {
		module->file = memory_check(strdup(root_relative(modules->root, path)));
		read_symbols(modules, kmod, module);
	}
	if (module->symbol)
		module->version = module_version(modules, kmod);
	kmod_module_unref(kmod);
}

const struct module *modules_find(struct modules *modules, const char *name)
{
	_cleanup_free_ char *path = NULL;
	struct module *module;

	if (!name || strchr(name, '/'))
		return NULL;
	for (size_t i = 0; i < modules->nr_known; i++) {
		if (strcmp(modules->known[i]->name, name) == 0)
			return modules->known[i];
	}
	path = xasprintf("/sys/module/%s", name);
	module = memory_check(calloc(1, sizeof(*module)));
	*APPEND(modules->known, modules->nr_known) = module;
	module->name = memory_check(strdup(name));
	module->imports_attach = FLAG_UNKNOWN;
	module->holds_cxl_mem = holds_cxl_mem(modules->root, name);
	module->loaded = root_exists(modules->root, path);
	read_file(modules, module);
	return module;
}

bool module_can_attach(const struct module *module)
{
	return module && module->symbol;
}

static const struct module *find_importer(struct modules *modules, struct kmod_list *dependencies)
{
	struct kmod_list *entry;

	kmod_list_foreach(entry, dependencies)
	{
		struct kmod_module *kmod = kmod_module_get_module(entry);
		const struct module *found = modules_find(modules, kmod_module_get_name(kmod));

		kmod_module_unref(kmod);
		if (found && found->imports_attach == FLAG_YES)
			return found;
	}
	return NULL;
}

const struct module *modules_importer(struct modules *modules, const struct module *module)
{
	struct kmod_list *dependencies;
	struct kmod_module *kmod;
	const struct module *importer;

	if (module->imports_attach == FLAG_YES || !can_look_up(modules, module->name) ||
	    note(modules, kmod_module_new_from_name(modules->ctx, module->name, &kmod)) < 0)
		return NULL;
	dependencies = kmod_module_get_dependencies(kmod);
	importer = find_importer(modules, dependencies);
	kmod_module_unref_list(dependencies);
	kmod_module_unref(kmod);
	return importer;
}

static void consider(struct modules *modules, const char *path)
{
	_cleanup_free_ char *name = modules_dep_name(path);
	const struct module *module = modules_find(modules, name);

	if (module_can_attach(module))
		*APPEND(modules->providers, modules->nr_providers) = module;
}

bool modules_have_cxl_mem(struct modules *modules)
{
	const struct module *cxl_mem = modules_find(modules, "cxl_mem");

	return cxl_mem && cxl_mem->file;
}

/* Find the providers in modules.dep. A line is "MODULE: DEPENDENCY ...", each a path. */
static void find_providers(struct modules *modules, bool thorough)
{
	_cleanup_free_ char *path = xasprintf("%s/modules.dep", modules->directory);
	bool every = thorough && !modules_have_cxl_mem(modules);
	_cleanup_free_ char *line = NULL;
	FILE *file = root_fopen(modules->root, path);
	size_t size = 0;

	while (file && getline(&line, &size, file) >= 0) {
		char *colon = strchr(line, ':');

		if (!colon || !(every || modules_dep_has(colon, "cxl_mem")))
			continue;
		*colon = '\0';
		consider(modules, line);
	}
	if (file) {
		unread_end(file);
		fclose(file);
	}
}

static int by_name(const void *a, const void *b)
{
	const struct module *const *one = a, *const *other = b;

	return strcmp((*one)->name, (*other)->name);
}

const struct module *const *modules_providers(struct modules *modules, bool thorough, size_t *count)
{
	if (!modules->providers_known && modules->directory)
		find_providers(modules, thorough);
	if (!modules->providers_known && modules->nr_providers > 0)
		qsort(modules->providers, modules->nr_providers, sizeof(*modules->providers),
		      by_name);
	modules->providers_known = true;
	*count = modules->nr_providers;
	return modules->providers;
}

static const struct module *provider_named(struct modules *modules, const char *name)
{
	const struct module *module;

	if (!modules_have_cxl_mem(modules)) {
		module = modules_find(modules, name);
		return module_can_attach(module) ? module : NULL;
	}
	for (size_t i = 0; i < modules->nr_providers; i++) {
		if (strcmp(modules->providers[i]->name, name) == 0)
			return modules->providers[i];
	}
	return NULL;
}

const struct module *modules_for_alias(struct modules *modules, const char *modalias)
{
	struct kmod_list *list = NULL, *entry;
	const struct module *provider = NULL;

	if (!can_look_up(modules, modalias) ||
	    note(modules, kmod_module_new_from_lookup(modules->ctx, modalias, &list)) < 0)
		return NULL;
	kmod_list_foreach(entry, list)
	{
		struct kmod_module *kmod = kmod_module_get_module(entry);

		if (!provider)
			provider = provider_named(modules, kmod_module_get_name(kmod));
		kmod_module_unref(kmod);
	}
	kmod_module_unref_list(list);
	return provider;
}

/* The index contains only installed modules. */
static enum flag is_installed(const struct modules *modules, const char *module)
{
	struct kmod_module *kmod;
	bool installed;

	if (!can_look_up(modules, module) ||
	    note(modules, kmod_module_new_from_name(modules->ctx, module, &kmod)) < 0)
		return FLAG_UNKNOWN;
	installed = kmod_module_get_path(kmod) != NULL;
	kmod_module_unref(kmod);
	return installed;
}

enum flag modules_has_alias(struct modules *modules, const char *module, const char *modalias)
{
	struct kmod_list *list = NULL, *entry;
	bool found = false;

	if (!can_look_up(modules, modalias) ||
	    note(modules, kmod_module_new_from_lookup(modules->ctx, modalias, &list)) < 0)
		return FLAG_UNKNOWN;
	kmod_list_foreach(entry, list)
	{
		struct kmod_module *kmod = kmod_module_get_module(entry);

		found |= strcmp(kmod_module_get_name(kmod), module) == 0;
		kmod_module_unref(kmod);
	}
	kmod_module_unref_list(list);
	if (found)
		return FLAG_YES;
	return is_installed(modules, module) == FLAG_YES ? FLAG_NO : FLAG_UNKNOWN;
}
