// SPDX-License-Identifier: GPL-2.0-only
/*
 * The input is a machine as text (test/replay/tree), and the output is every answer of cxl about
 * it. It is a fault if the program crashes, or if one of these does not hold:
 *
 * - each answer is valid JSON in UTF-8
 * - a memdev is not called attached if it or its host has no driver: this is read from the
 *   machine's directory, without the results of attach/read (memdev-disabled and host-unbound of
 *   attach/reason/evidence.c decide alone)
 * - a memdev with class attributes is not called attached if no decoder names a region: only
 *   signals about regions can outweigh class-attributes
 * - destroy-region -f of a region of an attached memdev is refused
 *
 * FUZZ_MODULES, in the environment, is a directory that serves as every machine's lib. It contains
 * the kernel's modules, without which no host of a provider is found.
 */
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "test/damage/answers.h"
#include "test/fuzz/target.h"
#include "test/fuzz/unpack.h"
#include "util/cleanup.h"
#include "util/memory.h"

static struct root root;
static const char *const parts[] = {"sys", "proc", "dev"};

static void prepare(void)
{
	const char *modules = getenv("FUZZ_MODULES");
	_cleanup_free_ char *copy =
		xasprintf("cp -r -- \"$FUZZ_MODULES\" '%s/lib'", fuzz_directory);

	if (root_open(&root, fuzz_directory) < 0)
		fuzz_die(fuzz_directory);
	if (modules && system(copy) != 0)
		fuzz_die(modules);
}

static void check_answer(void *data, enum schema schema, const char *json)
{
	(void)data;
	fuzz_check_json(schema_name(schema), json);
}

static bool has_link(const char *memdev, const char *link)
{
	_cleanup_free_ char *path = xasprintf("sys/bus/cxl/devices/%s/%s", memdev, link);

	return faccessat(fuzz_directory_fd, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
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
		fuzz_fault(name, "attached without a driver");
	if (has_class_attributes(name) && !any_region_is_named(&machine->snapshot))
		fuzz_fault(name, "attached with class attributes and without a region");
	for (size_t i = 0; i < memdev->nr_regions; i++) {
		if (!machine_refuses(machine, memdev->regions[i]->name))
			fuzz_fault(memdev->regions[i]->name,
				   "can be destroyed under an attached memdev");
	}
}

static void run(const char *text, size_t size)
{
	struct machine machine;

	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		unpack_remove(fuzz_directory_fd, parts[i]);
	unpack(fuzz_directory_fd, text, size);
	if (machine_read(root, &machine) < 0)
		return;
	machine_answer(&machine, check_answer, NULL);
	machine_say(&machine);
	for (size_t i = 0; i < machine.snapshot.nr_memdevs; i++) {
		if (machine_is_attached(&machine, machine.snapshot.memdevs[i].name))
			check_attached(&machine, &machine.snapshot.memdevs[i]);
	}
	machine_release(&machine);
}

const struct fuzz_target machine_target = {"machine", prepare, run};
