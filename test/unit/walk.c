// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "test/walk/draw.h"
#include "test/walk/invariants.h"
#include "test/walk/shrink.h"
#include "util/exit-status.h"

static const struct machine pci = {
	.pci = true,
	.hosts = {"0000:11:00.0", "0000:31:00.0"},
	.nr_hosts = 2,
	.provider = "cxl_lab_accel",
	.hand_to = "vfio-pci",
};

static void all_of_it(const struct sequence *sequence, char *text, size_t size)
{
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < sequence->nr_moves; i++) {
		char *move = move_text(&pci, &sequence->moves[i]);

		used += (size_t)snprintf(text + used, size - used, "%s\n", move);
		assert_true(used < size);
		free(move);
	}
}

static void same_seed(void **state)
{
	char one[8192], other[8192];
	struct sequence sequence;
	size_t differ = 0;

	(void)state;
	for (uint64_t number = 0; number < 200; number++) {
		draw_sequence(&pci, 7, number, 8, &sequence);
		assert_true(sequence.nr_moves >= 2 && sequence.nr_moves <= 8);
		all_of_it(&sequence, one, sizeof(one));
		draw_sequence(&pci, 7, number, 8, &sequence);
		all_of_it(&sequence, other, sizeof(other));
		assert_string_equal(one, other);
		draw_sequence(&pci, 8, number, 8, &sequence);
		all_of_it(&sequence, other, sizeof(other));
		differ += strcmp(one, other) != 0;
	}
	assert_true(differ > 190);
}

static void every_kind(void **state)
{
	struct machine mock = {
		.nr_hosts = 1, .hosts = {"cxl_type2_accel.0"}, .provider = "cxl_mock_accel"};
	unsigned int kinds = 0, methods = 0, on_mock = 0;
	struct sequence sequence;

	(void)state;
	for (uint64_t number = 0; number < 2000; number++) {
		draw_sequence(&pci, 1, number, 8, &sequence);
		for (size_t i = 0; i < sequence.nr_moves; i++) {
			kinds |= 1U << sequence.moves[i].kind;
			if (sequence.moves[i].kind == MOVE_DETACH)
				methods |= 1U << sequence.moves[i].method;
		}
		draw_sequence(&mock, 1, number, 8, &sequence);
		for (size_t i = 0; i < sequence.nr_moves; i++)
			on_mock |= 1U << sequence.moves[i].kind;
	}
	assert_int_equal(kinds, (1U << NR_DRAWN_KINDS) - 1);
	assert_int_equal(methods, (1U << NR_METHODS_DRAWN) - 1);
	assert_int_equal(on_mock & (1U << MOVE_RESCAN | 1U << MOVE_SLOW | 1U << MOVE_BY_ID), 0);
}

/* A device is only unplugged at the end, and only if enough others are left. */
static void unplugged(void **state)
{
	struct machine four = pci;
	struct sequence sequence;
	size_t last = 0, earlier = 0;

	(void)state;
	four.nr_hosts = 4;
	for (uint64_t number = 0; number < 500; number++) {
		draw_sequence(&four, 1, number, 8, &sequence);
		for (size_t i = 0; i < sequence.nr_moves; i++) {
			bool is_last = i + 1 == sequence.nr_moves;

			last += is_last && sequence.moves[i].kind == MOVE_UNPLUG;
			earlier += !is_last && sequence.moves[i].kind == MOVE_UNPLUG;
		}
	}
	assert_true(last > 5);
	assert_int_equal(earlier, 0);
}

/* The walk fails as long as the sequence has both of these moves. */
static void shortest(void **state)
{
	const uint32_t needed = 1U << 2 | 1U << 5;
	struct shrinking shrinking;
	uint32_t candidate;
	int candidates = 0;

	(void)state;
	shrink_begin(&shrinking, 0xff, 8);
	while ((candidate = shrink_next(&shrinking))) {
		shrink_result(&shrinking, candidate, (candidate & needed) == needed);
		assert_true(++candidates < 40);
	}
	assert_int_equal(shrinking.kept, needed);
	shrink_begin(&shrinking, 1U << 3, 8);
	assert_int_equal(shrink_next(&shrinking), 0);
}

/* A machine on which everything is attached */
static struct state attached(void)
{
	struct state state = {.nr_hosts = 2, .loaded = true, .autoprobe = 1, .nr_memdevs = 2};

	strcpy(state.parameters, "remove_sleep_ms=0 ");
	for (size_t i = 0; i < 2; i++) {
		struct host_state *host = &state.hosts[i];

		host->exists = host->attached = true;
		strcpy(host->driver, "cxl_lab_accel");
		strcpy(host->override, "cxl_lab_accel");
		sprintf(host->memdev, "mem%zu", i);
	}
	return state;
}

/* A command has detached the first host from it */
static struct state detached(void)
{
	struct state state = attached();
	struct host_state *host = &state.hosts[0];

	host->attached = false;
	host->driver[0] = host->memdev[0] = '\0';
	host->in_journal = true;
	state.nr_entries = 1;
	state.nr_memdevs = 1;
	return state;
}

