/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef UTIL_OPTIONS_H
#define UTIL_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

struct argp_state;

/*
 * The options of a command as a table. Each entry has the option's name, its short form, and what
 * it sets in the command's own struct. The C library's argp parses the options and prints --help.
 */

enum option_sets {
	SETS_TRUE,    /* a bool */
	SETS_COUNT,   /* an int: how often the option was given */
	SETS_TEXT,    /* a const char *, which points to the argument itself */
	SETS_SECONDS, /* a double: above 0, at most a day */
	SETS_BY,      /* any type, set by @parse */
	/* As SETS_BY, with an optional argument. @parse gets NULL if it is missing. */
	SETS_BY_OPTIONAL,
};

struct command_option {
	const char *name;
	int key;	 /* the short form, 'f'; 0: none */
	const char *arg; /* the argument's name in --help; NULL: it takes none */
	const char *help;
	enum option_sets sets;
	size_t offset; /* of the member that it sets, from the table's base: OPTION_IN() */
	/* For SETS_BY and SETS_BY_OPTIONAL; calls argp_error(3) if @arg is not valid */
	void (*parse)(const char *arg, void *value, const struct argp_state *state);
};

/* What an option sets, and where: SETS_TRUE, OPTION_IN(struct options, force) */
#define OPTION_IN(type, member) offsetof(type, member)

/* The option --debug of every command. It sets sysfs_debug of util/sysfs.h. */
#define OPTION_DEBUG                                                                               \
	{.name = "debug",                                                                          \
	 .help = "Print on stderr what could not be read",                                         \
	 .sets = SETS_BY,                                                                          \
	 .parse = option_debug}

/* A table, ended by an option without a name, and the offset of its base in the command's struct */
struct option_table {
	const struct command_option *options;
	size_t base;
};

/*
 * The arguments that are not options: names, as cxl-cli takes them. One argument can have several
 * names, separated by commas or spaces ("mem0,mem1"); each becomes an element here. They stay valid
 * until the process ends.
 */
struct option_arguments {
	char **list;
	int count;
};

struct option_set {
	const struct option_table *tables; /* ended by a table without options */
	const char *usage;		   /* "MEMDEV..."; NULL: the command takes no arguments */
	size_t arguments;     /* the offset of its struct option_arguments, if it has @usage */
	const char *about;    /* printed before the options in --help */
	const char *examples; /* printed after them, with the exit statuses */
	/* Return more text for --help, a new string that the parser frees. May be NULL. */
	char *(*more_help)(void);
	/*
	 * Check the options together after parsing; calls argp_error(3) on a conflict. May be NULL.
	 */
	void (*check)(void *values, const struct argp_state *state);
};

/**
 * options_parse() - set the members of the command's struct from its arguments
 * @argv: argv[0] is the command's name in messages and in --help: "cxl list-attach"
 * @values: the struct that the offsets of the set refer to
 *
 * An invalid argument ends the program with a message and EXIT_USAGE. For a mistyped option the
 * message names the option that may have been meant. --help prints the help and exits with 0; -h
 * does the same unless another option has that short form. --list-opts prints the names of the long
 * options for shell completion and exits.
 */
void options_parse(const struct option_set *set, int argc, char **argv, void *values);

/** option_debug() - the function that parses OPTION_DEBUG */
void option_debug(const char *arg, void *value, const struct argp_state *state);

#endif
