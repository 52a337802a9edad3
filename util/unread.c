// SPDX-License-Identifier: LGPL-2.1-only
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "util/memory.h"
#include "util/unread.h"

/* The thread that claims it first writes it. Other threads may read it when it is complete. */
static struct {
	atomic_bool claimed, complete;
	char path[PATH_MAX];
	int error;
} first;

static bool is_passing(int error)
{
	switch (error) {
	case -EMFILE:
	case -ENFILE:
	case -ENOMEM:
	case -EIO:
	case -EINTR:
	case -EDEADLK: /* the kernel does not answer (read-limit.h) */
		return true;
	default:
		return false;
	}
}

/* Where the current thread records its first error, instead of in @first; or NULL */
static _Thread_local struct unread *own;

static void write_path(char *text, size_t size, int dirfd, const char *path)
{
	char link[40], directory[PATH_MAX / 2] = "";

	if (dirfd != AT_FDCWD && path[0] != '/') {
		snprintf(link, sizeof(link), "/proc/self/fd/%d", dirfd);
		if (readlink(link, directory, sizeof(directory) - 1) < 0)
			directory[0] = '\0';
	}
	snprintf(text, size, "%s%s%.2000s", directory, directory[0] && path[0] ? "/" : "", path);
}

static int note(int dirfd, const char *path, int error)
{
	int before = errno;

	if (own) {
		if (own->error == 0)
			write_path(own->path, sizeof(own->path), dirfd, path);
		own->error = own->error ?: error;
	} else if (!atomic_exchange(&first.claimed, true)) {
		first.error = -error;
		write_path(first.path, sizeof(first.path), dirfd, path);
		atomic_store(&first.complete, true);
	}
	errno = before;
	return error;
}

void unread_collect(struct unread *unread)
{
	own = unread;
}

void unread_adopt(const struct unread *unread)
{
	if (unread->error)
		note(AT_FDCWD, unread->path, unread->error);
}

int unread_note(int dirfd, const char *path, int error)
{
	return is_passing(error) ? note(dirfd, path, error) : error;
}

int unread_insist(int dirfd, const char *path, int error)
{
	return is_passing(error) || error == -EACCES || error == -EPERM ? note(dirfd, path, error)
									: error;
}

struct dirent *unread_entry(DIR *directory)
{
	struct dirent *entry;

	errno = 0;
	entry = readdir(directory);
	if (!entry && errno)
		unread_note(dirfd(directory), "", -errno);
	return entry;
}

int unread_end(FILE *file)
{
	return ferror(file) ? unread_note(fileno(file), "", -errno) : 0;
}

bool unread_any(void)
{
	return atomic_load(&first.complete);
}

int unread_error(void)
{
	return unread_any() ? -first.error : 0;
}

char *unread_text(void)
{
	if (!unread_any())
		return NULL;
	return xasprintf("%s: %s", first.path,
			 first.error == EDEADLK ? "the kernel does not answer"
						: strerror(first.error));
}

void unread_forget(void)
{
	atomic_store(&first.complete, false);
	atomic_store(&first.claimed, false);
}
