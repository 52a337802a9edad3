// SPDX-License-Identifier: GPL-2.0-only
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"
#include "util/exit-status.h"
#include "util/memory.h"
#include "util/nearest.h"
#include "util/options.h"
#include "util/sysfs.h"

/* The keys of options without a short form: above every character, one for each table and index */
#define KEY_OF(table, index) (0x1000 * (int)((table) + 1) + (int)(index))

#define SECONDS_MAX 86400

struct parsing {
	const struct option_set *set;
	void *values;
};

void option_debug(const char *arg, void *value, const struct argp_state *state)
{
	(void)arg;
	(void)value;
	(void)state;
	sysfs_debug = true;
}

static double parse_seconds(const char *arg, const struct argp_state *state)
{
	char *end;
	double value = strtod(arg, &end);

	if (end == arg || *end || !(value > 0) || value > SECONDS_MAX)
		argp_error(state, "invalid number of seconds '%s' (expected 0 to %d)", arg,
			   SECONDS_MAX);
	return value;
}

static void set_value(const struct command_option *option, void *value, char *arg,
		      const struct argp_state *state)
{
	switch (option->sets) {
	case SETS_TRUE:
		*(bool *)value = true;
		break;
	case SETS_COUNT:
		++*(int *)value;
		break;
	case SETS_TEXT:
		*(const char **)value = arg;
		break;
	case SETS_SECONDS:
		*(double *)value = parse_seconds(arg, state);
		break;
	case SETS_BY:
	case SETS_BY_OPTIONAL:
		option->parse(arg, value, state);
		break;
	}
}

static bool set_by_key(const struct parsing *parsing, int key, char *arg,
		       const struct argp_state *state)
{
	const struct option_table *tables = parsing->set->tables;

	for (size_t i = 0; tables[i].options; i++) {
		const struct command_option *option = tables[i].options;

		for (size_t j = 0; option[j].name; j++) {
			if (key != (option[j].key ?: KEY_OF(i, j)))
				continue;
			set_value(&option[j],
				  (char *)parsing->values + tables[i].base + option[j].offset, arg,
				  state);
			return true;
		}
	}
	return false;
}

/*
 * Split an argument at separators. An empty argument remains a name, which is then reported as
 * invalid.
 */
static void add_names(struct option_arguments *arguments, char *argument)
{
	static const char separators[] = ", ";
	size_t count = (size_t)arguments->count;
	char *rest = argument, *name;

	if (argument[strspn(argument, separators)] == '\0') {
		*APPEND(arguments->list, count) = argument;
	} else {
		while ((name = strsep(&rest, separators))) {
			if (*name)
				*APPEND(arguments->list, count) = name;
		}
	}
	arguments->count = (int)count;
}

static void set_arguments(const struct argp_state *state, struct option_arguments *arguments)
{
	static struct option_arguments kept;

	kept = (struct option_arguments){0};
	for (int i = state->next; i < state->argc; i++)
		add_names(&kept, state->argv[i]);
	*arguments = kept;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct parsing *parsing = state->input;
	const struct option_set *set = parsing->set;

	if (key == ARGP_KEY_END) {
		if (set->check)
			set->check(parsing->values, state);
		return 0;
	}
	if (key == ARGP_KEY_ARGS && set->usage) {
		set_arguments(state, (void *)((char *)parsing->values + set->arguments));
		return 0;
	}
	if (set_by_key(parsing, key, arg, state))
		return 0;
	if (key != 'h')
		return ARGP_ERR_UNKNOWN;
	argp_state_help(state, state->out_stream, ARGP_HELP_STD_HELP);
	return 0;
}

static char *help_filter(int key, const char *text, void *input)
{
	const struct parsing *parsing = input;

	return key == ARGP_KEY_HELP_EXTRA && parsing->set->more_help ? parsing->set->more_help()
								     : (char *)text;
}

/* Convert the tables into the form of argp. Each table becomes a group of its own in --help. */
static struct argp_option *argp_options(const struct option_table *tables)
{
	struct argp_option *list = NULL;
	bool has_h = false;
	size_t count = 0;

