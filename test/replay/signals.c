// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attach/model/snapshot.h"
#include "attach/read/take.h"
#include "attach/reason/evidence.h"
#include "util/root.h"

/*
 * Usage: signals MACHINE [DRIVER...]. On the unpacked machine, only these drivers attach their
 * memdevs. Every signal is removed from the evidence on a memdev, alone and together with each
 * other signal. The answer must then be the truth, or "unknown". For each memdev the program prints
 * its name and the answer with all signals. It then prints how many answers with fewer signals were
 * the truth, and how many were unknown.
 */

struct tally {
	size_t truth, unknown, opposite;
};

static void count(enum attach_state state, enum attach_state truth, struct tally *tally)
{
	tally->truth += state == truth;
	tally->unknown += state == ATTACH_UNKNOWN;
	tally->opposite += state != truth && state != ATTACH_UNKNOWN;
}

/* Weigh without the signals of these two names, however often they occur */
static enum attach_state without(const struct attach_answer *answer, const char *one,
				 const char *other)
{
	struct attach_evidence left[64];
	size_t nr_left = 0;

	for (size_t i = 0; i < answer->nr_evidence; i++) {
		const char *signal = answer->evidence[i].signal;

		if (strcmp(signal, one) != 0 && strcmp(signal, other) != 0)
			left[nr_left++] = answer->evidence[i];
	}
	return attach_weigh(left, nr_left);
}

static bool check(const struct snapshot_memdev *memdev, const struct attach_answer *answer,
		  enum attach_state truth)
{
	struct tally tally = {0};

	if (answer->nr_evidence > 64)
		return false;
	for (size_t i = 0; i < answer->nr_evidence; i++) {
		for (size_t j = i; j < answer->nr_evidence; j++) {
			const char *one = answer->evidence[i].signal;
			const char *other = answer->evidence[j].signal;
			enum attach_state state = without(answer, one, other);

			if (state != truth && state != ATTACH_UNKNOWN)
				fprintf(stderr, "%s without %s, %s: %s\n", memdev->name, one, other,
					attach_state_name(state));
			count(state, truth, &tally);
		}
	}
	printf("%s %s %zu %zu\n", memdev->name, attach_state_name(answer->state), tally.truth,
	       tally.unknown);
	return answer->nr_evidence > 0 && tally.opposite == 0;
}

static enum attach_state truth_of(const struct snapshot_memdev *memdev, char **drivers)
{
	for (char **driver = drivers; *driver; driver++) {
		if (memdev->host.driver && strcmp(memdev->host.driver, *driver) == 0)
			return ATTACH_ATTACHED;
	}
	return ATTACH_NONE;
}

int main(int argc, char **argv)
{
	struct snapshot snapshot;
	struct attach_answers answers;
	struct root root;
	bool sound = true;

	if (argc < 2 || root_open(&root, argv[1]) < 0 || snapshot_take(root, &snapshot) < 0)
		return 2;
	attach_infer(&snapshot, &answers);
	for (size_t i = 0; i < snapshot.nr_memdevs; i++)
		sound &= check(&snapshot.memdevs[i], &answers.memdevs[i],
			       truth_of(&snapshot.memdevs[i], argv + 2));
	attach_answers_release(&answers);
	snapshot_release(&snapshot);
	return !sound;
}
