// SPDX-License-Identifier: GPL-2.0-only
/*
 * pages DIRECTORY: write into it the pages that detach-memdev --html writes in cases which a
 * recorded machine does not bring about: each way in which it can end, and names as nobody has them
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attach/model/observed.h"
#include "attach/model/snapshot.h"
#include "attach/model/step.h"
#include "attach/reason/evidence.h"
#include "attach/reason/plan.h"
#include "attach/verify/checks.h"
#include "cxl/report/detach-html.h"
#include "cxl/report/detach-report.h"
#include "test/unit/small-machine.h"
#include "util/cleanup.h"
#include "util/html.h"
#include "util/memory.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define EVENT(us, action, device) {us, (char *)(action), (char *)(device), (char *)"cxl"}
#define CHECK(name, result, detail) {name, result, (char *)(detail)}

/* A name that ends attributes and elements, is not UTF-8, and turns around what follows it */
#define ODD "\"><script>alert('&amp;')</script>\x80\x01\xe2\x80\xae]]>--\\"

static struct step_result done[] = {{.begun_us = 5000, .ended_us = 16000}};
static struct step_result failed[] = {{.begun_us = 5000, .ended_us = 5100, .rc = -19}};
static struct step_result stuck[] = {{.begun_us = 5000}};

static struct observed_event events[] = {
	EVENT(7500, "unbind", "region0"),	EVENT(8000, "remove", "decoder2.0"),
	EVENT(10000, "remove", "region0"),	EVENT(11000, "remove", "endpoint2"),
	EVENT(12000, "change", "port1"),	EVENT(13210, "remove", "mem0"),
	EVENT(15000, "unbind", "0000:11:00.0"),
};
static struct observed_event odd_events[] = {
	EVENT(7500, "remove", "region0"),
	EVENT(8000, ODD, ODD),
	EVENT(9000, "remove", ODD),
	EVENT(15000, "unbind", "0000:11:00.0"),
};

static struct observed_line log_lines[] = {
	{(char *)"cxl_mem mem0: detached", NULL},
	{(char *)"WARNING: drivers/cxl/core/region.c:1 at cxl_region_detach+0x1/0x2 [cxl_core], "
		 "CPU#0: "
		 "cxl/4711 <a line that is longer than any screen is wide, and is not wrapped>",
	 "warning"},
};
static struct observed_line odd_lines[] = {{(char *)ODD, NULL}, {(char *)ODD, ODD}};

static struct check passed_checks[] = {
	CHECK("region-gone", CHECK_PASSED, NULL),
	CHECK("memdev-gone", CHECK_PASSED, NULL),
	CHECK("no-splat", CHECK_PASSED, NULL),
};
static struct check failed_checks[] = {
	CHECK("region-gone", CHECK_PASSED, NULL),
	CHECK("memdev-gone", CHECK_FAILED, "mem0 is still there"),
	CHECK("nothing-else", CHECK_NOT_CHECKED, "events were lost"),
	CHECK("no-splat", CHECK_FAILED, "WARNING: drivers/cxl/core/region.c:1"),
};
static struct check odd_checks[] = {CHECK(ODD, CHECK_FAILED, ODD)};

struct page {
	const char *name;
	enum detach_method method;
	struct observed observed;
	struct checks checks;
	bool is_odd, is_forced, reattaches;
};

#define OBSERVED(steps_, events_, log_, nr_log_)                                                   \
	.steps = steps_, .nr_steps = COUNT(steps_), .events = events_,                             \
	.nr_events = COUNT(events_), .log = log_, .nr_log = nr_log_
#define CHECKS(list_) {.list = list_, .count = COUNT(list_)}

static const struct page pages[] = {
	{
		.name = "passed",
		.method = METHOD_MEMDEV,
		.observed = {OBSERVED(done, events, log_lines, 1)},
		.checks = CHECKS(passed_checks),
		.reattaches = true,
	},
	{
		.name = "host",
		.method = METHOD_HOST,
		.observed = {OBSERVED(done, events, log_lines, 1)},
		.checks = CHECKS(passed_checks),
	},
	{
		.name = "failed",
		.method = METHOD_MEMDEV,
		.observed = {OBSERVED(failed, events, log_lines, 2), .lost_events = true},
		.checks = CHECKS(failed_checks),
		.is_forced = true,
	},
	{
		.name = "stuck",
		.method = METHOD_MEMDEV,
		.observed = {.steps = stuck,
			     .nr_steps = 1,
			     .stuck = {4711, 0, (char *)"cxl_region_detach",
				       (char *)"cxl_region_detach+0x1\nunbind_store+0x2"}},
		.checks = CHECKS(failed_checks),
	},
	{
		.name = "odd",
		.method = METHOD_MEMDEV,
		.observed = {OBSERVED(done, odd_events, odd_lines, 2),
			     .stuck = {1, 0, (char *)ODD, (char *)ODD}},
		.checks = CHECKS(odd_checks),
		.is_odd = true,
		.reattaches = true,
	},
};

static void add_reattach(struct html *page, const struct plan *plan, const struct page *of)
{
	html_reattach(page, &(struct reattach_report){
				    .steps = plan->undo,
				    .nr_steps = plan->nr_undo,
				    .observed = &of->observed,
				    .checks = &of->checks,
			    });
}

static int write_page(const char *directory, const struct page *of, struct snapshot *snapshot,
		      const struct attach_answers *answers)
{
	_cleanup_free_ char *path = xasprintf("%s/%s.html", directory, of->name);
	const struct snapshot_memdev *named[] = {snapshot_find_memdev(snapshot, "mem0"),
						 snapshot_find_memdev(snapshot, "mem1")};
	struct html page;
	struct plan plan;
	const struct detach_report report = {
		.plan = &plan,
		.verdict = of->is_forced ? PLAN_FORCED : PLAN_ALLOWED,
		.observed = &of->observed,
		.checks = &of->checks,
	};
	int rc;

	if (plan_make(answers, named, of->is_forced ? 2 : 1, of->method, NULL, &plan))
		return -1;
	html_begin(&page, of->is_odd ? ODD : "cxl detach-memdev mem0");
	html_detach(&page, &report);
	if (of->reattaches)
		add_reattach(&page, &plan, of);
	rc = html_write(&page, path);
	html_release(&page);
	plan_release(&plan);
	return rc;
}

int main(int argc, char **argv)
{
	static const char *const nothing[] = {NULL};
	int rc = argc == 2 ? 0 : -1;

	for (size_t i = 0; rc == 0 && i < COUNT(pages); i++) {
		struct attach_answers answers;
		struct snapshot snapshot;

		small_machine(&snapshot, nothing);
		attach_infer(&snapshot, &answers);
		if (pages[i].is_odd)
			snapshot_find_memdev(&snapshot, "mem0")->host.driver = ODD;
		rc = write_page(argv[1], &pages[i], &snapshot, &answers);
		attach_answers_release(&answers);
		snapshot_release(&snapshot);
	}
	return rc != 0;
}
