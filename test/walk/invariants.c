// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "test/walk/invariants.h"
#include "util/exit-status.h"

/* The input of a check */
struct view {
	const struct machine *machine;
	const struct move *move;
	const struct state *before, *after;
	const struct outcome *outcome;
	struct duty *duty;
	struct broken *broken;
};

__attribute__((format(printf, 3, 4))) static bool fail(struct broken *broken, const char *invariant,
						       const char *format, ...)
{
	va_list arguments;

	broken->invariant = invariant;
	va_start(arguments, format);
	vsnprintf(broken->detail, sizeof(broken->detail), format, arguments);
	va_end(arguments);
	return true;
}

static bool is_of_move(const struct move *move, size_t host)
{
	return move->hosts & 1U << host;
}

/* Test whether the command ended by itself, and reported its result */
static bool has_ended(const struct outcome *outcome)
{
	return !outcome->killed && !outcome->endless;
}

static bool is_done(const struct view *view)
{
	return move_is_command(view->move) && has_ended(view->outcome) &&
	       view->outcome->status == EXIT_DONE;
}

void duty_begin(struct duty *duty, const struct state *baseline)
{
	*duty = (struct duty){.autoprobe = baseline->autoprobe};
	memcpy(duty->parameters, baseline->parameters, sizeof(duty->parameters));
	for (size_t i = 0; i < baseline->nr_hosts; i++)
		memcpy(duty->override[i], baseline->hosts[i].override, NAME_MAX_);
}

/*
 * Test whether a command may fail after the move. Settings belong to the administrator, and are no
 * reason to fail. If everything is attached, the parameters that the module gets or loses are such
 * a setting.
 */
static bool hinders(const struct move *move, const struct state *before)
{
	bool whole = true;

	for (size_t i = 0; i < before->nr_hosts; i++)
		whole &= before->hosts[i].attached;
	switch (move->kind) {
	case MOVE_LIST:
	case MOVE_SLOW:
	case MOVE_AUTOPROBE_OFF:
	case MOVE_WRITABLE:
		return false;
	case MOVE_BY_ID:
	case MOVE_INSERT:
	case MOVE_HIDE:
		return !whole;
	default:
		return true;
	}
}

void duty_note_said(struct duty *duty, const struct outcome *outcome)
{
	duty->killed |= outcome->killed;
	duty->parameters_lost |= strstr(outcome->said, "cannot be loaded again") != NULL;
}

/*
 * The journal has the override of a missing device. For a device in the journal, a cleared override
 * looks like one that was lost with the device, and is restored.
 */
static void take_override(struct duty *duty, size_t host, const struct host_state *before,
			  const struct host_state *after)
{
	memcpy(duty->override[host], after->override, NAME_MAX_);
	duty->any_override[host] |=
		before->in_journal && strcmp(before->override, after->override) != 0;
}

/* A move by hand is a new decision of the administrator about the wanted state. */
static void take_over(struct duty *duty, const struct move *move, const struct state *before,
		      const struct state *after)
{
	bool module = move->kind == MOVE_UNLOAD || move->kind == MOVE_INSERT;

	for (size_t i = 0; i < after->nr_hosts; i++) {
		if (move->kind == MOVE_BY_ID && after->hosts[i].exists)
			take_override(duty, i, &before->hosts[i], &after->hosts[i]);
		/* A command that was just killed may have written something unseen. */
		if (move->kind == MOVE_WIPE) {
			duty->journal_lost |= before->hosts[i].in_journal || duty->killed;
			duty->any_override[i] |= duty->killed;
		}
		duty->taken[i] |= strcmp(after->hosts[i].driver, "cxl_pci") == 0;
		if (!before->hosts[i].exists || after->hosts[i].exists)
			continue;
		duty->removed[i] = true;
		/*
		 * The journal forgets a device that does not exist, and the kernel forgets its
		 * override.
		 */
		duty->owed[i] = false;
		duty->any_override[i] |= before->hosts[i].in_journal;
		duty->override[i][0] = '\0';
	}
	if (after->loaded)
		memcpy(duty->parameters, after->parameters, sizeof(duty->parameters));
	duty->parameters_lost |= module && !after->loaded;
	duty->read_only =
		(duty->read_only || move->kind == MOVE_READ_ONLY) && move->kind != MOVE_WRITABLE;
	duty->slow |= move->kind == MOVE_SLOW;
	if (move->kind == MOVE_AUTOPROBE_OFF)
		duty->autoprobe = 0;
	if (move->kind == MOVE_WIPE) {
		memset(duty->owed, 0, sizeof(duty->owed));
		duty->autoprobe_lost |= before->settings_are_kept;
	}
	duty->by_hand |= hinders(move, before);
}

