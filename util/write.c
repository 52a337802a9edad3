// SPDX-License-Identifier: LGPL-2.1-only
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "util/write.h"

int write_all(int fd, const char *text)
{
	size_t length = strlen(text);

	while (length > 0) {
		ssize_t written = TEMP_FAILURE_RETRY(write(fd, text, length));

		if (written < 0)
			return -errno;
		text += written;
		length -= (size_t)written;
	}
	return 0;
}
