// SPDX-License-Identifier: GPL-2.0-only
/*
 * damage OUT MACHINE...
 *
 * Each MACHINE is a directory with the sys, proc, dev and lib of a machine. The program takes one
 * file, link or directory in it at a time, and removes or replaces it. It then makes all answers of
 * cxl about the machine, in this process. For each machine, it prints a line that begins with 0 if
 * there is no failure, otherwise with 1. Before that line it prints a line "# ..." for each damage
 * that does harm:
 *
 * - a memdev is called attached that is not attached without the damage
 * - the removal of a region is no longer refused, although a part of it still exists
 *
 * OUT gets the distinct answers, for test/validate, and a file "now", which names the current
 * damage in case this program crashes. Root must lack CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH, for
 * the damage that makes a file unreadable.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test/damage/answers.h"
#include "test/damage/distinct.h"
#include "test/damage/kinds.h"
#include "test/damage/targets.h"
#include "util/cleanup.h"
#include "util/memory.h"

#define NOW_SIZE 4096

struct subject {
	const char *name;
	struct root root;
	int directory;	      /* of the machine */
	char *aside;	      /* the directory beside the machine that keeps what is damaged */
	struct machine whole; /* the undamaged machine */
	struct distinct *distinct;
	char *now;		   /* NOW_SIZE bytes */
	size_t every, nr_possible; /* every @every-th of the possible damages is done */
	size_t nr_damages, nr_failed;
};

/* The messages of the machine go to stdout and stderr, which are /dev/null. */
static FILE *out;

static void fail(const char *what)
{
	fprintf(out, "# %s: %m\n", what);
	fflush(out);
	_exit(1);
}

static void remove_damage(int directory, const char *path)
{
	if (unlinkat(directory, path, 0) < 0)
		unlinkat(directory, path, AT_REMOVEDIR);
}

static void say_harm(struct subject *subject, const struct target *target,
		     const struct damage_kind *kind, const char *name, const char *what)
{
	fprintf(out, "# %s: /%s, %s: %s %s\n", subject->name, target->path, kind->name, name, what);
	subject->nr_failed++;
}

static void check(struct subject *subject, const struct target *target,
		  const struct damage_kind *kind)
{
	const struct snapshot *whole = &subject->whole.snapshot;
	size_t before = subject->distinct->count;
	struct machine machine;

	/* Without the directory of all devices, there is no answer about any device. */
	if (machine_read(subject->root, &machine) < 0)
		return;
	machine_answer(&machine, distinct_add, subject->distinct);
	/* Messages contain nothing that the answers lack, and take as long to make: skip them. */
	if (subject->distinct->count > before)
		machine_say(&machine);
	for (size_t i = 0; i < machine.snapshot.nr_memdevs; i++) {
		const char *name = machine.snapshot.memdevs[i].name;

		if (machine_is_attached(&machine, name) &&
		    !machine_is_attached(&subject->whole, name))
			say_harm(subject, target, kind, name, "is called attached");
	}
	/*
	 * Without a directory, its contents are also missing: nothing shows that the region exists.
	 */
	for (size_t i = 0; i < whole->nr_regions && target->type != S_IFDIR; i++) {
		const char *name = whole->regions[i].name;

		if (machine_refuses(&subject->whole, name) && !machine_refuses(&machine, name))
			say_harm(subject, target, kind, name, "can be destroyed");
	}
	machine_release(&machine);
}

static void do_damage(struct subject *subject, const struct target *target,
		      const struct damage_kind *kind)
{
	snprintf(subject->now, NOW_SIZE, "%s: /%s, %s\n", subject->name, target->path, kind->name);
	if (renameat(subject->directory, target->path, AT_FDCWD, subject->aside) < 0)
		fail(target->path);
	if (kind->put && kind->put(subject->directory, target->path) < 0)
		fail(target->path);
	check(subject, target, kind);
	if (kind->put)
		remove_damage(subject->directory, target->path);
	if (renameat(AT_FDCWD, subject->aside, subject->directory, target->path) < 0)
		fail(target->path);
	subject->nr_damages++;
}

static void damage_target(struct subject *subject, const struct target *target)
{
	for (size_t i = 0; i < nr_damage_kinds; i++) {
		if (target->type == damage_kinds[i].type &&
		    target->level >= damage_kinds[i].level &&
		    subject->nr_possible++ % subject->every == 0)
			do_damage(subject, target, &damage_kinds[i]);
	}
}

/* With DAMAGE_INSIDE_EVERY=N in the environment, only every Nth damage is done. */
static size_t read_every(void)
{
	const char *text = getenv("DAMAGE_INSIDE_EVERY");

	return text && atoi(text) > 0 ? (size_t)atoi(text) : 1;
}

static size_t count_attached(const struct machine *machine)
{
	size_t count = 0;

	for (size_t i = 0; i < machine->snapshot.nr_memdevs; i++)
		count += machine_is_attached(machine, machine->snapshot.memdevs[i].name);
	return count;
}

static size_t damage_machine(const char *path, struct distinct *distinct, char *now)
{
	const char *slash = strrchr(path, '/');
	struct targets targets = {0};
	struct subject subject = {
		.name = slash ? slash + 1 : path,
		.directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC),
		.aside = xasprintf("%s.aside", path),
		.distinct = distinct,
		.now = now,
		.every = read_every(),
	};

	snprintf(now, NOW_SIZE, "%s, undamaged\n", subject.name);
	if (subject.directory < 0 || root_open(&subject.root, path) < 0 ||
	    machine_read(subject.root, &subject.whole) < 0)
		fail(path);
	machine_answer(&subject.whole, distinct_add, distinct);
	if (targets_find(subject.directory, &targets) < 0)
		fail(path);
	for (size_t i = 0; i < targets.count; i++)
		damage_target(&subject, &targets.list[i]);
	fprintf(out, "%d %s: damaged %zu times, %zu attached\n", subject.nr_failed > 0,
		subject.name, subject.nr_damages, count_attached(&subject.whole));
	fflush(out);
	machine_release(&subject.whole);
	targets_release(&targets);
	free(subject.aside);
	close(subject.directory);
	root_close(&subject.root);
	return subject.nr_failed;
}

static char *map_now(const char *directory)
{
	_cleanup_free_ char *path = xasprintf("%s/now", directory);
	_cleanup_close_ int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	char *now = MAP_FAILED;

	if (fd >= 0 && ftruncate(fd, NOW_SIZE) == 0)
		now = mmap(NULL, NOW_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (now == MAP_FAILED)
		fail(path);
	return now;
}

int main(int argc, char **argv)
{
	struct distinct distinct = {0};
	size_t nr_failed = 0;
	char *now;

	if (argc < 3)
		return 2;
	out = fdopen(dup(STDOUT_FILENO), "w");
	stdout = stderr = memory_check(fopen("/dev/null", "we"));
	distinct.directory = argv[1];
	now = map_now(argv[1]);
	for (int i = 2; i < argc; i++)
		nr_failed += damage_machine(argv[i], &distinct, now);
	fprintf(out, "# %zu distinct answers\n", distinct.count);
	if (distinct_end(&distinct) < 0)
		fail(argv[1]);
	munmap(now, NOW_SIZE);
	fclose(stdout);
	fclose(out);
	return nr_failed > 0;
}
