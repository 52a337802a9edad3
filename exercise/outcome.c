// SPDX-License-Identifier: LGPL-2.1-only
#include <stdlib.h>

#include "exercise/outcome.h"
#include "util/memory.h"

void outcome_note(struct outcome *outcome, const char *kind, char *signature, char *detail)
{
	*APPEND(outcome->findings, outcome->nr_findings) = (struct finding){
		.kind = kind,
		.signature = signature,
		.detail = detail,
	};
}

void outcome_time(struct operation *operation, const struct step_result *steps, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (i == 0 && !operation->begun_us)
			operation->begun_us = steps[i].begun_us;
		operation->ended_us = steps[i].ended_us;
		if (operation->rc == 0)
			operation->rc = steps[i].rc;
	}
}

bool outcome_has_removed(const struct outcome *outcome)
{
	return outcome_actors(outcome) &
	       (1U << ACTOR_PCI_REMOVE | 1U << ACTOR_SLOT | 1U << ACTOR_LINK);
}

actor_set outcome_actors(const struct outcome *outcome)
{
	actor_set actors = 0;

	for (size_t i = 0; i < outcome->nr_operations; i++)
		actors |= 1U << outcome->operations[i].actor;
	return actors;
}

void outcome_release(struct outcome *outcome)
{
	for (size_t i = 0; i < outcome->nr_operations; i++)
		free(outcome->operations[i].steps);
	for (size_t i = 0; i < outcome->nr_findings; i++) {
		free(outcome->findings[i].signature);
		free(outcome->findings[i].detail);
	}
	free(outcome->findings);
	*outcome = (struct outcome){0};
}
