/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TEST_WALK_STATE_H
#define TEST_WALK_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "test/walk/move.h"

#define PARAMETERS_MAX 1024

/* A host of the machine, its memdev and region, and what the journal has of it */
struct host_state {
	bool exists;
	char driver[NAME_MAX_];	  /* "" none */
	char override[NAME_MAX_]; /* driver_override; "" none */
	char memdev[NAME_MAX_];	  /* "" none */
	/*
	 * Provider, memdev bound to cxl_mem, and a locked region of it that the kernel itself says
	 * is of a memdev with an attach method
	 */
	bool attached;
	uint64_t resource, size; /* of that region, if attached */
	bool in_journal;
	char journal_memdev[NAME_MAX_]; /* as the journal has it; "" none */
};

struct state {
	struct host_state hosts[HOSTS_MAX];
	size_t nr_hosts;
	bool loaded; /* the provider's module */
	char parameters[PARAMETERS_MAX];
	int autoprobe;		/* of the bus of the hosts */
	bool has_bus;		/* the root device of the CXL bus has its driver */
	size_t nr_entries;	/* of the journal */
	size_t nr_unreadable;	/* of them, no JSON with hosts */
	size_t nr_memdevs;	/* that the kernel says have an attach method */
	bool settings_are_kept; /* something is in /run/cxl/settings */
};

/* How a command went */
struct outcome {
	int status;		    /* exit status */
	bool killed;		    /* by the walk, before it had ended */
	bool endless;		    /* it did not end by itself, long after its time-out */
	bool is_json;		    /* what it printed is JSON */
	bool is_empty;		    /* it printed nothing */
	bool is_stuck;		    /* its report names a step that has not returned */
	bool refused_by_lock;	    /* another command, or a step of one, was running */
	bool port_cannot_be_reused; /* the kernel said so: Documentation/findings/port-reuse.md */
	char said[2048];	    /* on standard error, the beginning */
	char differs[128]; /* of a listing: the first memdev about which it and the kernel differ */
};

/* What commands owe, and what the administrator wants, from the beginning of a sequence on */
struct duty {
	bool owed[HOSTS_MAX]; /* was detached by a command: is attached, or in the journal */
	char override[HOSTS_MAX][NAME_MAX_];
	/* Removed by hand, or its override cleared, while it was in the journal; or the journal was
	 * lost, with what a command had written in there that was killed */
	bool any_override[HOSTS_MAX];
	int autoprobe;
	char parameters[PARAMETERS_MAX];
	bool parameters_lost;	 /* the module was loaded by hand, with none */
	bool read_only;		 /* the journal's directory */
	bool removed[HOSTS_MAX]; /* by hand, and not found again */
	bool taken[HOSTS_MAX];	 /* cxl_pci had it, and what it unbinds is no longer set up: the
				    firmware is needed */
	bool journal_lost;	 /* it was wiped while a host was in it */
	bool autoprobe_lost;	 /* what was written down of it was wiped */
	bool killed;		 /* a command was killed, and none has ended by itself since */
	bool by_hand;		 /* someone acted behind the commands' back: one may fail */
	bool waits;		 /* something that a command has left behind may still be running */
	bool slow;
};

#endif
