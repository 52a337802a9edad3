// SPDX-License-Identifier: LGPL-2.1-only
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libkmod.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "attach/model/snapshot.h"
#include "attach/model/step.h"
#include "attach/read/modules.h"
#include "attach/read/reload.h"
#include "util/cleanup.h"
#include "util/memory.h"
#include "util/sysfs.h"
#include "util/unread.h"

/* A loaded module, and the information in its file */
struct reload {
	struct root root;
	const char *name;
	struct kmod_list *info;
	char *options; /* the options until now */
	char *problem; /* NULL: none */
};

/* For a parameter of these types, the shown text is a valid value (kernel/params.c). */
static bool is_standard(const char *type)
{
	static const char *const types[] = {"bool",  "invbool", "bint",	 "byte",  "hexint",
					    "short", "ushort",	"int",	 "uint",  "long",
					    "ulong", "ullong",	"charp", "string"};
	static const char array[] = "array of ";

	if (strncmp(type, array, strlen(array)) == 0)
		type += strlen(array);
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
		if (strcmp(types[i], type) == 0)
			return true;
	}
	return false;
}

static const char *find_info(const struct kmod_list *info, const char *wanted)
{
	const struct kmod_list *entry;

	kmod_list_foreach(entry, info)
	{
		if (strcmp(kmod_module_info_get_key(entry), wanted) == 0)
			return kmod_module_info_get_value(entry);
	}
	return NULL;
}

/* An entry "parmtype" is "NAME:TYPE". */
static bool has_standard_type(const struct kmod_list *info, const char *parameter)
{
	const struct kmod_list *entry;
	size_t length = strlen(parameter);

	kmod_list_foreach(entry, info)
	{
		const char *value = kmod_module_info_get_value(entry);

		if (strcmp(kmod_module_info_get_key(entry), "parmtype") == 0 &&
		    strncmp(value, parameter, length) == 0 && value[length] == ':')
			return is_standard(value + length + 1);
	}
	return false;
}

/* Return why a parameter, whose value sysfs_read() read with @rc, cannot be set again; or NULL */
static const char *not_given_back(const struct reload *reload, const char *parameter, int rc,
				  const char *value)
{
	if (rc == -EMSGSIZE)
		return "is too long";
	if (rc < 0)
		return "cannot be read";
	if (strpbrk(value, "\"\n"))
		return "cannot be given back";
	/* A type of the module's own may show another text than it takes. */
	return has_standard_type(reload->info, parameter) ? NULL : "has no standard type";
}

/* A text that was never set is shown as empty or as "(null)". */
static void add_parameter(struct reload *reload, int directory, const char *parameter)
{
	_cleanup_free_ char *before = NULL;
	char value[SYSFS_ATTR_MAX];
	const char *quote, *why;
	int rc = sysfs_read(directory, parameter, value, sizeof(value));

	if (rc == 0 || (rc > 0 && strcmp(value, "(null)") == 0))
		return;
	why = not_given_back(reload, parameter, rc, value);
	if (why) {
		if (!reload->problem)
			reload->problem = xasprintf("its parameter %s %s", parameter, why);
		return;
	}
	quote = strpbrk(value, " \t") ? "\"" : "";
	before = reload->options;
	reload->options = xasprintf("%s%s%s=%s%s%s", before ?: "", before ? " " : "", parameter,
				    quote, value, quote);
}

static int by_name(const struct dirent **one, const struct dirent **other)
{
	return strcmp((*one)->d_name, (*other)->d_name);
}

static int is_parameter(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static void add_parameters(struct reload *reload)
{
	_cleanup_free_ char *name = xasprintf("/sys/module/%s/parameters", reload->name);
	_cleanup_free_ char *path = root_path(reload->root, name);
	_cleanup_close_ int directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct dirent **entries = NULL;
	int count = directory < 0 ? 0 : scandir(path, &entries, is_parameter, by_name);
	int error = -errno;

	for (int i = 0; i < count; i++) {
		add_parameter(reload, directory, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	if (directory < 0 || count < 0)
		unread_note(AT_FDCWD, path, error);
	if (reload->options && strlen(reload->options) >= STEP_OPTIONS_MAX && !reload->problem)
		reload->problem = xasprintf("its parameters are too long");
}

/* Some kernels and modules have no srcversion. */
static bool is_another(const struct reload *reload)
{
	_cleanup_free_ char *path = xasprintf("/sys/module/%s/srcversion", reload->name);
	const char *of_file = find_info(reload->info, "srcversion");
	char loaded[64];

	return of_file && root_read(reload->root, path, loaded, sizeof(loaded)) > 0 &&
	       strcmp(loaded, of_file) != 0;
}

static void read_reload(struct kmod_ctx *ctx, const struct module *module, const char *directory,
			struct reload *reload)
{
	_cleanup_free_ char *file =
		module && module->file ? root_path(reload->root, module->file) : NULL;
	struct kmod_module *kmod = NULL;

	if (!file || !sysfs_exists(AT_FDCWD, file)) {
		reload->problem = xasprintf("not in %s", directory);
	} else if (!ctx ||
		   unread_note(AT_FDCWD, file, kmod_module_new_from_path(ctx, file, &kmod)) < 0 ||
		   unread_note(AT_FDCWD, file, kmod_module_get_info(kmod, &reload->info)) < 0) {
		reload->problem = xasprintf("%s cannot be read", module->file);
	} else if (is_another(reload)) {
		reload->problem = xasprintf("%s is not what is loaded", module->file);
	} else {
		add_parameters(reload);
	}
	kmod_module_info_free_list(reload->info);
	if (kmod)
		kmod_module_unref(kmod);
}

void snapshot_read_reloads(struct snapshot *snapshot)
{
	static const char *const no_configuration[] = {NULL};
	struct modules *modules = modules_open(snapshot->root);
	_cleanup_free_ char *directory = root_path(snapshot->root, modules_directory(modules));
	struct kmod_ctx *ctx = kmod_new(directory, no_configuration);

	if (ctx)
		kmod_set_log_priority(ctx, LOG_CRIT);
	for (size_t i = 0; i < snapshot->nr_memdevs; i++) {
		struct snapshot_host *host = &snapshot->memdevs[i].host;
		struct reload reload = {.root = snapshot->root, .name = host->module};

		if (!host->module)
			continue;
		read_reload(ctx, modules_find(modules, host->module), modules_directory(modules),
			    &reload);
		host->module_options = snapshot_keep(snapshot, reload.options);
		host->reload_problem = snapshot_keep(snapshot, reload.problem);
		free(reload.options);
		free(reload.problem);
	}
	if (ctx)
		kmod_unref(ctx);
	modules_close(modules);
}

char *step_missing(struct root root, const struct step *step)
{
	char *file = step->action == STEP_UNBIND ? NULL : step_file(step);

	if (file && root_exists(root, file)) {
		free(file);
		return NULL;
	}
	return file;
}