static void note_owed(struct view *view)
{
	const struct outcome *outcome = view->outcome;
	struct duty *duty = view->duty;

	for (size_t i = 0; i < view->after->nr_hosts; i++) {
		duty->removed[i] &= !view->after->hosts[i].exists;
		duty->taken[i] &= !view->after->hosts[i].attached;
		if (view->after->hosts[i].attached)
			duty->owed[i] = false;
		else if (view->before->hosts[i].attached && move_is_command(view->move))
			duty->owed[i] = true;
	}
	if (!move_is_command(view->move))
		return;
	if (!has_ended(outcome))
		duty->killed = true;
	else if (!outcome->refused_by_lock && outcome->status != EXIT_USAGE)
		duty->killed = false;
}

/* What a command of this project detached must be attached, or in the journal. */
static bool check_owed(struct view *view)
{
	for (size_t i = 0; i < view->after->nr_hosts; i++) {
		const struct host_state *host = &view->after->hosts[i];

		if (view->duty->owed[i] && !host->in_journal)
			return fail(view->broken, "nothing-lost",
				    "%s is neither attached nor in the journal",
				    view->machine->hosts[i]);
	}
	return view->after->nr_unreadable > 0 &&
	       fail(view->broken, "journal-readable", "an entry of the journal cannot be read");
}

static bool check_output(struct view *view)
{
	const struct outcome *outcome = view->outcome;

	if (outcome->endless)
		return fail(view->broken, "ends",
			    "the command did not end, long after its time-out");
	if (!has_ended(outcome))
		return false;
	if (outcome->status < 0 || outcome->status > EXIT_CANNOT)
		return fail(view->broken, "exit-status", "status %d: %s", outcome->status,
			    outcome->said);
	if (!outcome->is_empty && !outcome->is_json)
		return fail(view->broken, "json", "the output is not JSON (status %d)",
			    outcome->status);
	if (outcome->is_empty &&
	    (outcome->status == EXIT_DONE || outcome->status == EXIT_NOT_VERIFIED))
		return fail(view->broken, "json", "no output (status %d)", outcome->status);
	return outcome->differs[0] && fail(view->broken, "truth", "%s", outcome->differs);
}

/*
 * After a successful detach, what was named must be detached, by that method, and be in the
 * journal.
 */
static bool check_detached(struct view *view)
{
	const struct move *move = view->move;

	for (size_t i = 0; i < view->after->nr_hosts; i++) {
		const struct host_state *host = &view->after->hosts[i];
		const char *name = view->machine->hosts[i];

		if (!is_of_move(move, i) || !view->before->hosts[i].attached)
			continue;
		if (host->attached != move->reattach)
			return fail(view->broken, "exit-0", "%s is %s, and the status was 0", name,
				    host->attached ? "attached" : "not attached");
		if (move->reattach)
			continue;
		if (!host->in_journal)
			return fail(view->broken, "exit-0", "%s is not in the journal", name);
		if (move->method == METHOD_OF_PCI_REMOVE && host->exists)
			return fail(view->broken, "exit-0", "%s is still there", name);
		if (move->method == METHOD_OF_HANDOVER &&
		    strcmp(host->driver, view->machine->hand_to) != 0)
			return fail(view->broken, "exit-0", "%s has the driver '%s'", name,
				    host->driver);
	}
	return move->method == METHOD_OF_MODULE && !move->reattach && view->after->loaded &&
	       fail(view->broken, "exit-0", "the module is still loaded");
}

/*
 * Test whether attach-memdev was to attach the host. --all includes hosts that the journal lacks.
 */
static bool is_wanted(const struct view *view, size_t i)
{
	const struct host_state *before = &view->before->hosts[i];

	if (view->move->target == TARGET_HOST || view->move->target == TARGET_MEMDEV)
		return is_of_move(view->move, i) && before->in_journal;
	return before->in_journal || (view->move->target == TARGET_ALL && before->attached);
}

