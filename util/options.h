/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef UTIL_OPTIONS_H
#define UTIL_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

struct argp_state;

/*
 * The options of a command as a table: for each one its name, its short form, and what it sets in
 * the command's own struct. The C library's argp parses them and prints --help.
 */

enum option_sets {
	SETS_TRUE,    /* a bool */
	SETS_COUNT,   /* an int: how often it was given */
	SETS_TEXT,    /* a const char *, which stays the argument's */
	SETS_SECONDS, /* a double: more than 0, at most a day */
	SETS_BY,      /* whatever @parse sets */
	/* As SETS_BY, with an argument that can be left out: @parse then gets NULL */
	SETS_BY_OPTIONAL,
};

struct command_option {
	const char *name;
	int key;	 /* of its short form, 'f'; 0: it has none */
	const char *arg; /* what --help calls its argument; NULL: it takes none */
	const char *help;
	enum option_sets sets;
	size_t offset; /* of what it sets, from the table's base: OPTION_IN() */
	/* Of SETS_BY...; ends with argp_error(3) if @arg is not valid */
	void (*parse)(const char *arg, void *value, const struct argp_state *state);
};

/* What an option sets: SETS_TRUE, OPTION_IN(struct options, force) */
#define OPTION_IN(type, member) offsetof(type, member)

/* --debug, which every command has: sets sysfs_debug of util/sysfs.h */
#define OPTION_DEBUG                                                                               \
	{.name = "debug",                                                                          \
	 .help = "Print on stderr what could not be read",                                         \
	 .sets = SETS_BY,                                                                          \
	 .parse = option_debug}

/* A table, ended by an option without a name, and where in the command's struct its base is */
struct option_table {
	const struct command_option *options;
	size_t base;
};

/*
 * The arguments that are no options: names, as cxl-cli takes them, also several in one argument,
 * separated by commas or spaces ("mem0,mem1"). Each is one here. They stay until the process ends.
 */
struct option_arguments {
	char **list;
	int count;
};

struct option_set {
	const struct option_table *tables; /* ended by one without options */
	const char *usage;		   /* "MEMDEV..."; NULL: it takes no arguments */
	size_t arguments;     /* where its struct option_arguments is, if it has @usage */
	const char *about;    /* before the options in --help */
	const char *examples; /* after them, with the exit statuses */
	/* More of --help, a new string that the parser frees; NULL: there is no more */
	char *(*more_help)(void);
	/* Once all are parsed; ends with argp_error(3) if they do not go together. May be NULL. */
	void (*check)(void *values, const struct argp_state *state);
};

/**
 * options_parse() - set the command's own struct by its arguments
 * @argv: argv[0] is the command's name in messages and in --help: "cxl list-attach"
 * @values: the struct that the set's offsets are in
 *
 * What is not valid ends the program, with a message and EXIT_USAGE, and for a mistyped option with
 * the one that may have been meant; so does --help (0), also as -h
 * where no other option has that short form, and --list-opts, which prints the names of the long
 * options for shell completion.
 */
void options_parse(const struct option_set *set, int argc, char **argv, void *values);

/** option_debug() - see OPTION_DEBUG */
void option_debug(const char *arg, void *value, const struct argp_state *state);

#endif
