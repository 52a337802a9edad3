// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>

#include "exercise/exercise.h"
#include "exercise/outcome.h"
#include "exercise/report/script-c.h"
#include "exercise/report/script-field.h"
#include "exercise/report/script-names.h"
#include "exercise/report/script.h"
#include "exercise/run-script.h"
#include "exercise/run.h"
#include "util/cleanup.h"
#include "util/json.h"
#include "util/memory.h"

int run_print_script(struct exercise *exercise, const struct run_settings *settings)
{
	struct schedule *schedule = settings->schedule;
	struct outcome outcome;
	const struct script script = {
		.baseline = &exercise->baseline,
		.durations_us = exercise->durations_us,
		.race_case = &schedule->cases[0],
		.prepared = &outcome,
		.trials = settings->trials,
		.fixed = schedule->fixed,
		.offset = schedule->offset,
	};
	struct trial trial;
	_cleanup_free_ char *why = NULL;
	const char *lack;

	schedule_next(schedule, &trial);
	why = exercise_prepare(exercise, script.race_case, &trial, &outcome);
	lack = script_lack(&outcome, settings->script);
	if (!why && lack)
		why = xasprintf("a script in that language cannot do what %s does", lack);
	if (why)
		fprintf(stderr, NAME ": %s\n", why);
	else
		(settings->script == SCRIPT_C ? script_print_c : script_print)(&script);
	outcome_release(&outcome);
	return why ? -ENODEV : json_flush();
}
