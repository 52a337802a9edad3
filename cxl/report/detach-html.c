// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "attach/model/observed.h"
#include "attach/model/snapshot.h"
#include "attach/model/step.h"
#include "attach/reason/handover.h"
#include "attach/reason/plan.h"
#include "attach/verify/checks.h"
#include "cxl/report/detach-html.h"
#include "cxl/report/detach-report.h"
#include "cxl/report/timeline.h"
#include "util/cleanup.h"
#include "util/html.h"
#include "util/memory.h"
#include "util/size.h"

static double ms(uint64_t us)
{
	return (double)us / 1000;
}

static void add_bar(struct html *page, const struct timeline_bar *bar, uint64_t end)
{
	double scale = end ? 100.0 / (double)end : 0;
	/* What lasted no time at all is still seen. */
	double width = (double)(bar->until - bar->from) * scale;

	html_add(page,
		 "<tr><th scope=\"row\">%s</th><td class=\"drawn\"><svg viewBox=\"0 0 100 10\" "
		 "preserveAspectRatio=\"none\" role=\"img\" aria-label=\"from %.3f to %.3f ms\">"
		 "<rect class=\"%s\" x=\"%.3f\" y=\"1\" width=\"%.3f\" height=\"8\" "
		 "vector-effect=\"non-scaling-stroke\"/></svg></td>"
		 "<td class=\"number\">%.3f</td><td>%s</td></tr>\n",
		 bar->name, ms(bar->from), ms(bar->until), bar->is_exposure ? "exposure" : "bar",
		 (double)bar->from * scale, width > 0.5 ? width : 0.5, ms(bar->until - bar->from),
		 bar->what);
}

static void add_timeline(struct html *page, const struct plan *plan,
			 const struct observed *observed)
{
	static const struct html_column columns[] = {
		{"Device", false}, {"When", false}, {"Lasted (ms)", true},
		{"Until", false},  {NULL, false},
	};
	struct timeline timeline;

	timeline_of(plan, observed, &timeline);
	html_add(page, "<h3>Timeline</h3>\n");
	if (timeline.count > 0) {
		_cleanup_free_ char *caption =
			xasprintf("How long each device lasted: the bars are from 0 to %.3f ms",
				  ms(timeline.end));

		html_table(page, caption, columns);
		for (size_t i = 0; i < timeline.count; i++)
			add_bar(page, &timeline.bars[i], timeline.end);
		html_table_end(page);
	} else {
		html_add(page, "<p>No event was received by which a device ends.</p>\n");
	}
	if (timeline.no_exposure)
		html_add(page, "<p>Exposure: %s.</p>\n", timeline.no_exposure);
	if (observed->lost_events)
		html_add(page, "<p>Events are missing: more came than could be kept.</p>\n");
	timeline_release(&timeline);
}

static const char *class_of(enum check_result result)
{
	return result == CHECK_PASSED ? "passed" : result == CHECK_FAILED ? "failed" : "unknown";
}

static void add_checks(struct html *page, const struct checks *checks)
{
	static const struct html_column columns[] = {
		{"Check", false},
		{"Result", false},
		{"Detail", false},
		{NULL, false},
	};

	html_add(page, "<h3>Checks</h3>\n");
	html_table(page, "What was verified", columns);
	for (size_t i = 0; i < checks->count; i++) {
		const struct check *check = &checks->list[i];

		html_add(page, "<tr><th scope=\"row\">%s</th><td>", check->name);
		html_result(page, class_of(check->result), check_result_name(check->result));
		html_add(page, "</td><td>%s</td></tr>\n", check->detail);
	}
	html_table_end(page);
}

