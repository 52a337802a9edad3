// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/walk/observe.h"
#include "test/walk/restore.h"
#include "test/walk/sequence.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/exit-status.h"
#include "util/kmsg.h"

/* The state of one walk of one sequence */
struct trip {
	struct walk *walk;
	struct duty duty;
	struct state now;
	struct broken *broken;
	unsigned int unplugged; /* hosts, as bits */
	bool kernel;		/* the kernel reported a documented bug */
};

static void say(const struct walk *walk, const struct move *move, const struct outcome *outcome)
{
	_cleanup_free_ char *text = NULL;

	if (!walk->verbose)
		return;
	text = move_text(&walk->machine, move);
	printf("#   %llu ms: %s -> %d%s%s\n", (unsigned long long)(clock_now() / 1000), text,
	       outcome->status, outcome->killed ? " (killed)" : "",
	       outcome->is_stuck ? " (stuck)" : "");
	if (outcome->status > 0 && outcome->said[0])
		printf("#       %.*s\n", (int)strcspn(outcome->said, "\n"), outcome->said);
	fflush(stdout);
}

/* Return true if an invariant is broken */
static bool read_kernel(struct trip *trip, struct outcome *outcome)
{
	struct kernel_reports reports;

	kernel_reports_read(trip->walk->kmsg, &trip->walk->kernel, &reports);
	outcome->port_cannot_be_reused = reports.port_cannot_be_reused;
	trip->kernel |= reports.documented;
	if (!reports.undocumented || reports.documented)
		return false;
	trip->broken->invariant = "kernel-report";
	snprintf(trip->broken->detail, sizeof(trip->broken->detail), "%s", reports.signature);
	return true;
}

static void do_move(struct walk *walk, const struct move *move, const struct state *before,
		    struct outcome *outcome)
{
	_cleanup_free_ char *text = NULL;

	if (move_is_command(move) || move->kind == MOVE_LIST) {
		commands_run(&walk->commands, move, before, outcome);
		return;
	}
	*outcome = (struct outcome){.is_empty = true};
	text = move_text(&walk->machine, move);
	outcome->status = commands_shell(&walk->commands, text);
}

/*
 * Test whether the next move may begin at once: only if this one was killed or given up, and left a
 * process behind
 */
static bool leaves_behind(const struct outcome *outcome)
{
	return outcome->killed || outcome->status == EXIT_NOT_VERIFIED;
}

static bool settle(struct trip *trip)
{
	if (commands_settle())
		return true;
	trip->broken->invariant = "ends";
	snprintf(trip->broken->detail, sizeof(trip->broken->detail),
		 "a process that was left behind does not end");
	return false;
}

/*
 * Run one move. What a command reports must hold after all processes that it left behind have
 * ended. Return true if an invariant is broken.
 */
static bool one_move(struct trip *trip, const struct move *move, bool beside)
{
	struct walk *walk = trip->walk;
	struct state before = trip->now, names = trip->now;
	struct outcome outcome;
	bool broken;

	if (trip->duty.waits)
		observe_state(&walk->machine, &names);
	do_move(walk, move, &names, &outcome);
	if (move->kind == MOVE_UNPLUG)
		trip->unplugged |= move->hosts & -move->hosts;
	walk->nr_moves++;
	say(walk, move, &outcome);
	duty_note_said(&trip->duty, &outcome);
	if (beside && leaves_behind(&outcome)) {
		/* The move is not over: the next move is judged together with it. */
		trip->duty.waits = true;
		return false;
	}
	if (!settle(trip))
		return true;
	broken = read_kernel(trip, &outcome);
	if (broken || trip->kernel)
		return broken;
	observe_state(&walk->machine, &trip->now);
	broken = invariants_check(&walk->machine, move, &before, &outcome, &trip->now, &trip->duty,
				  trip->broken);
	trip->duty.waits = false;
	return broken;
}

/* The expected machine at the end: the baseline, except for what is permanently gone */
static struct state expected_at_end(const struct trip *trip)
{
	const struct duty *duty = &trip->duty;
	struct state expected = trip->walk->baseline;

	if (duty->parameters_lost || strcmp(duty->parameters, expected.parameters) != 0)
		memcpy(expected.parameters, trip->now.parameters, PARAMETERS_MAX);
	for (size_t i = 0; i < expected.nr_hosts; i++) {
		/* The administrator's own settings are checked after each command. */
		if (strcmp(duty->override[i], expected.hosts[i].override) != 0)
			memcpy(expected.hosts[i].override, trip->now.hosts[i].override, NAME_MAX_);
		if (trip->unplugged & 1U << i) {
			expected.hosts[i].exists = false;
			expected.nr_memdevs--;
		}
	}
	return expected;
}

/* Return true if an invariant is broken */
static bool attach_all(struct trip *trip, bool cycle_bus, struct outcome *outcome)
{
	const struct move attach = {.kind = MOVE_ATTACH,
				    .target = TARGET_ALL,
				    .cycle_bus = cycle_bus,
				    .force = cycle_bus};

	do_move(trip->walk, &attach, &trip->now, outcome);
	say(trip->walk, &attach, outcome);
	return !settle(trip) || read_kernel(trip, outcome);
}

