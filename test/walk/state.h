/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TEST_WALK_STATE_H
#define TEST_WALK_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "test/walk/move.h"

#define PARAMETERS_MAX 1024

/* A host of the machine, its memdev and region, and its state in the journal */
struct host_state {
	bool exists;
	char driver[NAME_MAX_];	  /* "": none */
	char override[NAME_MAX_]; /* driver_override; "": none */
	char memdev[NAME_MAX_];	  /* "": none */
	/*
	 * The provider is bound, the memdev is bound to cxl_mem, and the kernel itself says that
	 * its locked region belongs to a memdev with an attach method
	 */
	bool attached;
	uint64_t resource, size; /* of that region, if attached */
	bool in_journal;
	char journal_memdev[NAME_MAX_]; /* as in the journal; "": none */
};

struct state {
	struct host_state hosts[HOSTS_MAX];
	size_t nr_hosts;
	bool loaded; /* the provider's module */
	char parameters[PARAMETERS_MAX];
	int autoprobe;		/* of the bus of the hosts */
	bool has_bus;		/* the root device of the CXL bus has its driver */
	size_t nr_entries;	/* the entries of the journal */
	size_t nr_unreadable;	/* the entries that are not JSON with hosts */
	size_t nr_memdevs;	/* the memdevs that the kernel says have an attach method */
	bool settings_are_kept; /* something is in /run/cxl/settings */
};

/* The result of a command */
struct outcome {
	int status;		    /* exit status */
	bool killed;		    /* by the walk, before it ended */
	bool endless;		    /* it did not end by itself, long after its time-out */
	bool is_json;		    /* its output is JSON */
	bool is_empty;		    /* it had no output */
	bool is_stuck;		    /* its report names a step that has not returned */
	bool refused_by_lock;	    /* another command, or a step of one, was running */
	bool port_cannot_be_reused; /* as in Documentation/findings/port-reuse.md */
	char said[2048];	    /* the beginning of standard error */
	char differs[128]; /* of a listing: the first memdev about which it and the kernel differ */
};

/*
 * What commands must restore, and what the administrator wants, since the beginning of a sequence
 */
struct duty {
	bool owed[HOSTS_MAX]; /* a command detached it: it must be attached, or in the journal */
	char override[HOSTS_MAX][NAME_MAX_];
	/*
	 * The override is undetermined: the host was removed by hand, or its override was cleared,
	 * while it was in the journal; or the journal was lost, with the entry of a killed command
	 */
	bool any_override[HOSTS_MAX];
	int autoprobe;
	char parameters[PARAMETERS_MAX];
	bool parameters_lost;	 /* the module was loaded by hand, without parameters */
	bool read_only;		 /* the journal's directory */
	bool removed[HOSTS_MAX]; /* by hand, and not found again */
	bool taken[HOSTS_MAX];	 /* cxl_pci was bound: the firmware must set the device up again */
	bool journal_lost;	 /* it was deleted while a host was in it */
	bool autoprobe_lost;	 /* its saved setting was deleted */
	bool killed;		 /* a command was killed, and none has ended by itself since */
	bool by_hand;		 /* a user acted without the commands: a command may fail */
	bool waits;		 /* a process that a command has left behind may still run */
	bool slow;
};

#endif
