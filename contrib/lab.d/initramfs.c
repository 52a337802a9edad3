// SPDX-License-Identifier: GPL-2.0-only
/*
 * The init of a kernel whose root file system is a module: loads the modules in /modules, in the
 * order of their names, mounts the root that the lab shares, and goes on there with the lab's own
 * init.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#define INIT "/src/contrib/lab.d/guest-init"

static void fail(const char *what)
{
	fprintf(stderr, "initramfs: %s: %s\n", what, strerror(errno));
	exit(1); /* which the kernel takes for a crash, and the lab for one of the guest */
}

static void load(const char *name)
{
	char path[300];
	int fd;

	snprintf(path, sizeof(path), "/modules/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || (syscall(SYS_finit_module, fd, "", 0) < 0 && errno != EEXIST))
		fail(path);
	close(fd);
}

static int is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

int main(void)
{
	struct dirent **modules;
	int count = scandir("/modules", &modules, is_visible, alphasort);

	if (count < 0)
		fail("/modules");
	for (int i = 0; i < count; i++)
		load(modules[i]->d_name);
	if (mount("/dev/root", "/root", "9p", MS_RDONLY,
		  "trans=virtio,version=9p2000.L,cache=loose,msize=262144") < 0)
		fail("/dev/root");
	if (chdir("/root") < 0 || mount(".", "/", NULL, MS_MOVE, NULL) < 0 || chroot(".") < 0 ||
	    chdir("/") < 0)
		fail("/root");
	execl(INIT, INIT, (char *)NULL);
	fail(INIT);
	return 1;
}
