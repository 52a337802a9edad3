/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef ATTACH_REASON_EVIDENCE_H
#define ATTACH_REASON_EVIDENCE_H

#include <stddef.h>

struct snapshot;
struct snapshot_unattached_host;
struct snapshot_memdev;

/*
 * Infer whether a memdev was registered with an attach method. sysfs does not show it
 * (cxlmd->attach in drivers/cxl/cxlmem.h has no attribute). It is inferred from signals, and the
 * answer names each signal. Documentation/evidence.md lists the signals and explains their weights.
 * Pure: it only reads the snapshot.
 */

enum attach_state {
	ATTACH_NONE,	 /* no attach provider */
	ATTACH_UNKNOWN,	 /* the signals contradict each other */
	ATTACH_FAILED,	 /* of a host: its provider could not attach it */
	ATTACH_DETACHED, /* of a host: it has no memdev, and a provider could attach it */
	ATTACH_ATTACHED, /* the host's driver is its attach provider */
};

/* An observed signal, and where it was observed */
struct attach_evidence {
	const char *signal; /* its name */
	char *file;	    /* the file in which it was observed */
	const char *value;  /* the content of the file; may point into the snapshot */
	int weight;	    /* above 0: for an attach; below 0: against one */
};

struct attach_answer {
	enum attach_state state;
	/*
	 * For ATTACH_FAILED: uncommitted, interleaved, deferred, no-memdev, no-topology; for
	 * ATTACH_DETACHED: no-topology or NULL
	 */
	const char *reason;
	struct attach_evidence *evidence;
	size_t nr_evidence;
};

/* The answers for every memdev and every unattached host of a snapshot, which must outlive them */
struct attach_answers {
	const struct snapshot *snapshot;
	struct attach_answer *memdevs; /* one for each memdev of the snapshot, in its order */
	struct attach_answer
		*unattached_hosts; /* one for each unattached host of the snapshot, in its order */
};

/** attach_infer() - infer the answers for a snapshot; released with attach_answers_release() */
void attach_infer(const struct snapshot *snapshot, struct attach_answers *answers);

/**
 * attach_infer_states() - as attach_infer(), without the evidence, which takes much memory
 */
void attach_infer_states(const struct snapshot *snapshot, struct attach_answers *answers);

/** attach_answers_release() - free what attach_infer() allocated */
void attach_answers_release(struct attach_answers *answers);

/** attach_of_memdev() - return the answer for @memdev, which belongs to the snapshot */
const struct attach_answer *attach_of_memdev(const struct attach_answers *answers,
					     const struct snapshot_memdev *memdev);

/**
 * attach_of_unattached_host() - return the answer for @unattached, which belongs to the snapshot
 */
const struct attach_answer *
attach_of_unattached_host(const struct attach_answers *answers,
			  const struct snapshot_unattached_host *unattached);

/**
 * attach_weigh() - decide from the evidence on a memdev
 * @evidence: @count signals, in any order
 *
 * If signals are missing, the answer becomes ATTACH_UNKNOWN at worst, unless the remaining signals
 * are those of another machine for which the opposite is true.
 *
 * Return: ATTACH_ATTACHED, ATTACH_NONE or ATTACH_UNKNOWN.
 */
enum attach_state attach_weigh(const struct attach_evidence *evidence, size_t count);

/** attach_state_name() - return "attached", "none", "detached", "failed" or "unknown" */
const char *attach_state_name(enum attach_state state);

#endif
