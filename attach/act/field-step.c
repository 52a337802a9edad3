// SPDX-License-Identifier: LGPL-2.1-only
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include "attach/act/field-step.h"
#include "attach/act/test-region.h"
#include "attach/model/step.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/memory.h"

/* As long as a detach takes on a slow machine, but short enough for a process that waits for it */
#define HOLD_US 50000

/*
 * Offsets in the configuration space of a PCI device (include/uapi/linux/pci_regs.h of the kernel)
 */
#define FIRST_CAPABILITY 0x34
#define CAP_ID_EXPRESS 0x10
#define LINK_CONTROL 0x10 /* in the Express capability */
#define LINK_DISABLE 0x10 /* a bit of Link Control */

static int hold(const struct step *step)
{
	_cleanup_free_ char *path =
		xasprintf("/dev/%s%s%s", step->bus ?: "", step->bus ? "/" : "", step->device);
	_cleanup_close_ int fd = open(path, O_RDWR | O_CLOEXEC);
	size_t size = (size_t)sysconf(_SC_PAGESIZE);
	void *memory = NULL;

	if (fd < 0)
		return -errno;
	if (step->on) {
		memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		if (memory == MAP_FAILED)
			return -errno;
		/*
		 * From here on only the mapping keeps the file. No list of open files shows that.
		 */
		close(fd);
		fd = -1;
	}
	clock_wait(clock_now() + HOLD_US);
	if (memory)
		munmap(memory, size);
	return 0;
}

/*
 * Return the offset of the Express capability; 0 if there is none. A list of more than 48 is
 * circular.
 */
static off_t find_express(int config)
{
	unsigned char at = 0, capability[2];

	if (pread(config, &at, 1, FIRST_CAPABILITY) != 1)
		return 0;
	for (int i = 0; i < 48 && (at &= 0xfc); i++, at = capability[1]) {
		if (pread(config, capability, 2, at) != 2)
			return 0;
		if (capability[0] == CAP_ID_EXPRESS)
			return at;
	}
	return 0;
}

/* Not every port has the bit: an emulated port may ignore it. */
static int set_link(const struct step *step)
{
	_cleanup_free_ char *path = xasprintf("/sys/bus/pci/devices/%s/config", step->device);
	_cleanup_close_ int config = open(path, O_RDWR | O_CLOEXEC);
	off_t at = config < 0 ? 0 : find_express(config);
	unsigned char control, now;

	if (config < 0)
		return -errno;
	if (at == 0 || pread(config, &control, 1, at + LINK_CONTROL) != 1)
		return -EOPNOTSUPP;
	control = (unsigned char)(step->on ? control & ~LINK_DISABLE : control | LINK_DISABLE);
	if (pwrite(config, &control, 1, at + LINK_CONTROL) != 1 ||
	    pread(config, &now, 1, at + LINK_CONTROL) != 1)
		return -EIO;
	return (now ^ control) & LINK_DISABLE ? -EOPNOTSUPP : 0;
}

int field_step(const struct step *step)
{
	switch (step->action) {
	case STEP_HOLD:
		return hold(step);
	case STEP_LINK:
		return set_link(step);
	case STEP_CREATE:
		return test_region_create(step->bus, step->device, step->driver);
	case STEP_DESTROY:
		return test_region_destroy(step->bus, step->device, step->driver);
	default:
		return -EINVAL;
	}
}
