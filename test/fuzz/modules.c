// SPDX-License-Identifier: GPL-2.0-only
/*
 * The modules' indexes, the files of two modules, /proc/kallsyms, and a parameter of a module, each
 * of them a part (fuzz_part()). It is a fault if one of these does not hold:
 *
 * - a provider has a file, which exists and contains the name of the symbol that makes it a
 *   provider
 * - the module of a modalias is one of the providers
 * - if only /proc/kallsyms can show that the kernel has attach, it contains one of its symbols
 * - a module that can be loaded again has its file, and only parameters that it shows
 * - reading the same files twice gives the same answers
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "attach/model/snapshot.h"
#include "attach/read/modules.h"
#include "attach/read/reload.h"
#include "attach/read/symbols.h"
#include "test/fuzz/target.h"
#include "test/fuzz/unpack.h"
#include "util/cleanup.h"
#include "util/memory.h"

#define LIB "lib/modules/1/"
#define PROVIDER "extra/cxl_lab_accel.ko"
#define CXL_MEM "kernel/drivers/cxl/cxl_mem.ko"

static const char machine[] = "D /proc/sys/kernel\nF 0644 osrelease\n\t1\n"
			      "D /sys/module/cxl_lab_accel/parameters\n";

static const struct {
	const char *name, *path;
} files[] = {
	{"modules.dep", LIB "modules.dep"},
	{"modules.dep.bin", LIB "modules.dep.bin"},
	{"modules.alias.bin", LIB "modules.alias.bin"},
	{"modules.symbols.bin", LIB "modules.symbols.bin"},
	{"modules.builtin.bin", LIB "modules.builtin.bin"},
	{"modules.builtin.alias.bin", LIB "modules.builtin.alias.bin"},
	{"modules.softdep", LIB "modules.softdep"},
	{PROVIDER, LIB PROVIDER},
	{CXL_MEM, LIB CXL_MEM},
	{"kallsyms", "proc/kallsyms"},
	{"parameter", "sys/module/cxl_lab_accel/parameters/locked"},
	{"srcversion", "sys/module/cxl_lab_accel/srcversion"},
};
#define NR_FILES (sizeof(files) / sizeof(*files))

static struct root root;

static void prepare(void)
{
	static const char *const directories[] = {
		"lib",	      "lib/modules",	    "lib/modules/1",	     LIB "extra",
		LIB "kernel", LIB "kernel/drivers", LIB "kernel/drivers/cxl"};

	unpack(fuzz_directory_fd, machine, strlen(machine));
	for (size_t i = 0; i < sizeof(directories) / sizeof(*directories); i++) {
		if (mkdirat(fuzz_directory_fd, directories[i], 0700) < 0)
			fuzz_die(directories[i]);
	}
	if (root_open(&root, fuzz_directory) < 0)
		fuzz_die(fuzz_directory);
}

static void put_files(const char *text, size_t size)
{
	for (size_t i = 0; i < NR_FILES; i++) {
		size_t length = 0;
		const char *part = fuzz_part(text, size, files[i].name, &length);

		if (part)
			fuzz_put(files[i].path, part, length);
		else
			unlinkat(fuzz_directory_fd, files[i].path, 0);
	}
}

static bool is_in(const char *text, size_t size, const char *name, const char *wanted)
{
	size_t length;
	const char *part = fuzz_part(text, size, name, &length);

	return part && fuzz_has(part, length, wanted);
}

static void check_provider(const struct module *module, const char *text, size_t size)
{
	if (!module->file || !root_exists(root, module->file))
		fuzz_fault("provider without a file", module->name);
	for (size_t i = 0; i < NR_FILES; i++) {
		if (strcmp(files[i].path, module->file + 1) == 0 &&
		    is_in(text, size, files[i].name, module->symbol))
			return;
	}
	fuzz_fault("provider that is none", module->file);
}

static bool has_attach(const char *text, size_t size, const char *name)
{
	size_t count;
	const struct symbol *symbols = symbols_all(&count);

	for (size_t i = 0; i < count; i++) {
		if (symbols[i].meaning == SYMBOL_ATTACH && is_in(text, size, name, symbols[i].name))
			return true;
	}
	return false;
}

/* Return all answers as a text, which the caller frees */
static char *answers(struct modules *modules, const char *text, size_t size)
{
	static const char modalias[] = "pci:v00001AF4d000011E8sv00001AF4sd00001100bc05sc02i00";
	_cleanup_free_ char *file = NULL;
	size_t count, length = 0;
	enum flag support = modules_attach_support(modules, &file);
	const struct module *const *providers = modules_providers(modules, true, &count);
	const struct module *chosen = modules_for_alias(modules, modalias);
	enum flag matches = modules_has_alias(modules, "cxl_lab_accel", modalias);
	char *all = NULL;
	FILE *stream = open_memstream(&all, &length);

	if (support == FLAG_YES && strcmp(file, "/proc/kallsyms") == 0 &&
	    !has_attach(text, size, "kallsyms"))
		fuzz_fault("attach support", "not in kallsyms");
	if (chosen && !CONTAINS(providers, count, chosen))
		fuzz_fault("no provider", chosen->name);
	fprintf(stream, "%d %s %s %d", support, file, chosen ? chosen->name : "none", matches);
	for (size_t i = 0; i < count; i++) {
		_cleanup_free_ char *version = modules_version(modules, providers[i]);

		check_provider(providers[i], text, size);
		fprintf(stream, " %s %s %s", providers[i]->name, providers[i]->file, version ?: "");
	}
	fclose(stream);
	return all;
}

static void check_again(const char *before, const char *text, size_t size)
{
	struct modules *modules = modules_open(root);
	_cleanup_free_ char *now = answers(modules, text, size);

	if (strcmp(before, now) != 0)
		fuzz_fault(before, now);
	modules_close(modules);
}

static void check_reload(const char *text, size_t size)
{
	struct snapshot_memdev memdev = {.name = "mem0", .host = {.module = "cxl_lab_accel"}};
	struct snapshot *snapshot = memory_check(calloc(1, sizeof(*snapshot)));
	const struct snapshot_host *host = &memdev.host;
	size_t length;

	snapshot_begin(snapshot);
	snapshot->root = root;
	snapshot->memdevs = &memdev;
	snapshot->nr_memdevs = 1;
	snapshot_read_reloads(snapshot);
	if (!host->reload_problem && !fuzz_part(text, size, PROVIDER, &length) &&
	    !fuzz_part(text, size, CXL_MEM, &length))
		fuzz_fault("can be loaded", "and has no file");
	if (!host->reload_problem && host->module_options &&
	    strncmp(host->module_options, "locked=", strlen("locked=")) != 0)
		fuzz_fault("options", host->module_options);
	snapshot->memdevs = NULL;
	snapshot->nr_memdevs = 0;
	snapshot_release(snapshot);
	free(snapshot);
}

static void run(const char *text, size_t size)
{
	struct modules *modules;
	_cleanup_free_ char *first = NULL;

	put_files(text, size);
	modules = modules_open(root);
	first = answers(modules, text, size);
	modules_close(modules);
	check_again(first, text, size);
	check_reload(text, size);
}

const struct fuzz_target modules_target = {"modules", prepare, run};
