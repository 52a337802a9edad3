/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TEST_WALK_MOVE_H
#define TEST_WALK_MOVE_H

#include <stdbool.h>
#include <stddef.h>

#define HOSTS_MAX 4
#define NAME_MAX_ 64 /* of a device, with its null byte */

/* The machine that the walk is on, as it is at the beginning */
struct machine {
	bool pci; /* or the mock, on the platform bus */
	char hosts[HOSTS_MAX][NAME_MAX_];
	size_t nr_hosts;
	char provider[NAME_MAX_]; /* driver and module have the same name */
	const char *hand_to;	  /* a driver that takes any host */
};

enum move_kind {
	/* What this project's commands do */
	MOVE_DETACH,
	MOVE_ATTACH,
	MOVE_LIST,
	/* What people and machines do behind their back */
	MOVE_UNBIND,	    /* a host from its driver */
	MOVE_DISABLE,	    /* a memdev from cxl_mem */
	MOVE_BIND,	    /* a host to the provider */
	MOVE_REMOVE,	    /* a host from the PCI bus */
	MOVE_RESCAN,	    /* of the PCI bus */
	MOVE_UNLOAD,	    /* the provider's module */
	MOVE_LOAD,	    /* the same, by modprobe */
	MOVE_INSERT,	    /* the same, with parameters, from a file elsewhere */
	MOVE_HIDE,	    /* the module's file is no longer where modprobe looks */
	MOVE_WIPE,	    /* all that is in /run/cxl */
	MOVE_READ_ONLY,	    /* the journal's directory */
	MOVE_WRITABLE,	    /* the same */
	MOVE_AUTOPROBE_OFF, /* drivers do not bind by themselves, says the administrator */
	MOVE_BY_ID,	    /* the provider takes the host by its id, without a driver_override */
	MOVE_SLOW,	    /* the provider's remove() takes a while */
	NR_DRAWN_KINDS,
	MOVE_UNPLUG = NR_DRAWN_KINDS, /* a host, for good: the last of a sequence */
	NR_MOVE_KINDS,
};

enum method {
	METHOD_OF_MEMDEV,
	METHOD_OF_HOST,
	METHOD_OF_ENDPOINT,
	METHOD_OF_PORT,
	METHOD_OF_BUS,
	METHOD_OF_MODULE,
	METHOD_OF_PCI_REMOVE,
	METHOD_OF_HANDOVER, /* --to */
	NR_METHODS_DRAWN,
};

enum target {
	TARGET_JOURNAL, /* attach-memdev without names */
	TARGET_ALL,	/* --all */
	TARGET_HOST,	/* by the host's name */
	TARGET_MEMDEV,	/* by the name that the memdev had */
	NR_TARGETS,
};

struct move {
	enum move_kind kind;
	unsigned int hosts; /* bits, by number in the machine */
	enum method method;
	enum target target;
	bool force, reattach, cycle_bus;
	int timeout_ms;	   /* 0: the command's own default */
	int kill_ms;	   /* killed so long after its start; 0: not */
	const char *point; /* killed at this point of the program (util/test-point.h); NULL: not */
	bool beside;	   /* the next move begins before what this one left behind has ended */
	int slow_ms;
};

/* move_is_command() - is it one of this project's commands that changes something? */
static inline bool move_is_command(const struct move *move)
{
	return move->kind == MOVE_DETACH || move->kind == MOVE_ATTACH;
}

/* move_is_killed() - is it to be killed? (It may end before that.) */
static inline bool move_is_killed(const struct move *move)
{
	return move->kill_ms > 0 || move->point;
}

/** move_text() - what a person would type, in bash with move_preamble(); a new string */
char *move_text(const struct machine *machine, const struct move *move);

/** move_preamble() - the shell function that the texts use; a new string */
char *move_preamble(const struct machine *machine);

/** method_name() - as --via and --to want it */
const char *method_name(enum method method);

#endif