/* After a successful attach, each named host must be attached, and no attached host may be lost. */
static bool check_attached(struct view *view)
{
	bool waits =
		view->duty->waits; /* an earlier command may have detached it in the meantime */

	for (size_t i = 0; i < view->after->nr_hosts; i++) {
		const struct host_state *host = &view->after->hosts[i],
					*before = &view->before->hosts[i];
		const char *name = view->machine->hosts[i];

		if (!host->attached &&
		    (is_wanted(view, i) || (before->attached && !(waits && host->in_journal))))
			return fail(view->broken, "exit-0",
				    "%s is not attached, and the status was 0", name);
		if (is_wanted(view, i) && host->in_journal)
			return fail(view->broken, "exit-0",
				    "%s is attached, and still in the journal", name);
	}
	return false;
}

/* A command that reports that it did nothing must have changed nothing. */
static bool check_untouched(struct view *view)
{
	for (size_t i = 0; i < view->after->nr_hosts; i++) {
		const struct host_state *before = &view->before->hosts[i],
					*after = &view->after->hosts[i];

		if (before->attached != after->attached || before->exists != after->exists ||
		    strcmp(before->driver, after->driver) != 0 ||
		    strcmp(before->override, after->override) != 0)
			return fail(view->broken, "refused",
				    "%s has changed, and the status was %d",
				    view->machine->hosts[i], view->outcome->status);
	}
	return view->before->loaded != view->after->loaded &&
	       fail(view->broken, "refused", "the module has changed, and the status was %d",
		    view->outcome->status);
}

/*
 * A command that was given up must not continue: the last step of a handover binds the other
 * driver.
 */
static bool check_given_up(struct view *view)
{
	const struct move *move = view->move;
	const char *to = view->machine->hand_to;

	if (!view->outcome->is_stuck || move->kind != MOVE_DETACH ||
	    move->method != METHOD_OF_HANDOVER)
		return false;
	for (size_t i = 0; i < view->after->nr_hosts; i++) {
		const char *name = view->machine->hosts[i];
		char last[3 * NAME_MAX_];

		snprintf(last, sizeof(last), "bind %s to %s: the kernel has not returned", name,
			 to);
		if (strcmp(view->before->hosts[i].driver, to) != 0 &&
		    strcmp(view->after->hosts[i].driver, to) == 0 &&
		    !strstr(view->outcome->said, last) && is_of_move(move, i) &&
		    move->hosts == 1U << i)
			return fail(view->broken, "given-up",
				    "%s was given to %s after the command had given up", name, to);
	}
	return false;
}

/* A rescan that has not returned from the kernel needs the present settings. */
static bool are_in_use(const struct view *view)
{
	const char *said = view->outcome->said;

	return view->after->settings_are_kept && (strstr(said, "the kernel has not returned") ||
						  strstr(said, "step is still in the kernel"));
}

/* Settings belong to the administrator, and must be unchanged. */
static bool check_settings(struct view *view)
{
	const struct duty *duty = view->duty;

	if (!duty->killed && !duty->autoprobe_lost && !are_in_use(view) &&
	    view->after->autoprobe != duty->autoprobe)
		return fail(view->broken, "autoprobe", "drivers_autoprobe is %d, and was %d",
			    view->after->autoprobe, duty->autoprobe);
	for (size_t i = 0; i < view->after->nr_hosts; i++) {
		const struct host_state *host = &view->after->hosts[i];

		/* A host in the journal is half-way, and another command completes it. */
		if (is_done(view) && host->attached && !host->in_journal &&
		    !duty->any_override[i] && strcmp(host->override, duty->override[i]) != 0)
			return fail(view->broken, "override",
				    "%s has the driver_override '%s', and had '%s'",
				    view->machine->hosts[i], host->override, duty->override[i]);
	}
	if (!view->after->loaded || duty->parameters_lost || !is_done(view))
		return false;
	return strcmp(view->after->parameters, duty->parameters) != 0 &&
	       fail(view->broken, "parameters", "the module's parameters are %s, and were %s",
		    view->after->parameters, duty->parameters);
}

/* A memdev that does not exist, and that the journal never had, has no name for attach-memdev. */
static bool is_nameless(const struct view *view)
{
	bool nameless = false;

	for (size_t i = 0; i < view->before->nr_hosts; i++)
		nameless |= is_of_move(view->move, i) && !view->before->hosts[i].memdev[0] &&
			    !view->before->hosts[i].journal_memdev[0];
	return nameless && view->move->target == TARGET_MEMDEV;
}

/* Several hosts in the journal had a memdev of this name. */
static bool is_ambiguous(const struct view *view)
{
	const struct state *before = view->before;

	if (view->move->target != TARGET_MEMDEV)
		return false;
	for (size_t i = 0; i < before->nr_hosts; i++) {
		const struct host_state *host = &before->hosts[i];
		const char *name = host->memdev[0] ? host->memdev : host->journal_memdev;
		size_t count = 0;

		for (size_t j = 0; j < before->nr_hosts; j++)
			count += before->hosts[j].in_journal &&
				 strcmp(before->hosts[j].journal_memdev, name) == 0;
		if (is_of_move(view->move, i) && count > 1)
			return true;
	}
	return false;
}

