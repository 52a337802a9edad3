// SPDX-License-Identifier: LGPL-2.1-only
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <unistd.h>

#include "attach/read/pci-config.h"
#include "util/cleanup.h"
#include "util/unread.h"

#define SPACE 4096 /* the size of the configuration space of PCI Express in bytes */
#define EXTENDED 0x100
#define CAP_ID_DVSEC 0x23
#define VENDOR_CXL 0x1e98

/* Offsets in the DVSEC */
#define CAPABILITY 0xa
#define CONTROL 0xc
#define MEMORY 4 /* bit 2 of both registers */
#define END 0xe

static unsigned int word(const unsigned char *bytes)
{
	return (unsigned int)bytes[0] | (unsigned int)bytes[1] << 8;
}

static bool read_space(int fd, unsigned char *space)
{
	_cleanup_close_ int config = openat(fd, "config", O_RDONLY | O_CLOEXEC);
	ssize_t got = -1;

	if (config < 0 || (got = pread(config, space, SPACE, 0)) < 0)
		unread_note(fd, "config", -errno);
	return got == SPACE;
}

/* Each capability has at least 8 bytes. A list of more than 480 is circular. */
static const unsigned char *find_dvsec(const unsigned char *space)
{
	size_t offset = EXTENDED;

	for (int i = 0; i < 480 && offset >= EXTENDED && offset <= SPACE - END; i++) {
		const unsigned char *cap = space + offset;

		if (word(cap) == CAP_ID_DVSEC && word(cap + 4) == VENDOR_CXL && word(cap + 8) == 0)
			return cap;
		offset = word(cap + 2) >> 4 & ~3U;
	}
	return NULL;
}

enum flag pci_has_cxl_memory(int fd)
{
	unsigned char space[SPACE];
	const unsigned char *dvsec;

	if (!read_space(fd, space))
		return FLAG_UNKNOWN;
	dvsec = find_dvsec(space);
	return dvsec && (word(dvsec + CAPABILITY) & MEMORY) ? FLAG_YES : FLAG_NO;
}

enum flag pci_cxl_memory_enabled(int fd)
{
	unsigned char space[SPACE];
	const unsigned char *dvsec = read_space(fd, space) ? find_dvsec(space) : NULL;

	if (!dvsec || !(word(dvsec + CAPABILITY) & MEMORY))
		return FLAG_UNKNOWN;
	return word(dvsec + CONTROL) & MEMORY ? FLAG_YES : FLAG_NO;
}
