/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TEST_WALK_MOVE_H
#define TEST_WALK_MOVE_H

#include <stdbool.h>
#include <stddef.h>

#define HOSTS_MAX 4
#define NAME_MAX_ 64 /* of a device, with its null byte */

/* The machine of the walk, in its initial state */
struct machine {
	bool pci; /* false: the mock, on the platform bus */
	char hosts[HOSTS_MAX][NAME_MAX_];
	size_t nr_hosts;
	char provider[NAME_MAX_]; /* the driver and its module have the same name */
	const char *hand_to;	  /* a driver that can bind any host */
};

enum move_kind {
	/* Commands of this project */
	MOVE_DETACH,
	MOVE_ATTACH,
	MOVE_LIST,
	/* Moves of people and machines without these commands */
	MOVE_UNBIND,	    /* a host from its driver */
	MOVE_DISABLE,	    /* a memdev from cxl_mem */
	MOVE_BIND,	    /* a host to the provider */
	MOVE_REMOVE,	    /* a host from the PCI bus */
	MOVE_RESCAN,	    /* the PCI bus */
	MOVE_UNLOAD,	    /* the provider's module */
	MOVE_LOAD,	    /* the same module, with modprobe */
	MOVE_INSERT,	    /* the same module, with parameters, from a file elsewhere */
	MOVE_HIDE,	    /* the module's file is no longer where modprobe searches */
	MOVE_WIPE,	    /* all files in /run/cxl */
	MOVE_READ_ONLY,	    /* the journal's directory */
	MOVE_WRITABLE,	    /* the journal's directory */
	MOVE_AUTOPROBE_OFF, /* the administrator switches driver autoprobe off */
	MOVE_BY_ID,	    /* the provider binds the host by its id, without a driver_override */
	MOVE_SLOW,	    /* the provider's remove() takes a while */
	NR_DRAWN_KINDS,
	MOVE_UNPLUG = NR_DRAWN_KINDS, /* a host, permanently: the last move of a sequence */
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
	TARGET_MEMDEV,	/* by the memdev's previous name */
	NR_TARGETS,
};

struct move {
	enum move_kind kind;
	unsigned int hosts; /* as bits, by number in the machine */
	enum method method;
	enum target target;
	bool force, reattach, cycle_bus;
	int timeout_ms;	   /* 0: the command's own default */
	int kill_ms;	   /* killed this long after its start; 0: not killed */
	const char *point; /* killed at this point (util/test-point.h); NULL: not killed */
	bool beside;	   /* the next move does not wait for processes that this one left behind */
	int slow_ms;
};

/* move_is_command() - test for a command of this project that changes something */
static inline bool move_is_command(const struct move *move)
{
	return move->kind == MOVE_DETACH || move->kind == MOVE_ATTACH;
}

/* move_is_killed() - test for a move that is to be killed (it may end before that) */
static inline bool move_is_killed(const struct move *move)
{
	return move->kill_ms > 0 || move->point;
}

/** move_text() - return what a person would type, in bash with move_preamble(); a new string */
char *move_text(const struct machine *machine, const struct move *move);

/** move_preamble() - return the shell function that the texts use; a new string */
char *move_preamble(const struct machine *machine);

/** method_name() - return the name of a method for --via, or for --to */
const char *method_name(enum method method);

#endif
