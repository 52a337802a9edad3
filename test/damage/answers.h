/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TEST_DAMAGE_ANSWERS_H
#define TEST_DAMAGE_ANSWERS_H

#include <stdbool.h>

#include "attach/model/snapshot.h"
#include "attach/reason/evidence.h"
#include "attach/reason/verdict.h"
#include "util/root.h"

/*
 * Everything that the commands answer about a machine, computed in this process. No process is
 * started, and nothing is changed.
 */

/* The schema in Documentation/schema that the JSON must match */
enum schema {
	SCHEMA_LIST_ATTACH, /* an element of the output of list-attach */
	SCHEMA_LIST_LOCKED, /* an element of the output of list-locked */
	SCHEMA_GUARD,	    /* an element of the output of a guarded command with --dry-run */
	SCHEMA_PLAN,	    /* the output of detach-memdev --dry-run */
	NR_SCHEMAS,
};

struct machine {
	struct snapshot snapshot; /* complete: with modules, unattached hosts, dependents, users */
	struct attach_answers answers;
};

/**
 * machine_read() - read a machine as a command does; 0 or a negative errno
 *
 * The caller releases it with machine_release().
 */
int machine_read(struct root root, struct machine *machine);
void machine_release(struct machine *machine);

/* Receives each JSON text, which belongs to the caller */
typedef void answer_function(void *data, enum schema schema, const char *json);

/**
 * machine_answer() - pass to @take what all commands print about everything on that machine
 *
 * These are list-attach --all and list-locked --all; detach-memdev --dry-run of each memdev by each
 * method; and each guarded command, without and with --force, for each object.
 */
void machine_answer(const struct machine *machine, answer_function *take, void *data);

/** machine_say() - print on stdout and stderr what the same commands print for people */
void machine_say(const struct machine *machine);

/** machine_is_attached() - test whether list-attach calls the memdev of that name attached */
bool machine_is_attached(const struct machine *machine, const char *name);

/**
 * machine_refuses() - test whether destroy-region -f is refused for every region that @name selects
 */
bool machine_refuses(const struct machine *machine, const char *name);

/** schema_name() - return the name of its file in Documentation/schema, without .schema.json */
const char *schema_name(enum schema schema);

/** schema_is_array() - test whether the schema describes an array of such elements */
bool schema_is_array(enum schema schema);

#endif
