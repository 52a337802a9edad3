// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "exercise/report/title.h"
#include "util/cleanup.h"
#include "util/memory.h"
#include "util/text.h"

/* The first entry whose text @has is in a kernel report gives the title of the report. */
static const struct {
	const char *has, *title;
} titles[] = {
	{"possible circular locking dependency", "possible deadlock"},
	{"possible recursive locking", "possible deadlock"},
	{"inconsistent lock state", "inconsistent lock state"},
	{"suspicious RCU usage", "WARNING: suspicious RCU usage"},
	{"sleeping function called from invalid context",
	 "BUG: sleeping function called from invalid context"},
	{"ODEBUG:", "WARNING: ODEBUG bug"},
	{"blocked for more than", "INFO: task hung"},
	{"soft lockup", "BUG: soft lockup"},
	{"rcu_preempt detected stalls", "INFO: rcu detected stall"},
	{"rcu: INFO: ", "INFO: rcu detected stall"},
	{"general protection fault", "general protection fault"},
	{"kernel NULL pointer dereference",
	 "BUG: unable to handle kernel NULL pointer dereference"},
	{"unable to handle page fault", "BUG: unable to handle kernel paging request"},
	{"kernel BUG at ", "kernel BUG"},
	{"refcount_t: ", "WARNING: refcount bug"},
	{"unreferenced object", "memory leak"},
	{"WARNING: ", "WARNING"},
	{"Oops", "Oops"},
};

/* "BUG: KASAN: slab-use-after-free in ...": take the part before " in" */
static char *sanitizer_title(const char *detail)
{
	static const char *const names[] = {"KASAN: ", "KCSAN: ", "KMSAN: ", "KFENCE: ", "UBSAN: "};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		const char *text = strstr(detail, names[i]), *end;
		const char *access = "";

		if (!text)
			continue;
		end = strstr(text, " in ");
		if (!end || memchr(text, '\n', (size_t)(end - text)))
			end = text + strcspn(text, "\n");
		if (strstr(end, "\nRead of size") || strstr(end, "\nread to"))
			access = " Read";
		else if (strstr(end, "\nWrite of size") || strstr(end, "\nwrite to"))
			access = " Write";
		return xasprintf("%.*s%s", (int)(end - text), text, access);
	}
	return NULL;
}

static char *report_title(const char *detail)
{
	char *title = sanitizer_title(detail);

	for (size_t i = 0; !title && i < sizeof(titles) / sizeof(*titles); i++) {
		if (strstr(detail, titles[i].has))
			title = memory_check(strdup(titles[i].title));
	}
	return title;
}

/*
 * "oops cxl_add_ep < cxl_mem_probe" gives cxl_add_ep; "somewhere" if the report names no function
 */
static char *place_of(const char *signature)
{
	const char *place = strchr(signature, ' ');

	if (!place || strncmp(place, " somewhere", strlen(" somewhere")) == 0)
		return NULL;
	place++;
	return memory_check(strndup(place, strcspn(place, " ")));
}

char *finding_title(const char *kind, const char *signature, const char *detail)
{
	_cleanup_free_ char *title = NULL, *place = NULL;

	if (streq(kind, "splat"))
		title = report_title(detail ?: "");
	if (!title)
		return xasprintf("cxl: %s", signature);
	place = place_of(signature);
	return place ? xasprintf("%s in %s", title, place) : memory_check(strdup(title));
}
