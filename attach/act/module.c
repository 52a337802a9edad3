// SPDX-License-Identifier: LGPL-2.1-only
#include <libkmod.h>
#include <syslog.h>

#include "attach/act/module.h"
#include "util/memory.h"

static int with_module(const char *name, int (*operation)(struct kmod_module *module))
{
	struct kmod_ctx *ctx = memory_check(kmod_new(NULL, NULL));
	struct kmod_module *module = NULL;
	int rc = kmod_module_new_from_name(ctx, name, &module);

	kmod_set_log_priority(ctx, LOG_CRIT);
	if (rc == 0)
		rc = operation(module);
	kmod_module_unref(module);
	kmod_unref(ctx);
	return rc;
}

static int insert(struct kmod_module *module)
{
	return kmod_module_probe_insert_module(module, 0, NULL, NULL, NULL, NULL);
}

static int take_out(struct kmod_module *module)
{
	return kmod_module_remove_module(module, 0);
}

int module_load(const char *name)
{
	return with_module(name, insert);
}

int module_unload(const char *name)
{
	return with_module(name, take_out);
}