	for (size_t i = 0; tables[i].options; i++) {
		const struct command_option *option = tables[i].options;

		for (size_t j = 0; option[j].name; j++) {
			has_h |= option[j].key == 'h';
			*APPEND(list, count) = (struct argp_option){
				.name = option[j].name,
				.key = option[j].key ?: KEY_OF(i, j),
				.arg = option[j].arg,
				.flags = option[j].sets == SETS_BY_OPTIONAL ? OPTION_ARG_OPTIONAL
									    : 0,
				.doc = option[j].help,
				.group = (int)i + 1,
			};
		}
	}
	if (!has_h)
		*APPEND(list, count) = (struct argp_option){.key = 'h', .flags = OPTION_HIDDEN};
	APPEND(list, count);
	return list;
}

static void list_options(const struct option_table *tables)
{
	for (size_t i = 0; tables[i].options; i++) {
		for (const struct command_option *option = tables[i].options; option->name;
		     option++)
			printf("--%s ", option->name);
	}
	puts("--help");
	exit(fflush(stdout) == EOF ? EXIT_FAILED : EXIT_DONE);
}

/* Find the option that @word, which begins with --, names or abbreviates; NULL if there is none */
static const struct argp_option *find_long(const struct argp_option *list, const char *word)
{
	size_t length = strcspn(word + 2, "=");

	for (; list->name || list->key; list++) {
		if (list->name && strncmp(list->name, word + 2, length) == 0)
			return list;
	}
	return NULL;
}

/* Test whether the next argument is the value of the last short option in @word, as in "-uo" */
static bool takes_next(const struct argp_option *list, const char *word)
{
	for (; *word; word++) {
		const struct argp_option *option = list;

		while ((option->name || option->key) && option->key != *word)
			option++;
		if (option->arg && !(option->flags & OPTION_ARG_OPTIONAL))
			return word[1] == '\0';
	}
	return false;
}

/*
 * Find the first argument that looks like an option but is not a known one; NULL if there is none
 */
static const char *find_unknown(const struct argp_option *list, char **argv)
{
	for (argv++; *argv && strcmp(*argv, "--") != 0; argv++) {
		const struct argp_option *option = NULL;
		bool next = false;

		if (strncmp(*argv, "--", 2) == 0) {
			option = find_long(list, *argv);
			if (!option)
				return *argv;
			next = option->arg && !(option->flags & OPTION_ARG_OPTIONAL) &&
			       !strchr(*argv, '=');
		} else if (**argv == '-') {
			next = takes_next(list, *argv + 1);
		}
		if (next && argv[1])
			argv++;
	}
	return NULL;
}

/*
 * argp reports an unknown option, but does not suggest the nearest one, and has no hook to add a
 * suggestion.
 */
static void check_mistyped(const struct argp_option *list, char **argv)
{
	static const char *const more[] = {"help", "usage", "list-opts"};
	const char *unknown = find_unknown(list, argv), *meant;
	_cleanup_free_ const char **names = NULL;
	_cleanup_free_ char *typed = NULL;
	size_t count = 0;

	if (!unknown)
		return;
	for (; list->name || list->key; list++) {
		if (list->name)
			*APPEND(names, count) = list->name;
	}
	for (size_t i = 0; i < sizeof(more) / sizeof(*more); i++)
		*APPEND(names, count) = more[i];
	typed = xasprintf("%.*s", (int)strcspn(unknown + 2, "="), unknown + 2);
	meant = nearest(typed, names, count);
	if (!meant || strncmp(meant, typed, strlen(typed)) == 0)
		return;
	fprintf(stderr, "%s: unrecognized option '--%s' (did you mean '--%s'?)\n", argv[0], typed,
		meant);
	exit(EXIT_USAGE);
}

void options_parse(const struct option_set *set, int argc, char **argv, void *values)
{
	_cleanup_free_ struct argp_option *list = argp_options(set->tables);
	_cleanup_free_ char *doc = xasprintf("%s\v%s", set->about, set->examples ?: "");
	const struct argp argp = {
		.options = list,
		.parser = parse,
		.args_doc = set->usage,
		.doc = doc,
		.help_filter = help_filter,
	};
	struct parsing parsing = {set, values};

	if (argc == 2 && strcmp(argv[1], "--list-opts") == 0)
		list_options(set->tables);
	check_mistyped(list, argv);
	argp_err_exit_status = EXIT_USAGE;
	if (argp_parse(&argp, argc, argv, 0, NULL, &parsing))
		exit(EXIT_USAGE);
}
