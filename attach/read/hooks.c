// SPDX-License-Identifier: LGPL-2.1-only
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "attach/model/hook.h"
#include "attach/read/hooks.h"
#include "util/memory.h"
#include "util/unread.h"

/* Read the properties of a file; return whether it is a directory */
static bool look_at(int directory, const char *name, struct hook *hook)
{
	struct stat st;

	if (fstatat(directory, name, &st, *name ? 0 : AT_EMPTY_PATH) < 0) {
		hook->error = unread_note(directory, name, -errno);
		return false;
	}
	hook->is_file = S_ISREG(st.st_mode);
	hook->is_executable = st.st_mode & (S_IXUSR | S_IXGRP | S_IXOTH);
	hook->is_of_root = st.st_uid == 0;
	hook->is_writable_by_others = st.st_mode & (S_IWGRP | S_IWOTH);
	return S_ISDIR(st.st_mode);
}

static void add(int directory, const char *name, struct hooks *hooks)
{
	struct hook hook = {0};
	char *copy;

	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return;
	copy = memory_check(strdup(name));
	if (!hook_name_is_valid(name) || look_at(directory, name, &hook)) {
		*APPEND(hooks->ignored, hooks->nr_ignored) = copy;
		return;
	}
	hook.name = copy;
	*APPEND(hooks->list, hooks->count) = hook;
}

static int by_name(const void *a, const void *b)
{
	const struct hook *one = a, *other = b;

	return strcmp(one->name, other->name);
}

void hooks_read(struct root root, struct hooks *hooks)
{
	DIR *directory = root_opendir(root, HOOK_DIRECTORY);
	const struct dirent *entry;

	*hooks = (struct hooks){0};
	if (!directory) {
		/* If the directory cannot be read, a hook that is not called could have refused. */
		hooks->has_directory = errno != ENOENT;
		if (hooks->has_directory)
			hooks->directory.error = unread_insist(AT_FDCWD, HOOK_DIRECTORY, -errno);
		return;
	}
	hooks->has_directory = true;
	look_at(dirfd(directory), "", &hooks->directory);
	while ((entry = unread_entry(directory)))
		add(dirfd(directory), entry->d_name, hooks);
	closedir(directory);
	if (hooks->count > 0)
		qsort(hooks->list, hooks->count, sizeof(*hooks->list), by_name);
}
