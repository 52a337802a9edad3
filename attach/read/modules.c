// SPDX-License-Identifier: LGPL-2.1-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

#include "attach/model/class-driver.h"
#include "attach/read/module-file.h"
#include "attach/read/module-index.h"
#include "attach/read/modules-dep.h"
#include "attach/read/modules.h"
#include "attach/read/symbols.h"
#include "util/cleanup.h"
#include "util/memory.h"
#include "util/unread.h"

/* The indexes of the modules, each opened when it is first needed */
enum index {
	INDEX_DEP,
	INDEX_ALIAS,
	INDEX_SYMBOLS,
	INDEX_BUILTIN_ALIAS,
};

static const char *const index_names[] = {
	[INDEX_DEP] = "modules.dep.bin",
	[INDEX_ALIAS] = "modules.alias.bin",
	[INDEX_SYMBOLS] = "modules.symbols.bin",
	[INDEX_BUILTIN_ALIAS] = "modules.builtin.alias.bin",
};
#define NR_INDEXES (sizeof(index_names) / sizeof(*index_names))

struct modules {
	struct root root;
	struct module_index indexes[NR_INDEXES];
	char *directory;       /* /lib/modules/RELEASE; NULL if the kernel's release is unknown */
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
	struct modules *modules = memory_check(calloc(1, sizeof(*modules)));

	modules->root = root;
	modules->directory = find_directory(root);
	return modules;
}

void modules_close(struct modules *modules)
{
	for (size_t i = 0; i < modules->nr_known; i++) {
		struct module *module = modules->known[i];

		free((char *)module->name);
		free((char *)module->file);
		free((char *)module->symbol);
		free(module);
	}
	free(modules->known);
	free(modules->providers);
	free(modules->directory);
	for (size_t i = 0; i < NR_INDEXES; i++)
		module_index_close(&modules->indexes[i]);
	free(modules);
}

const char *modules_directory(const struct modules *modules)
{
	return modules->directory ?: "";
}

/* Return that index; NULL if there can be none */
static const struct module_index *index_of(struct modules *modules, enum index index)
{
	struct module_index *opened = &modules->indexes[index];
	_cleanup_free_ char *path = NULL;

	if (!modules->directory)
		return NULL;
	if (opened->opened)
		return opened;
	path = xasprintf("%s/%s", modules->directory, index_names[index]);
	module_index_open(modules->root, path, opened);
	return opened;
}

/* A new string: @name as depmod writes it into an index */
static char *to_key(const char *name)
{
	char *key = memory_check(strdup(name));

	for (char *c = strchr(key, '-'); c; c = strchr(c, '-'))
		*c = '_';
	return key;
}

/* Return the first value of that key; NULL if there is none */
static const char *look_up(struct modules *modules, enum index index, const char *name)
{
	const struct module_index *opened = index_of(modules, index);
	_cleanup_free_ char *key = to_key(name);
	struct module_index_value value;

	return opened && module_index_first(opened, key, &value) ? value.text : NULL;
}

/* Return the module that exports a symbol; NULL if there is none, or if the kernel itself does */
static const char *exporter_of(struct modules *modules, const char *symbol)
{
	_cleanup_free_ char *alias = xasprintf("symbol:%s", symbol);

	return look_up(modules, INDEX_SYMBOLS, alias);
}

/*
 * Every kernel with CXL has one of the symbols. Without any of them, nothing is known about
 * symbols.
 */
static enum flag support_of(enum symbol_meaning most)
{
	return most == SYMBOL_OTHER ? FLAG_UNKNOWN : (enum flag)(most == SYMBOL_ATTACH);
}

static enum symbol_meaning most_of_index(struct modules *modules)
{
	size_t count;
	const struct symbol *symbols = symbols_all(&count);