static const struct move detach = {.kind = MOVE_DETACH, .hosts = 1, .force = true};
static const struct move attach = {.kind = MOVE_ATTACH};
static const struct outcome done = {.is_json = true};

/* Return the name of the broken invariant; NULL: none */
static const char *broken_by(const struct move *move, struct state before, struct outcome outcome,
			     struct state after)
{
	struct state baseline = attached();
	struct broken broken = {0};
	struct duty duty;

	duty_begin(&duty, &baseline);
	return invariants_check(&pci, move, &before, &outcome, &after, &duty, &broken)
		       ? broken.invariant
		       : NULL;
}

static void holds(void **state)
{
	struct outcome refused = {.status = EXIT_REFUSED, .is_empty = true};
	struct move careful = detach;

	(void)state;
	careful.force = false;
	assert_null(broken_by(&detach, attached(), done, detached()));
	assert_null(broken_by(&attach, detached(), done, attached()));
	assert_null(broken_by(&careful, attached(), refused, attached()));
}

static void lost(void **state)
{
	struct outcome killed = {.status = -9, .killed = true, .is_empty = true};
	struct state after = detached();

	(void)state;
	assert_null(broken_by(&detach, attached(), killed, after));
	after.hosts[0].in_journal = false;
	assert_string_equal(broken_by(&detach, attached(), killed, after), "nothing-lost");
	assert_string_equal(broken_by(&detach, attached(), done, after), "exit-0");
	after = detached();
	after.nr_unreadable = 1;
	assert_string_equal(broken_by(&detach, attached(), done, after), "journal-readable");
}

/* A reattach loses another host, as it did with --cycle-bus. */
static void contradicted(void **state)
{
	struct state after = attached();

	(void)state;
	after.hosts[1].attached = false;
	assert_string_equal(broken_by(&attach, detached(), done, after), "exit-0");
	assert_string_equal(broken_by(&attach, detached(), done, detached()), "exit-0");
	assert_string_equal(broken_by(&detach, attached(), done, attached()), "exit-0");
	after = attached();
	after.hosts[0].in_journal = true;
	assert_string_equal(broken_by(&attach, detached(), done, after), "exit-0");
}

static void settings(void **state)
{
	struct state after = attached();

	(void)state;
	after.autoprobe = 0;
	assert_string_equal(broken_by(&attach, detached(), done, after), "autoprobe");
	after = attached();
	after.hosts[0].override[0] = '\0';
	assert_string_equal(broken_by(&attach, detached(), done, after), "override");
	after = attached();
	strcpy(after.parameters, "remove_sleep_ms=9 ");
	assert_string_equal(broken_by(&attach, detached(), done, after), "parameters");
}

static void outputs(void **state)
{
	struct outcome outcome = {.is_json = false};

	(void)state;
	assert_string_equal(broken_by(&detach, attached(), outcome, detached()), "json");
	outcome.is_empty = true;
	assert_string_equal(broken_by(&detach, attached(), outcome, detached()), "json");
	outcome = (struct outcome){.status = -11, .is_empty = true};
	assert_string_equal(broken_by(&detach, attached(), outcome, detached()), "exit-status");
	outcome = (struct outcome){.status = EXIT_REFUSED, .is_empty = true};
	assert_string_equal(broken_by(&detach, attached(), outcome, detached()), "refused");
	assert_string_equal(broken_by(&detach, attached(), outcome, attached()), "succeeds");
}

/* A handover that was given up at its unbind continues, and binds the other driver. */
static void given_up(void **state)
{
	struct move move = {
		.kind = MOVE_DETACH, .hosts = 1, .method = METHOD_OF_HANDOVER, .timeout_ms = 20};
	struct outcome outcome = {
		.status = EXIT_NOT_VERIFIED,
		.is_json = true,
		.is_stuck = true,
		.said = "cxl detach-memdev: unbind 0000:11:00.0 from cxl_lab_accel: the "
			"kernel has not returned after 0.02 s"};
	struct state after = detached();

	(void)state;
	assert_null(broken_by(&move, attached(), outcome, after));
	strcpy(after.hosts[0].driver, "vfio-pci");
	assert_string_equal(broken_by(&move, attached(), outcome, after), "given-up");
}

static void end(void **state)
{
	struct state baseline = attached(), after = attached();
	struct broken broken;

	(void)state;
	assert_false(invariants_check_end(&pci, &baseline, &after, &broken));
	after.hosts[1].resource = 4096;
	assert_true(invariants_check_end(&pci, &baseline, &after, &broken));
	after = attached();
	after.settings_are_kept = true;
	assert_true(invariants_check_end(&pci, &baseline, &after, &broken));
	after = detached();
	assert_true(invariants_check_end(&pci, &baseline, &after, &broken));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_seed), cmocka_unit_test(every_kind),
		cmocka_unit_test(shortest),  cmocka_unit_test(holds),
		cmocka_unit_test(lost),	     cmocka_unit_test(contradicted),
		cmocka_unit_test(settings),  cmocka_unit_test(outputs),
		cmocka_unit_test(given_up),  cmocka_unit_test(end),
		cmocka_unit_test(unplugged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
