// SPDX-License-Identifier: LGPL-2.1-only
#include <stdarg.h>

#include <cxl/libcxl.h>

#include "attach/act/libcxl-load.h"
#include "attach/read/libkmod-load.h"
#include "util/library.h"

/* libcxl, which only commands that change CXL objects need: see util/library.h */
/* clang-format off */
typedef void (*log_fn_t)(struct cxl_ctx *ctx, int priority, const char *file, int line,
	const char *fn, const char *format, va_list args);

#define FUNCTIONS(X) \
	X(1, int, cxl_bus_disable_invalidate, struct cxl_bus *) \
	X(1, const char *, cxl_bus_get_devname, struct cxl_bus *) \
	X(1, struct cxl_bus *, cxl_bus_get_first, struct cxl_ctx *) \
	X(1, struct cxl_bus *, cxl_bus_get_next, struct cxl_bus *) \
	X(1, struct cxl_port *, cxl_bus_get_port, struct cxl_bus *) \
	X(1, struct cxl_decoder *, cxl_decoder_get_first, struct cxl_port *) \
	X(1, struct cxl_decoder *, cxl_decoder_get_next, struct cxl_decoder *) \
	X(1, struct cxl_port *, cxl_decoder_get_port, struct cxl_decoder *) \
	X(1, struct cxl_region *, cxl_decoder_get_region, struct cxl_decoder *) \
	X(1, bool, cxl_decoder_is_locked, struct cxl_decoder *) \
	X(1, const char *, cxl_endpoint_get_devname, struct cxl_endpoint *) \
	X(1, struct cxl_endpoint *, cxl_endpoint_get_first, struct cxl_port *) \
	X(1, struct cxl_endpoint *, cxl_endpoint_get_next, struct cxl_endpoint *) \
	X(1, struct cxl_port *, cxl_endpoint_get_port, struct cxl_endpoint *) \
	X(1, void *, cxl_get_userdata, struct cxl_ctx *) \
	X(1, int, cxl_memdev_disable_invalidate, struct cxl_memdev *) \
	X(1, int, cxl_memdev_enable, struct cxl_memdev *) \
	X(1, const char *, cxl_memdev_get_devname, struct cxl_memdev *) \
	X(1, struct cxl_memdev *, cxl_memdev_get_first, struct cxl_ctx *) \
	X(1, const char *, cxl_memdev_get_host, struct cxl_memdev *) \
	X(1, struct cxl_memdev *, cxl_memdev_get_next, struct cxl_memdev *) \
	X(1, int, cxl_new, struct cxl_ctx **) \
	X(1, int, cxl_port_disable_invalidate, struct cxl_port *) \
	X(1, int, cxl_port_enable, struct cxl_port *) \
	X(1, const char *, cxl_port_get_devname, struct cxl_port *) \
	X(1, struct cxl_port *, cxl_port_get_first, struct cxl_port *) \
	X(1, const char *, cxl_port_get_host, struct cxl_port *) \
	X(2, struct cxl_port *, cxl_port_get_next_all, struct cxl_port *, const struct cxl_port *) \
	X(1, bool, cxl_port_is_endpoint, struct cxl_port *) \
	X(1, int, cxl_region_disable, struct cxl_region *) \
	X(1, int, cxl_region_enable, struct cxl_region *) \
	X(1, struct cxl_decoder *, cxl_region_get_decoder, struct cxl_region *) \
	X(1, const char *, cxl_region_get_devname, struct cxl_region *) \
	X(1, struct cxl_region *, cxl_region_get_first, struct cxl_decoder *) \
	X(1, struct cxl_region *, cxl_region_get_next, struct cxl_region *) \
	X(2, void, cxl_set_log_fn, struct cxl_ctx *, log_fn_t) \
	X(2, void, cxl_set_log_priority, struct cxl_ctx *, int) \
	X(2, void, cxl_set_userdata, struct cxl_ctx *, void *) \
	X(1, void, cxl_unref, struct cxl_ctx *)
/* clang-format on */

LIBRARY_DEFINE(FUNCTIONS, "libcxl.so.1", "libcxl1 (Debian, Ubuntu) or cxl-libs (Fedora)");

void libcxl_load(void)
{
	library_load(&library);
	libkmod_load();
}
