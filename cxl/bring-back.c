// SPDX-License-Identifier: GPL-2.0-only
#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cxl/attach/contract.h"
#include "cxl/attach/snapshot.h"
#include "cxl/attach/step.h"
#include "cxl/attach/watch.h"
#include "cxl/bring-back.h"
#include "cxl/command.h"
#include "cxl/detached.h"
#include "cxl/report.h"
#include "cxl/takedown-draw.h"
#include "cxl/takedown-report.h"
#include "util/cleanup.h"
#include "util/json.h"
#include "util/test-point.h"

double parse_seconds(const char *arg, const struct argp_state *state)
{
	char *end;
	double value = strtod(arg, &end);

	if (end == arg || *end || !(value > 0) || value > 86400)
		argp_error(state, "'%s' is no number of seconds", arg);
	return value;
}

void show_progress(const struct step *step, uint64_t us)
{
	_cleanup_free_ char *what = step ? draw_step(step) : NULL;

	if (!isatty(STDERR_FILENO))
		return;
	if (what)
		fprintf(stderr, "\r\033[Kcxl: %s: %.1f s", what, (double)us / 1000000);
	else
		fputs("\r\033[K", stderr);
}

void bring_back_entry(struct bringing_back *back, const struct detached *entry)
{
	back->steps = entry->undo;
	back->nr_steps = entry->nr_undo;
	back->hosts = entry->hosts;
	back->nr_hosts = entry->nr_hosts;
	back->entry = entry;
}

/* What it looks like now */
static int look(const struct bringing_back *back, const struct watch *watch, struct snapshot *after,
		struct contract *contract)
{
	int rc;

	snapshot_release(after);
	rc = snapshot_take_outline(back->before, after);
	if (rc < 0)
		return rc;
	for (size_t i = 0; i < back->nr_hosts; i++) {
		free(back->hosts[i].driver_now);
		back->hosts[i].driver_now = step_driver_of(back->hosts[i].bus, back->hosts[i].host);
	}
	contract_release(contract);
	contract_of_attach(back->hosts, back->nr_hosts, after, watch, contract);
	return 0;
}

/* The last clause is about the kernel log, in which nothing gets better by waiting. */
static bool is_back(const struct contract *contract)
{
	for (size_t i = 0; i + 1 < contract->nr_clauses; i++) {
		if (contract->clauses[i].result != CLAUSE_HELD)
			return false;
	}
	return contract->nr_clauses > 0;
}

/* Where a step was refused, there is nothing to wait for. */
static int run(const struct bringing_back *back, struct watch *watch, struct snapshot *after,
	       struct contract *contract)
{
	uint64_t until = watch_now() + back->timeout_us;
	int looked,
		rc = watch_run(watch, back->steps, back->nr_steps, back->timeout_us, show_progress);

	watch_dismiss(watch);
	show_progress(NULL, 0);
	test_point("returned");
	if (rc == -ETIME) {
		contract_of_attach(back->hosts, back->nr_hosts, NULL, watch, contract);
		return rc;
	}
	looked = look(back, watch, after, contract);
	while (rc == 0 && looked == 0 && !is_back(contract) && watch_now() < until) {
		looked = watch_wait(watch, until);
		if (looked == 0)
			looked = look(back, watch, after, contract);
	}
	return rc < 0 ? rc : looked;
}

static void say_steps(const struct bringing_back *back, const struct watch *watch, int rc)
{
	for (size_t i = 0; i < watch->nr_steps; i++) {
		_cleanup_free_ char *step = draw_step(&back->steps[i]);

		if (watch->stuck.pid && watch->stuck.step == i)
			fprintf(stderr,
				"%s: the kernel has not come back from this: %s (process %d)\n",
				back->command, step, (int)watch->stuck.pid);
		else if (watch->steps[i].rc < 0)
			fprintf(stderr, "%s: cannot %s: %s\n", back->command, step,
				strerror(-watch->steps[i].rc));
		else
			continue;
		return;
	}
	fprintf(stderr, "%s: cannot bring it back: %s\n", back->command, strerror(-rc));
}

/* What is not as it was, and what the kernel said meanwhile */
static void say_broken(const struct bringing_back *back, const struct watch *watch,
		       const struct contract *contract)
{
	for (size_t i = 0; i < contract->nr_clauses; i++) {
		const struct clause *clause = &contract->clauses[i];

		if (clause->result != CLAUSE_HELD)
			fprintf(stderr, "%s: %s: %s\n", back->command, clause->name,
				clause->detail ?: "");
	}
	for (size_t i = 0; i < watch->nr_log; i++)
		fprintf(stderr, "%s: the kernel: %s\n", back->command, watch->log[i].text);
}

static struct json_object *report_host(const struct contract_host *host,
				       const struct snapshot *after)
{
	struct json_object *json = json_new_object(), *regions = json_new_array();

	json_add_string(json, "host", host->host);
	json_add_string(json, "provider", host->driver_now);
	for (size_t i = 0; i < after->nr_memdevs; i++) {
		const struct snapshot_memdev *memdev = &after->memdevs[i];

		if (!memdev->host.name || strcmp(memdev->host.name, host->host) != 0)
			continue;
		json_add_string(json, "memdev", memdev->name);
		for (size_t j = 0; j < memdev->nr_regions; j++)
			json_append(regions, report_place(memdev->regions[j], false));
	}
	json_add(json, "regions", regions);
	return json;
}

static void report(const struct bringing_back *back, const struct watch *watch,
		   const struct snapshot *after, const struct contract *contract,
		   struct json_object *json)
{
	struct json_object *hosts = json_new_array();

	for (size_t i = 0; i < back->nr_hosts; i++)
		json_append(hosts, report_host(&back->hosts[i], after));
	json_add_string(json, "from", back->entry ? "journal" : "host");
	json_add(json, "hosts", hosts);
	report_watch(json, back->steps, back->nr_steps, watch, contract);
	if (back->timeline) {
		draw_timeline(NULL, watch);
		draw_contract(contract);
	}
}

int bring_back(const struct bringing_back *back, struct watch *watch, struct json_object *json)
{
	struct contract contract = {0};
	struct snapshot after = {0};
	int rc, status;

	watch_forget(watch);
	rc = run(back, watch, &after, &contract);
	if (rc < 0)
		say_steps(back, watch, rc);
	if (!contract_is_kept(&contract))
		say_broken(back, watch, &contract);
	if (back->entry && is_back(&contract))
		detached_remove(back->entry);
	test_point("back");
	report(back, watch, &after, &contract, json);
	status = rc < 0 && rc != -ETIME	       ? EXIT_FAILED
		 : contract_is_kept(&contract) ? EXIT_DONE
					       : EXIT_BROKEN_PROMISE;
	contract_release(&contract);
	snapshot_release(&after);
	return status;
}
