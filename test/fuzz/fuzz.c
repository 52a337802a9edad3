// SPDX-License-Identifier: GPL-2.0-only
/*
 * The program of all fuzz targets. FUZZ_TARGET, in the environment, names the target. libFuzzer and
 * AFL++ call LLVMFuzzerTestOneInput(). If compiled with STANDALONE, the program takes files with
 * texts as its arguments. Without arguments it prints the names of the targets.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test/fuzz/target.h"
#include "test/fuzz/unpack.h"
#include "util/cleanup.h"
#include "util/memory.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
const char *__lsan_default_suppressions(void);

static const struct fuzz_target *const targets[] = {
	&exercise_log_target, &iomem_target,   &journal_target, &kernel_log_target, &listing_target,
	&machine_target,      &modules_target, &uevent_target,	&users_target,
};
#define NR_TARGETS (sizeof(targets) / sizeof(*targets))

char *fuzz_directory;
int fuzz_directory_fd = -1;

/* ".." in a target's directory also leads to a private directory. */
static char *outer;
static const struct fuzz_target *target;
static FILE *nowhere;

static void remove_directory(void)
{
	fclose(nowhere);
	close(fuzz_directory_fd);
	unpack_remove(AT_FDCWD, outer);
	free(fuzz_directory);
	free(outer);
}

static void make_directory(void)
{
	outer = xasprintf("%s/cxl-fuzz-XXXXXX", getenv("TMPDIR") ?: "/dev/shm");
	if (!mkdtemp(outer))
		fuzz_die(outer);
	fuzz_directory = xasprintf("%s/%s", outer, target->name);
	if (mkdir(fuzz_directory, 0700) < 0)
		fuzz_die(fuzz_directory);
	fuzz_directory_fd = open(fuzz_directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fuzz_directory_fd < 0)
		fuzz_die(fuzz_directory);
	atexit(remove_directory);
}

static const struct fuzz_target *find_target(const char *name)
{
	for (size_t i = 0; i < NR_TARGETS; i++) {
		if (name && strcmp(targets[i]->name, name) == 0)
			return targets[i];
	}
	return NULL;
}

/* libkmod itself leaks memory if an index is damaged. The other targets have intact indexes. */
const char *__lsan_default_suppressions(void)
{
	const char *name = getenv("FUZZ_TARGET");

	return name && strcmp(name, "modules") == 0 ? "leak:libkmod.so" : "";
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	target = find_target(getenv("FUZZ_TARGET"));
	if (!target) {
		fputs("FUZZ_TARGET names no fuzz target\n", stderr);
		exit(2);
	}
	make_directory();
	/* The messages are not tested. A fault is written to the descriptor itself. */
	nowhere = fopen("/dev/null", "we");
	if (!nowhere)
		fuzz_die("/dev/null");
	stdout = stderr = nowhere;
	if (target->prepare)
		target->prepare();
	return 0;
}

/* Copy the text, so that the address sanitizer detects a read beyond its end. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_free_ char *text = memory_check(malloc(size + 1));

	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	target->run(text, size);
	return 0;
}

#ifdef STANDALONE
static void run_file(const char *path)
{
	static uint8_t data[1 << 20];
	FILE *file = fopen(path, "re");
	size_t size;

	if (!file)
		fuzz_die(path);
	size = fread(data, 1, sizeof(data), file);
	fclose(file);
	LLVMFuzzerTestOneInput(data, size);
}

int main(int argc, char **argv)
{
	for (size_t i = 0; i < NR_TARGETS && argc == 1; i++)
		puts(targets[i]->name);
	if (argc > 1)
		LLVMFuzzerInitialize(&argc, &argv);
	for (int i = 1; i < argc; i++)
		run_file(argv[i]);
	return 0;
}
#endif
