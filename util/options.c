// SPDX-License-Identifier: GPL-2.0-only
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"
#include "util/exit-status.h"
#include "util/memory.h"
#include "util/options.h"
#include "util/sysfs.h"

/* The keys of options without a short form: beyond every character, one for each table and place */
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

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct parsing *parsing = state->input;
	const struct option_set *set = parsing->set;
	struct option_arguments *arguments;

	if (key == ARGP_KEY_END) {
		if (set->check)
			set->check(parsing->values, state);
		return 0;
	}
	if (key == ARGP_KEY_ARGS && set->usage) {
		arguments = (void *)((char *)parsing->values + set->arguments);
		arguments->list = state->argv + state->next;
		arguments->count = state->argc - state->next;
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

/* As argp wants them; each table is a group of its own in --help */
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
	argp_err_exit_status = EXIT_USAGE;
	if (argp_parse(&argp, argc, argv, 0, NULL, &parsing))
		exit(EXIT_USAGE);
}
