// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <stdlib.h>

#include "exercise/report/page.h"
#include "exercise/report/read-log.h"
#include "exercise/schedule.h"
#include "util/cleanup.h"
#include "util/html.h"
#include "util/json.h"
#include "util/memory.h"
#include "util/text.h"

/* What came of the races of two actors */
struct tally {
	size_t trials, findings;
	bool is_raced; /* is there a case of them at all? */
};

/* By actor and actor, the one with the lower number second */
struct matrix {
	struct tally pairs[NR_ACTORS][NR_ACTORS];
	bool has[NR_ACTORS]; /* does that actor take part in any race? */
};

/* The actors of a race, the one with the lower number second; false for any other case */
static bool find_pair(struct json_object *race_case, enum actor *one, enum actor *other)
{
	struct json_object *actors = json_object_object_get(race_case, "actors");
	enum actor first, second;

	if (!streq(record_text(race_case, "scenario"), scenario_name(SCENARIO_RACE)) ||
	    json_length(actors) != 2 ||
	    !actor_from_name(json_object_get_string(json_object_array_get_idx(actors, 0)),
			     &first) ||
	    !actor_from_name(json_object_get_string(json_object_array_get_idx(actors, 1)), &second))
		return false;
	*one = first > second ? first : second;
	*other = first > second ? second : first;
	return true;
}

static void fill_matrix(struct json_object *cases, struct matrix *matrix)
{
	enum actor one, other;

	*matrix = (struct matrix){0};
	for (size_t i = 0; i < json_length(cases); i++) {
		struct json_object *race_case = json_object_array_get_idx(cases, i);
		struct tally *tally;

		if (!find_pair(race_case, &one, &other))
			continue;
		tally = &matrix->pairs[one][other];
		tally->trials += record_number(race_case, "trials");
		tally->findings += record_number(race_case, "findings");
		tally->is_raced = matrix->has[one] = matrix->has[other] = true;
	}
}

/* The number of findings can be larger than that of trials: one trial can show several. */
static double share_of(const struct tally *tally)
{
	double share = tally->trials ? (double)tally->findings / (double)tally->trials : 1;

	return share > 1 ? 1 : share;
}

/* A screen reader does not see how long the bar is, and would read "3 / 16" as a date. */
static void add_tally(struct html *page, const struct tally *tally)
{
	_cleanup_free_ char *text = xasprintf("%zu / %zu", tally->findings, tally->trials);

	html_add(page, "<span class=\"said\">%zu findings in %zu trials</span>", tally->findings,
		 tally->trials);
	html_add(page, "<span aria-hidden=\"true\">");
	html_result(page,
		    tally->findings > 0 ? "failed"
		    : tally->trials > 0 ? "passed"
					: "unknown",
		    text);
	if (tally->findings > 0)
		html_add(page,
			 "<svg viewBox=\"0 0 100 10\" preserveAspectRatio=\"none\">"
			 "<rect class=\"whole\" x=\"0\" y=\"0\" width=\"100\" height=\"10\" "
			 "vector-effect=\"non-scaling-stroke\"/>"
			 "<rect class=\"found\" x=\"0\" y=\"0\" width=\"%.3f\" "
			 "height=\"10\"/></svg>",
			 100 * share_of(tally));
	html_add(page, "</span>");
}

static void add_row(struct html *page, const struct matrix *matrix, enum actor row)
{
	html_add(page, "<tr><th scope=\"row\">%s</th>", actor_name(row));
	for (enum actor column = 0; column < NR_ACTORS; column++) {
		const struct tally *tally = &matrix->pairs[row][column];

		if (!matrix->has[column])
			continue;
		html_add(page, "<td class=\"tally\">");
		if (tally->is_raced)
			add_tally(page, tally);
		else if (column <= row)
			html_add(page, "<span class=\"said\">not raced</span>"
				       "<span aria-hidden=\"true\">–</span>");
		html_add(page, "</td>");
	}
	html_add(page, "</tr>\n");
}

static void add_matrix(struct html *page, const struct matrix *matrix)
{
	struct html_column columns[NR_ACTORS + 2] = {{"Actor", false}};
	size_t count = 1;

	for (enum actor actor = 0; actor < NR_ACTORS; actor++) {
		if (matrix->has[actor])
			columns[count++].heading = actor_name(actor);
	}
	if (count == 1)
		return;
	html_add(page, "<h2>Races</h2>\n");
	html_table(page, "Findings / trials of every two actors; the bar is the ratio of both",
		   columns);
	for (enum actor row = 0; row < NR_ACTORS; row++) {
		if (matrix->has[row])
			add_row(page, matrix, row);
	}
	html_table_end(page);
}