	for (size_t i = 0; i < count; i++) {
		if (exporter_of(modules, symbols[i].name))
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

/* What a module imports, until it is certain that its file can be read */
struct imports {
	bool of_cxl;
	enum symbol_meaning most; /* a symbol with a higher meaning becomes the module's symbol */
	char *symbol;
};

static void see_symbol(const char *name, void *data)
{
	enum symbol_meaning meaning = symbol_meaning(name);
	struct imports *imports = data;

	if (meaning <= imports->most || imports->of_cxl)
		return;
	imports->most = meaning;
	free(imports->symbol);
	imports->symbol = memory_check(strdup(name));
}

static void read_symbols(const struct modules *modules, struct module *module)
{
	struct imports imports = {.of_cxl = is_of_cxl(module->name), .most = SYMBOL_CXL};

	if (module_file_symbols(modules->root, module->file, see_symbol, &imports) < 0) {
		free(imports.symbol);
		return;
	}
	module->symbol = imports.symbol;
	module->imports_attach = imports.most == SYMBOL_ATTACH;
}

static enum flag holds_cxl_mem(struct root root, const char *name)
{
	_cleanup_free_ char *path = xasprintf("/sys/module/cxl_mem/holders/%s", name);

	if (root_exists(root, path))
		return FLAG_YES;
	return root_exists(root, "/sys/module/cxl_mem/holders") ? FLAG_NO : FLAG_UNKNOWN;
}

/* A value of modules.dep.bin is "FILE: FILE...": the module, and those that it needs. */
static void read_file(struct modules *modules, struct module *module)
{
	const char *files = look_up(modules, INDEX_DEP, module->name);
	int length = files ? (int)strcspn(files, ":") : 0;

	if (length == 0)
		return;
	module->file = *files == '/' ? xasprintf("%.*s", length, files)
				     : xasprintf("%s/%.*s", modules->directory, length, files);
	read_symbols(modules, module);
}

/*
 * Does cxl_mem, as a module, export the attach call? Every provider then needs cxl_mem, even if
 * cxl_core is built in.
 */
static bool cxl_mem_exports_attach(struct modules *modules)
{
	size_t count;
	const struct symbol *symbols = symbols_all(&count);

	for (size_t i = 0; i < count && symbols[i].meaning == SYMBOL_ATTACH; i++) {
		const char *exporter = exporter_of(modules, symbols[i].name);

		if (exporter && strcmp(exporter, "cxl_mem") == 0)
			return true;
	}
	return false;
}

/* Return the modules that a module needs, as in modules_dep_has(); NULL if that is unknown */
static const char *needed_by(struct modules *modules, const char *name)
{
	const char *files = look_up(modules, INDEX_DEP, name);

	return files ? strchr(files, ':') : NULL;
}

bool modules_can_use_cxl(struct modules *modules, const char *name)
{
	const char *needed = needed_by(modules, name);

	if (!needed || modules_dep_has(needed, "cxl_core") || modules_dep_has(needed, "cxl_mem"))
		return true;
	return !look_up(modules, INDEX_DEP, "cxl_core") && !cxl_mem_exports_attach(modules);
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

char *modules_version(const struct modules *modules, const struct module *module)
{
	return module->file ? module_file_version(modules->root, module->file) : NULL;
}

bool module_can_attach(const struct module *module)
{
	return module && module->symbol;
}

const struct module *modules_importer(struct modules *modules, const struct module *module)
{
	const char *files = look_up(modules, INDEX_DEP, module->name);
	_cleanup_free_ char *needed = files ? memory_check(strdup(files)) : NULL;

	if (module->imports_attach == FLAG_YES)
		return NULL;
	/* From the last one, as libkmod does: if there are several, it is the same one. */
	for (char *end = needed; end && (end = strrchr(needed, ' ')); *end = '\0') {
		_cleanup_free_ char *name = modules_dep_name(end + 1);
		const struct module *found = is_of_cxl(name) ? NULL : modules_find(modules, name);

		if (found && found->imports_attach == FLAG_YES)
			return found;
	}
	return NULL;
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
	return needed_by(modules, "cxl_mem") != NULL;
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

/* The file of a module that needs no cxl_mem is not opened, if cxl_mem is a module. */
static const struct module *provider_named(struct modules *modules, const char *name)
{
	const char *needed = needed_by(modules, name);
	const struct module *module;

	if (modules_have_cxl_mem(modules) && !(needed && modules_dep_has(needed, "cxl_mem")))
		return NULL;
	module = modules_find(modules, name);
	return module_can_attach(module) ? module : NULL;
}

/* The provider for a modalias, while the index is searched */
struct choice {
	struct modules *modules;
	const struct module *provider;
	uint32_t priority;
};

static void choose(const struct module_index_value *value, void *data)
{
	struct choice *choice = data;
	const struct module *provider = provider_named(choice->modules, value->text);

	if (provider && (!choice->provider || value->priority <= choice->priority)) {
		choice->provider = provider;
		choice->priority = value->priority;
	}
}

const struct module *modules_for_alias(struct modules *modules, const char *modalias)
{
	const struct module_index *index = index_of(modules, INDEX_ALIAS);
	_cleanup_free_ char *key = to_key(modalias);
	struct choice choice = {.modules = modules};

	return index && module_index_search(index, key, choose, &choice) ? choice.provider : NULL;
}

/* A search for a module among those of a modalias */
struct wanted {
	const char *module;
	bool found, others;
};

static void look_for(const struct module_index_value *value, void *data)
{
	struct wanted *wanted = data;

	wanted->others = true;
	wanted->found |= strcmp(value->text, wanted->module) == 0;
}

/* Modules in the kernel have an index of their own, which counts if no other module matches. */
enum flag modules_has_alias(struct modules *modules, const char *module, const char *modalias)
{
	static const enum index indexes[] = {INDEX_ALIAS, INDEX_BUILTIN_ALIAS};
	_cleanup_free_ char *name = to_key(module), *key = to_key(modalias);
	struct wanted wanted = {.module = name};

	for (size_t i = 0; i < sizeof(indexes) / sizeof(*indexes) && !wanted.others; i++) {
		const struct module_index *index = index_of(modules, indexes[i]);

		if (!index || !module_index_search(index, key, look_for, &wanted))
			return FLAG_UNKNOWN;
	}
	if (wanted.found)
		return FLAG_YES;
	/* The index contains only installed modules. */
	return look_up(modules, INDEX_DEP, module) ? FLAG_NO : FLAG_UNKNOWN;
}
