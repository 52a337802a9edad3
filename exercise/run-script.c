// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>

#include "exercise/exercise.h"
#include "exercise/outcome.h"
#include "exercise/report/script-c.h"
#include "exercise/report/script-field.h"
#include "exercise/report/script-names.h"
#include "exercise/report/script.h"
#include "exercise/run-script.h"
#include "util/json.h"
#include "util/memory.h"

int run_print_script(struct exercise *exercise, struct schedule *schedule, uint64_t trials,
		     enum script_language language, char **why)
{
	struct outcome outcome;
	const struct script script = {
		.baseline = &exercise->baseline,
		.durations_us = exercise->durations_us,
		.race_case = &schedule->cases[0],
		.prepared = &outcome,
		.trials = trials,
		.fixed = schedule->fixed,
		.offset = schedule->offset,
	};
	struct trial trial;
	const char *lack;

	schedule_next(schedule, &trial);
	*why = exercise_prepare(exercise, script.race_case, &trial, &outcome);
	lack = script_lack(&outcome, language);
	if (!*why && lack)
		*why = xasprintf("a script in that language cannot do what %s does", lack);
	if (!*why)
		(language == SCRIPT_C ? script_print_c : script_print)(&script);
	outcome_release(&outcome);
	return *why ? -ENODEV : json_flush();
}
