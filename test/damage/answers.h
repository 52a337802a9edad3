/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TEST_DAMAGE_ANSWERS_H
#define TEST_DAMAGE_ANSWERS_H

#include <stdbool.h>

#include "attach/model/snapshot.h"
#include "attach/reason/evidence.h"
#include "attach/reason/verdict.h"
#include "util/root.h"

/*
 * All that the commands answer about a machine, made in this process: nothing is started, and
 * nothing is changed.
 */

/* Whose schema in Documentation/schema the JSON has to match */
enum schema {
	SCHEMA_LIST_ATTACH, /* an element of what list-attach prints */
	SCHEMA_LIST_LOCKED, /* an element of what list-locked prints */
	SCHEMA_GUARD,	    /* an element of what a guarded command prints with --dry-run */
	SCHEMA_PLAN,	    /* what detach-memdev --dry-run prints */
	NR_SCHEMAS,
};

struct machine {
	struct snapshot snapshot; /* whole: with modules, unattached hosts, dependents, users */
	struct attach_answers answers;
};

/** machine_read() - as a command does; 0 or a negative errno; released with machine_release() */
int machine_read(struct root root, struct machine *machine);
void machine_release(struct machine *machine);

/* Gets each JSON text, which it does not own */
typedef void answer_function(void *data, enum schema schema, const char *json);

/**
 * machine_answer() - give @take what all commands print about everything on that machine
 *
 * That is list-attach --all and list-locked --all; detach-memdev --dry-run of each memdev by each
 * method; and each guarded command, without and with --force, about each object.
 */
void machine_answer(const struct machine *machine, answer_function *take, void *data);

/** machine_say() - print on stdout and stderr what the same commands say to people */
void machine_say(const struct machine *machine);

/** machine_is_attached() - does list-attach call the memdev of that name attached? */
bool machine_is_attached(const struct machine *machine, const char *name);

/** machine_refuses() - is destroy-region -f refused, of every region that @name selects? */
bool machine_refuses(const struct machine *machine, const char *name);

/** schema_name() - the name of its file in Documentation/schema, without .schema.json */
const char *schema_name(enum schema schema);

/** schema_is_array() - is the schema that of an array of such elements? */
bool schema_is_array(enum schema schema);

#endif
