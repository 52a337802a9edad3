// SPDX-License-Identifier: GPL-2.0-only
/* Runs in the guest: walks sequences of drawn moves, and prints TAP. contrib/lab walk starts it. */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "test/walk/observe.h"
#include "test/walk/sequence.h"
#include "test/walk/shrink.h"
#include "util/clock.h"
#include "util/kmsg.h"
#include "util/memory.h"
#include "util/options.h"

#define FAILURES_MAX 4
#define CANDIDATES_MAX 40

struct options {
	uint64_t seed, first, sequences, moves;
	double seconds;
	const char *cxl, *results, *only;
	bool verbose, keep_going;
};

static void parse_number(const char *arg, void *value, const struct argp_state *state)
{
	char *end;

	*(uint64_t *)value = strtoull(arg, &end, 0);
	if (end == arg || *end)
		argp_error(state, "invalid number '%s'", arg);
}

#define SETS(what, member) .sets = what, .offset = OPTION_IN(struct options, member)
#define NUMBER(member) SETS(SETS_BY, member), .parse = parse_number

static const struct command_option command_options[] = {
	{.name = "seed", .arg = "N", .help = "Draw from this seed (default 1)", NUMBER(seed)},
	{.name = "first",
	 .arg = "N",
	 .help = "Begin with this sequence (default 0)",
	 NUMBER(first)},
	{.name = "sequences",
	 .arg = "N",
	 .help = "Walk at most so many sequences",
	 NUMBER(sequences)},
	{.name = "steps",
	 .arg = "N",
	 .help = "At most so many moves in a sequence (default 8)",
	 NUMBER(moves)},
	{.name = "seconds",
	 .arg = "SECONDS",
	 .help = "Begin no other sequence after SECONDS",
	 SETS(SETS_SECONDS, seconds)},
	{.name = "only",
	 .arg = "NUMBERS",
	 .help = "Of the sequence, walk only these moves: 0,2,3",
	 SETS(SETS_TEXT, only)},
	{.name = "cxl", .arg = "FILE", .help = "Another cxl", SETS(SETS_TEXT, cxl)},
	{.name = "results",
	 .arg = "DIRECTORY",
	 .help = "Keep what the commands print as JSON",
	 SETS(SETS_TEXT, results)},
	{.name = "verbose", .help = "Print every move", SETS(SETS_TRUE, verbose)},
	{0},
};

static const struct option_set option_set = {
	.tables = (const struct option_table[]){{command_options, 0}, {0}},
	.about = "Walk at random through what people and machines do, and check after every move.",
	.examples = "Exit status: 0 every invariant held, 1 one did not, 2 wrong usage, 3 a fresh "
		    "machine is needed to go on.",
};

static uint32_t kept_moves(const char *only)
{
	uint32_t kept = only ? 0 : UINT32_MAX;

	while (only && *only) {
		char *end;

		kept |= UINT32_C(1) << (strtoul(only, &end, 10) & 31);
		only = *end ? end + 1 : end;
	}
	return kept;
}

static void print_moves(uint32_t kept, size_t nr_moves)
{
	const char *comma = "";

	for (size_t i = 0; i < nr_moves; i++) {
		if (kept & UINT32_C(1) << i) {
			printf("%s%zu", comma, i);
			comma = ",";
		}
	}
}

/* Return the length of the first line: TAP has one line for each result. */
static int line_length(const char *text)
{
	return (int)strcspn(text, "\n");
}

/* Find the shortest sequence that still fails; false if only a fresh machine can find it */
static bool shrink(struct walk *walk, const struct sequence *sequence, const char *invariant,
		   struct shrinking *shrinking, struct broken *broken)
{
	uint32_t candidate;

	for (int i = 0; i < CANDIDATES_MAX; i++) {
		struct broken other = {0};
		size_t failed;
		bool shown;

		if (!sequence_restore(walk))
			return false;
		candidate = shrink_next(shrinking);
		if (!candidate)
			return true;
		shown = sequence_walk(walk, sequence, candidate, &failed, &other) ==
				WALKED_BROKEN &&
			strcmp(other.invariant, invariant) == 0;
		shrink_result(shrinking, candidate, shown);
		if (shown)
			*broken = other;
	}
	return sequence_restore(walk);
}

