// SPDX-License-Identifier: LGPL-2.1-only
#include <errno.h>
#include <fcntl.h>
#include <libkmod.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "attach/act/libcxl-attach.h"

#define CXL_DEVICES "/sys/bus/cxl/devices"

/* Format a path below /sys into @path, which has PATH_MAX bytes */
#define MAKE_PATH(path, ...) (snprintf(path, PATH_MAX, __VA_ARGS__) < PATH_MAX ? 0 : -ENAMETOOLONG)

/* Write the text in one write(2), as the kernel requires */
static int write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), rc = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		rc = -errno;
	close(fd);
	return rc;
}

/* Return the last part of the target of the link @link of a CXL device */
static char *link_name(const char *devname, const char *link)
{
	char path[PATH_MAX], target[PATH_MAX];
	const char *name;
	ssize_t length;

	if (MAKE_PATH(path, CXL_DEVICES "/%s/%s", devname, link) < 0) {
		errno = ENAMETOOLONG;
		return NULL;
	}
	length = readlink(path, target, sizeof(target) - 1);
	if (length < 0)
		return NULL;
	target[length] = '\0';
	name = strrchr(target, '/');
	name = name ? name + 1 : target;
	if (*name)
		return strdup(name);
	errno = EILSEQ;
	return NULL;
}

static bool has_attribute(const char *devname, const char *attribute)
{
	char path[PATH_MAX];

	return MAKE_PATH(path, CXL_DEVICES "/%s/%s", devname, attribute) == 0 &&
	       faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/* ".." in a device's directory is the directory of its parent, whatever link led there. */

char *cxl_memdev_get_host_subsystem(struct cxl_memdev *memdev)
{
	return link_name(cxl_memdev_get_devname(memdev), "../subsystem");
}

char *cxl_memdev_get_host_driver(struct cxl_memdev *memdev)
{
	return link_name(cxl_memdev_get_devname(memdev), "../driver");
}

char *cxl_memdev_get_host_module(struct cxl_memdev *memdev)
{
	return link_name(cxl_memdev_get_devname(memdev), "../driver/module");
}

int cxl_memdev_has_class_attributes(struct cxl_memdev *memdev)
{
	const char *devname = cxl_memdev_get_devname(memdev);

	if (has_attribute(devname, "firmware_version") || has_attribute(devname, "payload_max") ||
	    has_attribute(devname, "label_storage_size"))
		return 1;
	/* Every device has a uevent file. A directory without one belongs to a removed device. */
	return has_attribute(devname, "uevent") ? 0 : -ENODEV;
}

int cxl_host_bind(const char *subsystem, const char *host, const char *driver)
{
	char path[PATH_MAX];

	return MAKE_PATH(path, "/sys/bus/%s/drivers/%s/bind", subsystem, driver)
		       ?: write_text(path, host);
}

int cxl_host_unbind(const char *subsystem, const char *host, const char *driver)
{
	char path[PATH_MAX];

	return MAKE_PATH(path, "/sys/bus/%s/drivers/%s/unbind", subsystem, driver)
		       ?: write_text(path, host);
}

/* An empty write does not reach the kernel. An empty line removes an override. */
int cxl_host_set_driver_override(const char *subsystem, const char *host, const char *driver)
{
	char path[PATH_MAX];

	return MAKE_PATH(path, "/sys/bus/%s/devices/%s/driver_override", subsystem, host)
		       ?: write_text(path, driver ?: "\n");
}

int cxl_memdev_unbind_host(struct cxl_memdev *memdev, const char *driver)
{
	char *subsystem = cxl_memdev_get_host_subsystem(memdev);
	int rc = subsystem ? cxl_host_unbind(subsystem, cxl_memdev_get_host(memdev), driver)
			   : -errno;

	free(subsystem);
	return rc;
}

int cxl_memdev_set_host_driver_override(struct cxl_memdev *memdev, const char *driver)
{
	char *subsystem = cxl_memdev_get_host_subsystem(memdev);
	int rc = subsystem ? cxl_host_set_driver_override(subsystem, cxl_memdev_get_host(memdev),
							  driver)
			   : -errno;

	free(subsystem);
	return rc;
}

int cxl_memdev_remove_host(struct cxl_memdev *memdev)
{
	char path[PATH_MAX];

	return MAKE_PATH(path, "/sys/bus/pci/devices/%s/remove", cxl_memdev_get_host(memdev))
		       ?: write_text(path, "1");
}

static int insert(struct kmod_module *module, const char *options)
{
	return kmod_module_probe_insert_module(module, 0, options, NULL, NULL, NULL);
}

static int take_out(struct kmod_module *module, const char *options)
{
	(void)options;
	return kmod_module_remove_module(module, 0);
}

static int with_module(const char *name, const char *options,
		       int (*operation)(struct kmod_module *module, const char *options))
{
	struct kmod_ctx *ctx = kmod_new(NULL, NULL);
	struct kmod_module *module = NULL;
	int rc;

	if (!ctx)
		return -ENOMEM;
	kmod_set_log_priority(ctx, LOG_CRIT);
	rc = kmod_module_new_from_name(ctx, name, &module);
	if (rc == 0)
		rc = operation(module, options);
	kmod_module_unref(module);
	kmod_unref(ctx);
	return rc;
}

int cxl_host_load_module(const char *module, const char *options)
{
	return with_module(module, options, insert);
}

int cxl_host_unload_module(const char *module)
{
	return with_module(module, NULL, take_out);
}

int cxl_memdev_unload_host_module(struct cxl_memdev *memdev)
{
	char *module = cxl_memdev_get_host_module(memdev);
	int rc = module ? cxl_host_unload_module(module) : -errno;

	free(module);
	return rc;
}

int cxl_flush_detach(void)
{
	return write_text("/sys/bus/cxl/flush", "1");
}

int cxl_region_is_locked(struct cxl_region *region)
{
	char path[PATH_MAX], text[4] = "";
	int fd, rc = MAKE_PATH(path, CXL_DEVICES "/%s/locked", cxl_region_get_devname(region));
	ssize_t length;

	if (rc < 0)
		return rc;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	length = read(fd, text, sizeof(text) - 1);
	rc = length < 0 ? -errno : 0;
	close(fd);
	if (rc < 0)
		return rc;
	text[strcspn(text, "\n")] = '\0';
	return strcmp(text, "0") == 0 || strcmp(text, "1") == 0 ? text[0] - '0' : -EILSEQ;
}

static bool port_locks_region(struct cxl_port *port, struct cxl_region *region)
{
	struct cxl_endpoint *endpoint;
	struct cxl_decoder *decoder;

	cxl_decoder_foreach(port, decoder) {
		if (cxl_decoder_get_region(decoder) == region && cxl_decoder_is_locked(decoder))
			return true;
	}
	if (cxl_port_is_endpoint(port))
		return false;
	cxl_endpoint_foreach(port, endpoint) {
		if (port_locks_region(cxl_endpoint_get_port(endpoint), region))
			return true;
	}
	return false;
}

bool cxl_region_has_locked_decoder(struct cxl_region *region)
{
	struct cxl_decoder *root_decoder = cxl_region_get_decoder(region);
	struct cxl_port *root = cxl_decoder_get_port(root_decoder);
	struct cxl_port *port;

	if (cxl_decoder_is_locked(root_decoder) || port_locks_region(root, region))
		return true;
	cxl_port_foreach_all(root, port) {
		if (port_locks_region(port, region))
			return true;
	}
	return false;
}
