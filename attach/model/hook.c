// SPDX-License-Identifier: LGPL-2.1-only
#include <stdlib.h>
#include <string.h>

#include "attach/model/hook.h"

bool hook_name_is_valid(const char *name)
{
	static const char valid[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "0123456789_-";

	return *name && name[strspn(name, valid)] == '\0';
}

const char *hook_phase_name(enum hook_phase phase)
{
	static const char *const names[] = {
		[HOOK_PRE_DETACH] = "pre-detach",	[HOOK_POST_DETACH] = "post-detach",
		[HOOK_CANCEL_DETACH] = "cancel-detach", [HOOK_PRE_ATTACH] = "pre-attach",
		[HOOK_POST_ATTACH] = "post-attach",	[HOOK_CANCEL_ATTACH] = "cancel-attach",
	};

	return names[phase];
}

const char *hook_end_name(enum hook_end end)
{
	static const char *const names[] = {
		[HOOK_DONE] = "done",
		[HOOK_FAILED] = "failed",
		[HOOK_KILLED] = "killed",
		[HOOK_TIMED_OUT] = "timed-out",
		[HOOK_INTERRUPTED] = "interrupted",
		[HOOK_NOT_RUN] = "not-run",
	};

	return names[end];
}

void hooks_release(struct hooks *hooks)
{
	for (size_t i = 0; i < hooks->count; i++)
		free(hooks->list[i].name);
	for (size_t i = 0; i < hooks->nr_ignored; i++)
		free(hooks->ignored[i]);
	free(hooks->list);
	free(hooks->ignored);
	free(hooks->results);
	*hooks = (struct hooks){0};
}