/* Actors alone, storms, and what this program did not write */
static void add_others(struct html *page, struct json_object *cases)
{
	static const struct html_column columns[] = {
		{"Case", false},
		{"Findings / trials", false},
		{NULL, false},
	};
	bool is_begun = false;
	enum actor one, other;

	for (size_t i = 0; i < json_length(cases); i++) {
		struct json_object *race_case = json_object_array_get_idx(cases, i);
		const struct tally tally = {
			.trials = record_number(race_case, "trials"),
			.findings = record_number(race_case, "findings"),
		};

		if (find_pair(race_case, &one, &other))
			continue;
		if (!is_begun) {
			html_add(page, "<h2>Other cases</h2>\n");
			html_table(page, "Findings / trials of actors alone, and of storms",
				   columns);
			is_begun = true;
		}
		html_add(page, "<tr><th scope=\"row\">%s</th><td class=\"tally\">",
			 record_text(race_case, "name"));
		add_tally(page, &tally);
		html_add(page, "</td></tr>\n");
	}
	if (is_begun)
		html_table_end(page);
}

/* "host,port (3), storm (1)" */
static void add_counts(struct html *page, const char *what, struct json_object *counts)
{
	const char *between = "";

	html_add(page, "<dt>%s</dt><dd>", what);
	json_object_object_foreach(counts, name, count)
	{
		html_add(page, "%s%s (%zu)", between, name, (size_t)json_object_get_uint64(count));
		between = ", ";
	}
	html_add(page, "</dd>");
}

static void add_finding(struct html *page, struct json_object *finding)
{
	const char *detail = record_text(finding, "detail");

	html_add(page,
		 "<h3>%s</h3>\n<dl><dt>Title</dt><dd>%s</dd><dt>Kind</dt><dd>%s</dd>"
		 "<dt>Times seen</dt><dd>%zu</dd><dt>First in trial</dt><dd>%zu</dd>",
		 record_text(finding, "signature"), record_text(finding, "title"),
		 record_text(finding, "kind"), (size_t)record_number(finding, "count"),
		 (size_t)record_number(finding, "first_trial"));
	add_counts(page, "In cases", json_object_object_get(finding, "cases"));
	add_counts(page, "In interleavings", json_object_object_get(finding, "interleavings"));
	html_add(page, "</dl>\n");
	if (detail)
		html_add(page,
			 "<details>\n<summary>The whole report of %s</summary>\n"
			 "<pre role=\"group\" aria-label=\"Report\" tabindex=\"0\">%s</pre>\n"
			 "</details>\n",
			 record_text(finding, "signature"), detail);
}

static void add_findings(struct html *page, struct json_object *findings)
{
	html_add(page, "<h2>Findings</h2>\n");
	if (json_length(findings) == 0)
		html_add(page, "<p>Nothing was found.</p>\n");
	for (size_t i = 0; i < json_length(findings); i++)
		add_finding(page, json_object_array_get_idx(findings, i));
}

/* Has everything been checked that was to be? If not, that nothing was found says little. */
static bool is_whole(struct json_object *summary)
{
	return streq(record_text(summary, "ended"), "complete") &&
	       record_number(summary, "trials") > 0 && record_number(summary, "logs_lost") == 0;
}

static void add_result(struct html *page, struct json_object *summary)
{
	size_t count = json_length(json_object_object_get(summary, "findings"));
	_cleanup_free_ char *found = xasprintf("kinds of findings: %zu", count);

	html_add(page, "<p>");
	if (count > 0)
		html_result(page, "failed", found);
	else if (is_whole(summary))
		html_result(page, "passed", "nothing was found");
	else
		html_result(page, "unknown", "nothing was found, but not everything was checked");
	html_add(page, "</p>\n");
}

/* A number of the summary, which may be one @of several; nothing at all if the summary lacks it */
static void add_number(struct html *page, struct json_object *summary, const char *what,
		       const char *name, const char *of)
{
	if (!json_object_object_get_ex(summary, name, NULL))
		return;
	html_add(page, "<dt>%s</dt><dd>%zu", what, (size_t)record_number(summary, name));
	if (of)
		html_add(page, " of %zu", (size_t)record_number(summary, of));
	html_add(page, "</dd>");
}

static void add_head(struct html *page, struct json_object *summary)
{
	size_t lost = record_number(summary, "logs_lost");
	const char *why = record_text(summary, "why");

	add_result(page, summary);
	html_add(page, "<dl><dt>Kernel</dt><dd>%s</dd><dt>Host</dt><dd>%s</dd>",
		 record_text(summary, "kernel"), record_text(summary, "host"));
	add_number(page, summary, "Seed", "seed", NULL);
	add_number(page, summary, "Shard", "shard", "shards");
	add_number(page, summary, "Trials", "trials", NULL);
	html_add(page, "<dt>Ended</dt><dd>%s%s%s</dd></dl>\n", record_text(summary, "ended"),
		 why ? ": " : "", why);
	if (lost > 0)
		html_add(page,
			 "<p>Trials in which a part of the kernel log was overwritten before it "
			 "was read: %zu. There may be more findings.</p>\n",
			 lost);
}

int page_write(struct json_object *summary, const char *path)
{
	struct json_object *cases = json_object_object_get(summary, "cases");
	struct matrix matrix;
	struct html page;
	int rc;

	fill_matrix(cases, &matrix);
	html_begin(&page, "cxl exercise-autoremove");
	add_head(&page, summary);
	add_matrix(&page, &matrix);
	add_others(&page, cases);
	add_findings(&page, json_object_object_get(summary, "findings"));
	rc = html_write(&page, path);
	html_release(&page);
	return rc;
}
