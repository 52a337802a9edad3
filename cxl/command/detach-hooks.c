// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>

#include "attach/model/expected.h"
#include "attach/model/plan.h"
#include "attach/model/snapshot.h"
#include "attach/reason/hooks.h"
#include "cxl/command/detach-hooks.h"
#include "cxl/command/detach-options.h"
#include "cxl/command/detach-ready.h"
#include "cxl/report/detach-report.h"
#include "cxl/report/hooks-report.h"
#include "util/exit-status.h"
#include "util/json.h"
#include "util/memory.h"

static void tell_of_hosts(struct hook_session *session, const struct plan *plan)
{
	for (size_t i = 0; i < plan->nr_memdevs; i++)
		hook_session_tell_of(session, plan->memdevs[i]->host.name, plan->memdevs[i]->name);
	for (size_t i = 0; i < plan->nr_hosts; i++)
		hook_session_tell_of(session, plan->hosts[i], NULL);
}

static void tell(struct hook_session *session, const struct planned_detach *planned)
{
	hook_session_tell(session, report_plan(&planned->plan, planned->verdict, false));
	tell_of_hosts(session, &planned->plan);
}

/*
 * A memdev that is in use may be free after the hooks have run. Only a refusal that no hook can
 * change ends the command here.
 */
static int obey_for_good(const struct detach_request *request, const struct planned_detach *told)
{
	if (told->verdict != PLAN_REFUSED || plan_can_be_helped(&told->plan))
		return EXIT_DONE;
	return obey_verdict(request, told);
}

int detach_hooks_ask(struct detach_hooks *hooks, const struct detach_options *options)
{
	struct planned_detach *told = &hooks->told;
	int status = hook_session_open(&hooks->session, DETACH_MEMDEV, &options->hooks);

	if (status != EXIT_DONE || !hook_session_has_any(&hooks->session))
		return status;
	status = plan_detach(&options->request, told)
			 ?: obey_for_good(&options->request, told)
			 ?: detach_check(&told->plan);
	if (status != EXIT_DONE)
		return status;
	tell(&hooks->session, told);
	return hook_session_ask(&hooks->session, HOOK_PRE_DETACH);
}

int detach_hooks_check(const struct detach_hooks *hooks, const struct planned_detach *planned)
{
	const char *beyond = NULL;

	if (hook_session_has_any(&hooks->session))
		beyond = plan_beyond(&hooks->told.plan, &planned->plan);
	if (!beyond)
		return EXIT_DONE;
	fprintf(stderr,
		DETACH_MEMDEV ": %s: refused: it would be lost as well now, and was not in the "
			      "plan that the hooks were given\n",
		beyond);
	return EXIT_REFUSED;
}

void detach_hooks_follow(struct detach_hooks *hooks, const struct planned_detach *planned,
			 int status)
{
	if (!hook_session_has_any(&hooks->session))
		return;
	tell(&hooks->session, planned);
	hook_session_follow(&hooks->session, HOOK_POST_DETACH, status);
}

int detach_hooks_ask_back(struct detach_hooks *hooks, const struct plan *plan)
{
	struct expected_host *hosts = NULL;
	size_t nr_hosts = 0;
	struct json_object *array;

	if (!hook_session_has_any(&hooks->session))
		return EXIT_DONE;
	array = json_new_array();
	for (size_t i = 0; i < plan->nr_memdevs; i++)
		expected_host_of(plan->memdevs[i], APPEND(hosts, nr_hosts));
	json_append(array, report_attach_plan(hosts, nr_hosts, plan->undo, plan->nr_undo));
	expected_hosts_release(hosts, nr_hosts);
	hook_session_tell(&hooks->session, array);
	tell_of_hosts(&hooks->session, plan);
	return hook_session_ask(&hooks->session, HOOK_PRE_ATTACH);
}

int detach_hooks_plan(const struct detach_options *options, struct json_object *json)
{
	static const enum hook_phase phases[] = {HOOK_PRE_DETACH, HOOK_POST_DETACH, HOOK_PRE_ATTACH,
						 HOOK_POST_ATTACH};
	size_t nr_phases = options->reattach ? 4 : 2;
	struct hook_session session;
	int status = hook_session_open(&session, DETACH_MEMDEV, &options->hooks);

	if (hook_session_has_any(&session))
		json_add(json, "hooks", report_hook_calls(&session.hooks, phases, nr_phases));
	if (options->tree)
		hook_session_list(&session, phases, nr_phases);
	hook_session_close(&session);
	return status;
}

void detach_hooks_release(struct detach_hooks *hooks)
{
	planned_detach_release(&hooks->told);
	hook_session_close(&hooks->session);
}