/* The detach of another entry took the bus, and the command said so. */
static bool lacks_bus(const struct view *view)
{
	return !view->after->has_bus &&
	       strstr(view->outcome->said, "if the bus above it is detached, too");
}

/* A command that nothing hinders must succeed. */
static bool is_hindered(const struct view *view)
{
	const struct duty *duty = view->duty;
	const struct outcome *outcome = view->outcome;

	if (duty->by_hand || duty->parameters_lost || duty->read_only || duty->killed ||
	    duty->waits || view->move->timeout_ms || outcome->port_cannot_be_reused)
		return true;
	if (view->move->kind == MOVE_ATTACH)
		return is_nameless(view) || is_ambiguous(view) || lacks_bus(view) ||
		       (outcome->status == EXIT_REFUSED && view->move->cycle_bus &&
			!view->move->force);
	for (size_t i = 0; i < view->before->nr_hosts; i++) {
		if (is_of_move(view->move, i) &&
		    (!view->before->hosts[i].attached || view->before->hosts[i].in_journal))
			return true;
	}
	return outcome->status == EXIT_CANNOT ||
	       (outcome->status == EXIT_REFUSED && !view->move->force);
}

static bool check_command(struct view *view)
{
	const struct outcome *outcome = view->outcome;
	bool detaches = view->move->kind == MOVE_DETACH;

	if (!has_ended(outcome))
		return false;
	if (outcome->status == EXIT_DONE)
		return detaches ? check_detached(view) : check_attached(view);
	if (!view->duty->waits && (outcome->refused_by_lock || outcome->status == EXIT_USAGE ||
				   (outcome->status == EXIT_REFUSED && detaches) ||
				   (outcome->status == EXIT_CANNOT && detaches)))
		if (check_untouched(view))
			return true;
	if (is_hindered(view))
		return false;
	return fail(view->broken, "succeeds", "nothing hindered it, and the status was %d: %s",
		    outcome->status, outcome->said);
}

bool invariants_check(const struct machine *machine, const struct move *move,
		      const struct state *before, const struct outcome *outcome,
		      const struct state *after, struct duty *duty, struct broken *broken)
{
	struct view view = {machine, move, before, after, outcome, duty, broken};
	bool command = move_is_command(move);

	if ((command || move->kind == MOVE_LIST) && check_output(&view))
		return true;
	if (command && (check_given_up(&view) || check_command(&view)))
		return true;
	if (!command)
		take_over(duty, move, before, after);
	note_owed(&view);
	return check_owed(&view) || check_settings(&view);
}

static bool check_host_end(const char *name, const struct host_state *was,
			   const struct host_state *is, struct broken *broken)
{
	if (!was->exists)
		return is->exists &&
		       fail(broken, "restored", "%s was unplugged, and is there", name);
	if (!is->attached)
		return fail(broken, "restored", "%s is not attached (driver '%s', memdev '%s')",
			    name, is->driver, is->memdev);
	if (is->resource != was->resource || is->size != was->size)
		return fail(broken, "restored", "%s has another address", name);
	if (strcmp(is->override, was->override) != 0)
		return fail(broken, "restored", "%s has the driver_override '%s', and had '%s'",
			    name, is->override, was->override);
	return false;
}

bool invariants_check_end(const struct machine *machine, const struct state *baseline,
			  const struct state *after, struct broken *broken)
{
	for (size_t i = 0; i < after->nr_hosts; i++) {
		if (check_host_end(machine->hosts[i], &baseline->hosts[i], &after->hosts[i],
				   broken))
			return true;
	}
	if (after->nr_entries > 0 || after->settings_are_kept)
		return fail(broken, "restored", "the journal is not empty");
	if (after->autoprobe != baseline->autoprobe)
		return fail(broken, "restored", "drivers_autoprobe is %d", after->autoprobe);
	if (after->nr_memdevs != baseline->nr_memdevs)
		return fail(broken, "restored", "%zu memdevs have an attach method",
			    after->nr_memdevs);
	return strcmp(after->parameters, baseline->parameters) != 0 &&
	       fail(broken, "restored", "the module's parameters are %s, and were %s",
		    after->parameters, baseline->parameters);
}