/*
 * Check a listing first, whatever state the moves have left. Return true if an invariant is broken.
 */
static bool look(struct trip *trip)
{
	struct walk *walk = trip->walk;
	const struct move list = {.kind = MOVE_LIST};
	const struct state before = trip->now;
	struct outcome outcome;

	do_move(walk, &list, &before, &outcome);
	observe_state(&walk->machine, &trip->now);
	return invariants_check(&walk->machine, &list, &before, &outcome, &trip->now, &trip->duty,
				trip->broken);
}

/*
 * Test whether attach-memdev may fail. It may if a host cannot be attached before the firmware has
 * set it up again, or if a host was removed by detach-memdev and then unplugged. All other hosts
 * must be attached.
 */
static bool may_fail(const struct trip *trip)
{
	bool may = false;

	for (size_t i = 0; i < trip->now.nr_hosts; i++) {
		const struct host_state *host = &trip->now.hosts[i];
		bool unplugged = trip->unplugged & 1U << i;

		if (host->attached || (unplugged && !host->in_journal))
			continue;
		if (!unplugged && !trip->duty.taken[i])
			return false;
		may = true;
	}
	return may;
}

/* End a sequence: undo moves by hand by hand, and moves by commands with attach-memdev --all. */
static bool end(struct trip *trip)
{
	struct walk *walk = trip->walk;
	struct state expected;
	struct outcome outcome;
	bool broken;

	if (!settle(trip))
		return true;
	observe_state(&walk->machine, &trip->now);
	if (look(trip))
		return true;
	restore_by_hand(&walk->commands, &walk->baseline, &trip->now, &trip->duty);
	commands_settle();
	observe_state(&walk->machine, &trip->now);
	broken = attach_all(trip, false, &outcome);
	if (!broken && outcome.status != EXIT_DONE && outcome.port_cannot_be_reused)
		broken = attach_all(trip, true, &outcome);
	/* A detached host that was unplugged is reported once. */
	if (!broken && outcome.status == EXIT_FAILED && trip->unplugged)
		broken = attach_all(trip, false, &outcome);
	if (broken || trip->kernel)
		return broken;
	observe_state(&walk->machine, &trip->now);
	if (outcome.status != EXIT_DONE && may_fail(trip))
		return false;
	expected = expected_at_end(trip);
	if (invariants_check_end(&walk->machine, &expected, &trip->now, trip->broken))
		return true;
	if (outcome.status == EXIT_DONE)
		return false;
	trip->broken->invariant = "restored";
	snprintf(trip->broken->detail, sizeof(trip->broken->detail),
		 "everything is restored, and the status is %d: %.400s", outcome.status,
		 outcome.said);
	return true;
}

enum walked sequence_walk(struct walk *walk, const struct sequence *sequence, uint32_t kept,
			  size_t *failed, struct broken *broken)
{
	struct trip trip = {.walk = walk, .broken = broken};
	bool is_broken = false;

	observe_state(&walk->machine, &trip.now); /* memdevs have other names than before */
	duty_begin(&trip.duty, &walk->baseline);
	for (size_t i = 0; i < sequence->nr_moves && !is_broken && !trip.kernel; i++) {
		const struct move *next = NULL;

		if (!(kept & UINT32_C(1) << i))
			continue;
		for (size_t j = i + 1; j < sequence->nr_moves && !next; j++) {
			if (kept & UINT32_C(1) << j)
				next = &sequence->moves[j];
		}
		*failed = i;
		is_broken = one_move(&trip, &sequence->moves[i],
				     sequence->moves[i].beside && next && move_is_command(next));
	}
	if (!is_broken && !trip.kernel) {
		*failed = sequence->nr_moves;
		is_broken = end(&trip);
	}
	walk->nr_sequences++;
	if (is_broken)
		return WALKED_BROKEN;
	if (trip.kernel)
		return WALKED_KERNEL;
	if (trip.unplugged)
		return WALKED_AND_UNPLUGGED;
	if (invariants_check_end(&walk->machine, &walk->baseline, &trip.now, broken))
		sequence_restore(walk);
	return WALKED;
}

bool sequence_restore(struct walk *walk)
{
	struct kernel_reports reports;
	struct broken broken;
	struct state now;

	commands_settle();
	restore_all(&walk->commands, &walk->baseline);
	kernel_reports_read(walk->kmsg, &walk->kernel, &reports);
	observe_state(&walk->machine, &now);
	if (!invariants_check_end(&walk->machine, &walk->baseline, &now, &broken))
		return true;
	printf("# cannot restore the machine: %s\n", broken.detail);
	return false;
}

void sequence_print(const struct walk *walk, const struct sequence *sequence, uint32_t kept)
{
	_cleanup_free_ char *preamble = move_preamble(&walk->machine);

	for (char *line = preamble, *next; line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		printf("#     %s\n", line);
	}
	for (size_t i = 0; i < sequence->nr_moves; i++) {
		_cleanup_free_ char *text = move_text(&walk->machine, &sequence->moves[i]);

		if (kept & UINT32_C(1) << i)
			printf("#     %s\n", text);
	}
	printf("#     cxl attach-memdev --all\n");
}
