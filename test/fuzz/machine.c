// SPDX-License-Identifier: GPL-2.0-only
/*
 * A machine as text (test/replay/tree) goes in, and all answers of cxl about it come out. It is a
 * fault if the program crashes, or if one of these does not hold:
 *
 * - each answer is valid JSON in UTF-8
 * - a memdev without a driver, or whose host has none, is not called attached: this is seen from
 *   the machine's directory, without what attach/read makes of it (memdev-disabled and host-unbound
 *   of attach/reason/evidence.c decide alone)
 * - a memdev with class attributes is not called attached if no decoder names a region: only what
 *   is seen of regions can outweigh class-attributes
 * - destroy-region -f of a region of an attached memdev is refused
 *
 * libFuzzer and AFL++ call LLVMFuzzerTestOneInput(). Compiled with STANDALONE, the program takes
 * files with such texts as its arguments. FUZZ_MODULES, in the environment, is a directory that is
 * every machine's lib: it has the kernel's modules, without which no host of a provider is found.
 */
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <json-c/json.h>

#include "test/damage/answers.h"
#include "test/fuzz/unpack.h"
#include "util/cleanup.h"
#include "util/memory.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Two directories, since ".." of a device that is the machine's top leads one up */
static char *outer;
static struct root root;
static int top = -1;
static FILE *nowhere;

static const char *const parts[] = {"sys", "proc", "dev", "lib"};
#define NR_PARTS (sizeof(parts) / sizeof(*parts))
#define NR_UNPACKED 3

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void remove_machine(void)
{
	for (size_t i = 0; i < NR_PARTS; i++)
		unpack_remove(top, parts[i]);
	close(top);
	fclose(nowhere);
	root_close(&root);
	unpack_remove(AT_FDCWD, outer);
	free(outer);
}

static void make_machine(void)
{
	const char *base = getenv("TMPDIR") ?: "/dev/shm";
	const char *modules = getenv("FUZZ_MODULES");
	_cleanup_free_ char *path = NULL, *copy = NULL;

	outer = xasprintf("%s/cxl-fuzz-XXXXXX", base);
	if (!mkdtemp(outer))
		die(outer);
	path = xasprintf("%s/machine", outer);
	if (mkdir(path, 0700) < 0 || root_open(&root, path) < 0)
		die(path);
	top = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (top < 0)
		die(path);
	copy = xasprintf("cp -r -- \"$FUZZ_MODULES\" '%s/lib'", path);
	if (modules && system(copy) != 0)
		die(modules);
	atexit(remove_machine);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	make_machine();
	/* The messages are not what is tested: a fault is written to the descriptor itself. */
	nowhere = fopen("/dev/null", "we");
	if (!nowhere)
		die("/dev/null");
	stdout = stderr = nowhere;
	return 0;
}

/* Ends the program as a crash, which the fuzzer takes down with its input */
static void fault(const char *name, const char *what)
{
	dprintf(STDERR_FILENO, "fault: %s: %s\n", name, what);
	abort();
}

static void check_json(void *data, enum schema schema, const char *json)
{
	struct json_tokener *tokener = json_tokener_new();
	struct json_object *object;

	(void)data;
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	object = json_tokener_parse_ex(tokener, json, (int)strlen(json));
	if (!object || json_tokener_get_error(tokener) != json_tokener_success)
		fault(schema_name(schema), json);
	json_object_put(object);
	json_tokener_free(tokener);
}

static bool has_link(const char *memdev, const char *link)
{
	_cleanup_free_ char *path = xasprintf("sys/bus/cxl/devices/%s/%s", memdev, link);

	return faccessat(top, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static bool has_class_attributes(const char *memdev)
{
	return has_link(memdev, "firmware_version") || has_link(memdev, "payload_max") ||
	       has_link(memdev, "label_storage_size");
}

static bool any_region_is_named(const struct snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->nr_decoders; i++) {
		if (snapshot->decoders[i].region_name)
			return true;
	}
	return false;
}

static void check_attached(const struct machine *machine, const struct snapshot_memdev *memdev)
{
	const char *name = memdev->name;

	if (!has_link(name, "driver") || !has_link(name, "../driver"))
		fault(name, "attached without a driver");
	if (has_class_attributes(name) && !any_region_is_named(&machine->snapshot))
		fault(name, "attached with class attributes and without a region");
	for (size_t i = 0; i < memdev->nr_regions; i++) {
		if (!machine_refuses(machine, memdev->regions[i]->name))
			fault(memdev->regions[i]->name,
			      "can be destroyed under an attached memdev");
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct machine machine;

	for (size_t i = 0; i < NR_UNPACKED; i++)
		unpack_remove(top, parts[i]);
	unpack(top, (const char *)data, size);
	if (machine_read(root, &machine) < 0)
		return 0;
	machine_answer(&machine, check_json, NULL);
	machine_say(&machine);
	for (size_t i = 0; i < machine.snapshot.nr_memdevs; i++) {
		if (machine_is_attached(&machine, machine.snapshot.memdevs[i].name))
			check_attached(&machine, &machine.snapshot.memdevs[i]);
	}
	machine_release(&machine);
	return 0;
}

#ifdef STANDALONE
static void run_file(const char *path)
{
	static uint8_t data[1 << 20];
	FILE *file = fopen(path, "re");
	size_t size;

	if (!file)
		die(path);
	size = fread(data, 1, sizeof(data), file);
	fclose(file);
	LLVMFuzzerTestOneInput(data, size);
}

int main(int argc, char **argv)
{
	LLVMFuzzerInitialize(&argc, &argv);
	for (int i = 1; i < argc; i++)
		run_file(argv[i]);
	return 0;
}
#endif
