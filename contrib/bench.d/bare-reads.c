// SPDX-License-Identifier: GPL-2.0-only
#include "bare-reads.h"

#include <fcntl.h>
#include <unistd.h>

static unsigned long nr_read;

void begin_reading(void)
{
}

void read_attribute(int device, const char *name)
{
	int fd = openat(device, name, O_RDONLY | O_CLOEXEC);
	char value[4096];

	if (fd < 0)
		return;
	if (read(fd, value, sizeof(value)) >= 0)
		nr_read++;
	close(fd);
}

void leave_device(int device)
{
	close(device);
}

unsigned long end_reading(void)
{
	return nr_read;
}
