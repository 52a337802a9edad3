// SPDX-License-Identifier: LGPL-2.1-only
#include <libkmod.h>

#include "attach/read/libkmod-load.h"
#include "util/library.h"

/* libkmod, which not every command needs: see util/library.h */
/* clang-format off */
typedef int (*run_install_t)(struct kmod_module *m, const char *cmdline, void *data);
typedef void (*print_action_t)(struct kmod_module *m, bool install, const char *options);

#define FUNCTIONS(X) \
	X(2, struct kmod_list *, kmod_list_next, const struct kmod_list *, \
		const struct kmod_list *) \
	X(1, int, kmod_load_resources, struct kmod_ctx *) \
	X(1, const char *, kmod_module_dependency_symbol_get_symbol, const struct kmod_list *) \
	X(1, void, kmod_module_dependency_symbols_free_list, struct kmod_list *) \
	X(1, struct kmod_list *, kmod_module_get_dependencies, const struct kmod_module *) \
	X(2, int, kmod_module_get_dependency_symbols, const struct kmod_module *, \
		struct kmod_list **) \
	X(2, int, kmod_module_get_info, const struct kmod_module *, struct kmod_list **) \
	X(1, struct kmod_module *, kmod_module_get_module, const struct kmod_list *) \
	X(1, const char *, kmod_module_get_name, const struct kmod_module *) \
	X(1, const char *, kmod_module_get_path, const struct kmod_module *) \
	X(1, void, kmod_module_info_free_list, struct kmod_list *) \
	X(1, const char *, kmod_module_info_get_key, const struct kmod_list *) \
	X(1, const char *, kmod_module_info_get_value, const struct kmod_list *) \
	X(3, int, kmod_module_new_from_lookup, struct kmod_ctx *, const char *, \
		struct kmod_list **) \
	X(3, int, kmod_module_new_from_name, struct kmod_ctx *, const char *, \
		struct kmod_module **) \
	X(3, int, kmod_module_new_from_path, struct kmod_ctx *, const char *, \
		struct kmod_module **) \
	X(6, int, kmod_module_probe_insert_module, struct kmod_module *, unsigned int, \
		const char *, run_install_t, const void *, print_action_t) \
	X(2, int, kmod_module_remove_module, struct kmod_module *, unsigned int) \
	X(1, struct kmod_module *, kmod_module_unref, struct kmod_module *) \
	X(1, int, kmod_module_unref_list, struct kmod_list *) \
	X(2, struct kmod_ctx *, kmod_new, const char *, const char *const *) \
	X(2, void, kmod_set_log_priority, struct kmod_ctx *, int) \
	X(1, struct kmod_ctx *, kmod_unref, struct kmod_ctx *)
/* clang-format on */

LIBRARY_DEFINE(FUNCTIONS, "libkmod.so.2", "libkmod2 (Debian, Ubuntu) or kmod-libs (Fedora)");

void libkmod_load(void)
{
	library_load(&library);
}