static void add_step(struct html *page, const struct step *step, const struct step_result *result,
		     uint64_t begun)
{
	_cleanup_free_ char *text = step_text(step);
	bool has_begun = result && result->begun_us, has_ended = has_begun && result->ended_us;

	html_add(page, "<tr><th scope=\"row\">%s</th><td class=\"number\">", text);
	if (has_begun)
		html_add(page, "%.3f", ms(result->begun_us - begun));
	html_add(page, "</td><td class=\"number\">");
	if (has_ended)
		html_add(page, "%.3f", ms(result->ended_us - result->begun_us));
	html_add(page, "</td><td>%s</td></tr>\n",
		 !has_begun	  ? "not begun"
		 : !has_ended	  ? "has not returned"
		 : result->rc < 0 ? strerror(-result->rc)
				  : "done");
}

static void add_steps(struct html *page, const struct step *steps, size_t count,
		      const struct observed *observed)
{
	static const struct html_column columns[] = {
		{"Step", false},   {"Began (ms)", true}, {"Took (ms)", true},
		{"Result", false}, {NULL, false},
	};
	uint64_t begun = observed->nr_steps > 0 ? observed->steps[0].begun_us : 0;

	if (count == 0)
		return;
	html_add(page, "<h3>Steps</h3>\n");
	html_table(page, "What was done", columns);
	for (size_t i = 0; i < count; i++)
		add_step(page, &steps[i], i < observed->nr_steps ? &observed->steps[i] : NULL,
			 begun);
	html_table_end(page);
	if (observed->stuck.pid)
		html_add(page,
			 "<p>A process is still in the kernel, at %s (process %zu):</p>\n"
			 "<pre role=\"group\" aria-label=\"Stack\" tabindex=\"0\">%s</pre>\n",
			 observed->stuck.wchan ?: "an unknown function",
			 (size_t)observed->stuck.pid, observed->stuck.stack);
}

static void add_events(struct html *page, const struct observed *observed)
{
	static const struct html_column columns[] = {
		{"Time (ms)", true}, {"Event", false}, {"Subsystem", false},
		{"Device", false},   {NULL, false},
	};
	uint64_t begun = observed_begun(observed);

	html_add(page, "<h3>Events</h3>\n");
	if (observed->nr_events == 0) {
		html_add(page, "<p>No event was received.</p>\n");
		return;
	}
	html_add(page, "<details>\n<summary>Events of the kernel: %zu</summary>\n",
		 observed->nr_events);
	html_table(page, "Events of the kernel, in the order in which they came", columns);
	for (size_t i = 0; i < observed->nr_events; i++) {
		const struct observed_event *event = &observed->events[i];

		html_add(page,
			 "<tr><td class=\"number\">%.3f</td><td>%s</td><td>%s</td>"
			 "<th scope=\"row\">%s</th></tr>\n",
			 ms(event->us > begun ? event->us - begun : 0), event->action,
			 event->subsystem, event->device);
	}
	html_table_end(page);
	html_add(page, "</details>\n");
}

/* A page with a kernel report shows it at once. */
static void add_log(struct html *page, const struct observed *observed)
{
	size_t reports = 0;

	for (size_t i = 0; i < observed->nr_log; i++)
		reports += observed->log[i].splat != NULL;
	html_add(page, "<h3>Kernel log</h3>\n");
	if (observed->nr_log == 0) {
		html_add(page, "<p>No line was read.</p>\n");
		return;
	}
	html_add(page, reports > 0 ? "<details open=\"open\">\n" : "<details>\n");
	html_add(page,
		 "<summary>Lines: %zu, kernel reports: %zu</summary>\n"
		 "<pre role=\"group\" aria-label=\"Kernel log\" tabindex=\"0\">",
		 observed->nr_log, reports);
	for (size_t i = 0; i < observed->nr_log; i++) {
		const struct observed_line *line = &observed->log[i];

		if (line->splat)
			html_add(page, "<strong>%s</strong> (a kernel report: %s)\n", line->text,
				 line->splat);
		else
			html_add(page, "%s\n", line->text);
	}
	html_add(page, "</pre>\n</details>\n");
}

