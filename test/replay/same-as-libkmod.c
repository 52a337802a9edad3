// SPDX-License-Identifier: GPL-2.0-only
/*
 * usage: same-as-libkmod <MODALIASES
 *
 * Compare what attach/read finds in the indexes and files of this machine's modules with what
 * libkmod finds: the file of each module, the symbols that it imports, and the modules for each
 * modalias, in each line of the input. Print every difference, and at last how much was compared.
 */
#include <errno.h>
#include <libkmod.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "attach/read/module-file.h"
#include "attach/read/modules-dep.h"
#include "attach/read/modules.h"
#include "util/cleanup.h"
#include "util/memory.h"
#include "util/text.h"

static size_t nr_modules, nr_symbols, nr_matches, nr_differences;

static void differ(const char *name, const char *what, const char *ours, const char *theirs)
{
	nr_differences++;
	printf("%s: %s: %s, libkmod %s\n", name, what, ours ?: "none", theirs ?: "none");
}

struct names {
	char **list;
	size_t count;
};

static void add_name(const char *name, void *data)
{
	struct names *names = data;

	*APPEND(names->list, names->count) = memory_check(strdup(name));
}

static bool has_name(const struct names *names, const char *name)
{
	for (size_t i = 0; i < names->count; i++) {
		if (strcmp(names->list[i], name) == 0)
			return true;
	}
	return false;
}

static void release(struct names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->list[i]);
	free(names->list);
}

/* A module that libkmod cannot read has no symbols for either. */
static void compare_symbols(const struct module *module, struct kmod_module *kmod)
{
	struct names ours = {0}, theirs = {0};
	struct kmod_list *list = NULL, *entry;

	kmod_module_get_dependency_symbols(kmod, &list);
	kmod_list_foreach(entry, list)
	{
		add_name(kmod_module_dependency_symbol_get_symbol(entry), &theirs);
	}
	kmod_module_dependency_symbols_free_list(list);
	module_file_symbols(ROOT_LIVE, module->file, add_name, &ours);
	for (size_t i = 0; i < ours.count; i++) {
		if (*ours.list[i] && !has_name(&theirs, ours.list[i]))
			differ(module->name, "symbol", ours.list[i], NULL);
	}
	for (size_t i = 0; i < theirs.count; i++) {
		if (!has_name(&ours, theirs.list[i]))
			differ(module->name, "symbol", NULL, theirs.list[i]);
	}
	nr_symbols += theirs.count;
	release(&ours);
	release(&theirs);
}

static void compare_module(struct modules *modules, struct kmod_ctx *ctx, const char *name)
{
	const struct module *module = modules_find(modules, name);
	struct kmod_module *kmod;

	if (kmod_module_new_from_name(ctx, name, &kmod) < 0) {
		differ(name, "module", name, NULL);
		return;
	}
	nr_modules++;
	if (!streq(module->file, kmod_module_get_path(kmod)))
		differ(name, "file", module->file, kmod_module_get_path(kmod));
	else if (module->file)
		compare_symbols(module, kmod);
	kmod_module_unref(kmod);
}

/* Every module of libkmod has the modalias, and of all modules only these. */
static void compare_alias(struct modules *modules, struct kmod_ctx *ctx, const struct names *all,
			  const char *modalias)
{
	struct kmod_list *list = NULL, *entry;
	struct names theirs = {0};

	kmod_module_new_from_lookup(ctx, modalias, &list);
	kmod_list_foreach(entry, list)
	{
		struct kmod_module *kmod = kmod_module_get_module(entry);

		add_name(kmod_module_get_name(kmod), &theirs);
		kmod_module_unref(kmod);
	}
	kmod_module_unref_list(list);
	for (size_t i = 0; i < theirs.count; i++) {
		if (modules_has_alias(modules, theirs.list[i], modalias) != FLAG_YES)
			differ(modalias, "module", NULL, theirs.list[i]);
	}
	for (size_t i = 0; i < all->count; i++) {
		if (modules_has_alias(modules, all->list[i], modalias) == FLAG_YES &&
		    !has_name(&theirs, all->list[i]))
			differ(modalias, "module", all->list[i], NULL);
	}
	nr_matches += theirs.count;
	release(&theirs);
}

/* All modules in modules.dep */
static void list_modules(const struct modules *modules, struct names *all)
{
	_cleanup_free_ char *path = xasprintf("%s/modules.dep", modules_directory(modules));
	_cleanup_free_ char *line = NULL;
	FILE *file = fopen(path, "r");
	size_t size = 0;

	while (file && getline(&line, &size, file) >= 0) {
		_cleanup_free_ char *name = NULL;

		line[strcspn(line, ":")] = '\0';
		name = modules_dep_name(line);
		add_name(name, all);
	}
	if (file)
		fclose(file);
}

int main(void)
{
	static const char *const no_configuration[] = {NULL};
	struct modules *modules = modules_open(ROOT_LIVE);
	struct kmod_ctx *ctx = memory_check(kmod_new(modules_directory(modules), no_configuration));
	_cleanup_free_ char *line = NULL;
	struct names all = {0};
	size_t size = 0;

	kmod_set_log_priority(ctx, LOG_EMERG);
	list_modules(modules, &all);
	for (size_t i = 0; i < all.count; i++)
		compare_module(modules, ctx, all.list[i]);
	while (getline(&line, &size, stdin) >= 0) {
		line[strcspn(line, "\n")] = '\0';
		if (*line)
			compare_alias(modules, ctx, &all, line);
	}
	printf("modules %zu symbols %zu matches %zu differences %zu\n", nr_modules, nr_symbols,
	       nr_matches, nr_differences);
	release(&all);
	kmod_unref(ctx);
	modules_close(modules);
	return nr_differences > 0;
}