/* Return false if only a fresh machine can continue */
static bool report_broken(struct walk *walk, const struct options *options,
			  const struct sequence *sequence, uint32_t kept, size_t failed,
			  struct broken *broken)
{
	size_t nr_moves = failed < sequence->nr_moves ? failed + 1 : sequence->nr_moves;
	struct shrinking shrinking;
	const char *invariant = broken->invariant;
	bool restored = false;

	kept &= nr_moves < 32 ? (UINT32_C(1) << nr_moves) - 1 : UINT32_MAX;
	printf("not ok - walk: %s: %.*s\n", invariant, line_length(broken->detail), broken->detail);
	fflush(stdout);
	shrink_begin(&shrinking, kept, sequence->nr_moves);
	if (strcmp(invariant, "kernel-report") != 0)
		restored = shrink(walk, sequence, invariant, &shrinking, broken);
	printf("# the shortest that fails%s: %.*s\n", restored ? "" : " (not shrunk to the end)",
	       line_length(broken->detail), broken->detail);
	sequence_print(walk, sequence, shrinking.kept);
	printf("# again: --seed %llu --first %llu --sequences 1 --steps %llu --only ",
	       (unsigned long long)sequence->seed, (unsigned long long)sequence->number,
	       (unsigned long long)options->moves);
	print_moves(shrinking.kept, sequence->nr_moves);
	printf("\n");
	fflush(stdout);
	return restored;
}

/* Return an exit status */
static int walk_all(struct walk *walk, const struct options *options)
{
	uint64_t until = clock_now() + (uint64_t)(options->seconds * 1000000);
	uint32_t kept = kept_moves(options->only);
	int failures = 0;

	for (uint64_t i = 0; i < options->sequences && failures < FAILURES_MAX; i++) {
		struct broken broken = {0};
		struct sequence sequence;
		enum walked walked;
		size_t failed;

		if (options->seconds > 0 && clock_now() >= until)
			break;
		draw_sequence(&walk->machine, options->seed, options->first + i, options->moves,
			      &sequence);
		printf("# sequence %llu\n", (unsigned long long)sequence.number);
		fflush(stdout);
		walked = sequence_walk(walk, &sequence, kept, &failed, &broken);
		if (walked == WALKED)
			continue;
		if (walked != WALKED_BROKEN)
			return 3;
		failures++;
		if (!report_broken(walk, options, &sequence, kept, failed, &broken))
			return 3;
	}
	return failures > 0;
}

/* Do what is needed only once: load the truth module, and the driver for handovers */
static bool prepare(struct walk *walk)
{
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	if (observe_machine(&walk->machine) < 0) {
		printf("not ok - walk: the machine has no attached memdev\n");
		return false;
	}
	commands_shell(&walk->commands,
		       "modprobe cxl_lab_truth\n"
		       "[ ! -e /sys/bus/pci/drivers/cxl_lab_accel ] || {\n"
		       "modprobe vfio enable_unsafe_noiommu_mode=1; modprobe vfio-pci; }");
	commands_settle();
	walk->kmsg = memory_check(kmsg_open());
	observe_state(&walk->machine, &walk->baseline);
	for (size_t i = 0; i < walk->machine.nr_hosts; i++) {
		if (!walk->baseline.hosts[i].attached) {
			printf("not ok - walk: %s is not attached\n", walk->machine.hosts[i]);
			return false;
		}
	}
	return true;
}

int main(int argc, char **argv)
{
	struct options options = {.seed = 1, .sequences = UINT64_MAX, .moves = 8, .cxl = "cxl"};
	struct walk walk = {.verbose = false};
	int status;

	options_parse(&option_set, argc, argv, &options);
	walk.verbose = options.verbose;
	walk.commands = (struct commands){&walk.machine, options.cxl, options.results, 0};
	if (!prepare(&walk))
		return 2;
	status = walk_all(&walk, &options);
	printf("%s - walk: seed %llu, %zu hosts on %s: %zu sequences, %zu moves\n",
	       status == 1 ? "# failed" : "ok", (unsigned long long)options.seed,
	       walk.machine.nr_hosts, walk.machine.pci ? "pci" : "mock", walk.nr_sequences,
	       walk.nr_moves);
	printf("# documented behavior of the kernel: %zu times a port that cannot be reused, %zu "
	       "reports\n",
	       walk.kernel.ports, walk.kernel.reports);
	fflush(stdout);
	kmsg_close(walk.kmsg);
	return status;
}