static void add_result(struct html *page, const struct checks *checks)
{
	size_t counts[] = {[CHECK_NOT_CHECKED] = 0, [CHECK_PASSED] = 0, [CHECK_FAILED] = 0};
	_cleanup_free_ char *text = NULL;

	for (size_t i = 0; i < checks->count; i++)
		counts[checks->list[i].result]++;
	text = xasprintf("checks: %zu passed, %zu failed, %zu not checked", counts[CHECK_PASSED],
			 counts[CHECK_FAILED], counts[CHECK_NOT_CHECKED]);
	html_add(page, "<p>");
	html_result(page,
		    counts[CHECK_FAILED] > 0 ? "failed"
		    : checks_passed(checks)  ? "passed"
					     : "unknown",
		    text);
	html_add(page, "</p>\n");
}

/* Everything about an operation that there is about any */
static void add_operation(struct html *page, const struct plan *plan, const struct step *steps,
			  size_t count, const struct observed *observed,
			  const struct checks *checks)
{
	add_timeline(page, plan, observed);
	add_checks(page, checks);
	add_steps(page, steps, count, observed);
	add_events(page, observed);
	add_log(page, observed);
}

static void add_regions(struct html *page, const struct snapshot_memdev *memdev)
{
	for (size_t i = 0; i < memdev->nr_regions; i++) {
		const struct snapshot_region *region = memdev->regions[i];

		html_add(page, "%s%s", i > 0 ? ", " : "", region->name);
		if (region->size != SNAPSHOT_NO_NUMBER && region->resource != SNAPSHOT_NO_NUMBER) {
			_cleanup_free_ char *size = size_text(region->size, SIZE_UNIT);
			_cleanup_free_ char *at = xasprintf("0x%" PRIx64, region->resource);

			html_add(page, " (%s at %s)", size, at);
		}
	}
}

static void add_memdevs(struct html *page, const struct plan *plan)
{
	static const struct html_column columns[] = {
		{"Memdev", false},  {"Host", false}, {"Driver", false},
		{"Regions", false}, {NULL, false},
	};

	html_table(page, "What the plan detaches, as it was before", columns);
	for (size_t i = 0; i < plan->nr_memdevs; i++) {
		const struct snapshot_memdev *memdev = plan->memdevs[i];

		html_add(page, "<tr><th scope=\"row\">%s</th><td>%s</td><td>%s</td><td>",
			 memdev->name, memdev->host.name, memdev->host.driver);
		add_regions(page, memdev);
		html_add(page, "</td></tr>\n");
	}
	html_table_end(page);
}

static void add_handover(struct html *page, const struct detach_report *report)
{
	html_add(page, "<h3>Handover</h3>\n<ul>\n");
	for (size_t i = 0; i < report->plan->nr_memdevs; i++) {
		const struct handover handover = handover_of(report->plan, i, report->handed);
		_cleanup_free_ char *text = handover_text(&handover);

		html_add(page, "<li>%s</li>\n", text);
	}
	html_add(page, "</ul>\n");
}

void html_detach(struct html *page, const struct detach_report *report)
{
	const struct plan *plan = report->plan;

	html_add(page, "<h2>Detach by %s</h2>\n", detach_method_name(plan->method));
	add_result(page, report->checks);
	add_memdevs(page, plan);
	if (plan->hand_to)
		html_add(page, "<p>The hosts were to be handed to %s.</p>\n", plan->hand_to);
	if (report->verdict == PLAN_FORCED)
		html_add(page, "<p>The plan was forced: more was lost than was named, or something "
			       "was in use.</p>\n");
	add_operation(page, plan, plan->steps, plan->nr_steps, report->observed, report->checks);
	if (report->handed)
		add_handover(page, report);
}

void html_reattach(struct html *page, const struct reattach_report *report)
{
	html_add(page, "<h2>Reattach</h2>\n");
	add_result(page, report->checks);
	add_operation(page, NULL, report->steps, report->nr_steps, report->observed,
		      report->checks);
}
