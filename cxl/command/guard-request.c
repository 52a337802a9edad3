// SPDX-License-Identifier: GPL-2.0-only
#include <getopt.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "cxl/command/guard-request.h"
#include "util/memory.h"

/*
 * The results of getopt_long() for an argument, for an option without a short form, and for
 * --no-NAME
 */
enum { KEY_ARGUMENT = 1, KEY_LONG = 0x100, KEY_NO = 0x1000 };

/* The options of a command, as getopt_long() expects them */
struct getopt_tables {
	char *short_options;
	size_t short_length;
	struct option *long_options;
	size_t nr_long;
};

static int key_of(const struct guarded_command *command, const struct cxl_cli_option *option)
{
	return option->key ?: KEY_LONG + (int)(option - command->options);
}

static void add_short(struct getopt_tables *tables, char character)
{
	*APPEND(tables->short_options, tables->short_length) = character;
}

static void add_long(struct getopt_tables *tables, const char *name, int has_value, int key)
{
	*APPEND(tables->long_options, tables->nr_long) =
		(struct option){name, has_value, NULL, key};
}

/*
 * "-" makes getopt_long() report arguments in their order, whatever POSIXLY_CORRECT says, because
 * cxl-cli ignores that variable. ":" distinguishes a missing value from an unknown option.
 */
static struct getopt_tables getopt_tables(const struct guarded_command *command)
{
	const struct cxl_cli_option *option = command->options;
	struct getopt_tables tables = {0};

	add_short(&tables, '-');
	add_short(&tables, ':');
	for (; option->name; option++) {
		int key = key_of(command, option);

		if (option->key) {
			add_short(&tables, option->key);
			if (option->takes_value)
				add_short(&tables, ':');
		}
		add_long(&tables, option->name,
			 option->takes_value ? required_argument : no_argument, key);
		add_long(&tables, xasprintf("no-%s", option->name), no_argument, KEY_NO | key);
	}
	add_short(&tables, 'h');
	add_short(&tables, '\0');
	add_long(&tables, "help", no_argument, 'h');
	add_long(&tables, "help-all", no_argument, 'h');
	add_long(&tables, NULL, no_argument, 0);
	return tables;
}

static void release_tables(struct getopt_tables *tables)
{
	for (size_t i = 0; i < tables->nr_long; i++) {
		if (tables->long_options[i].val & KEY_NO)
			free((char *)tables->long_options[i].name);
	}
	free(tables->long_options);
	free(tables->short_options);
}

static enum cxl_cli_option_meaning meaning_of(const struct guarded_command *command, int key)
{
	const struct cxl_cli_option *option = command->options;

	while (option->name && key_of(command, option) != key)
		option++;
	return option->meaning; /* MEANS_NOTHING for the end of the table */
}

/* @value is the option's value, or NULL; without @set, the option was given as --no-NAME */
static void set_option(struct guard_request *request, enum cxl_cli_option_meaning meaning, bool set,
		       const char *value)
{
	switch (meaning) {
	case MEANS_NOTHING:
		break;
	case MEANS_BUS:
		request->filters.bus = set ? value : NULL;
		break;
	case MEANS_DECODER:
		request->filters.decoder = set ? value : NULL;
		break;
	case MEANS_FORCE:
		request->force = set;
		break;
	case MEANS_SERIAL:
		request->kind = set ? SELECT_MEMDEVS_BY_SERIAL : SELECT_MEMDEVS;
		break;
	case MEANS_ENDPOINT:
		request->kind = set ? SELECT_ENDPOINTS : SELECT_PORTS;
		break;
	}
}

static void set_by_key(struct guard_request *request, int key)
{
	if (key == '?' || key == ':')
		request->not_understood = true;
	else if (key == 'h') /* cxl-cli stops at -h if it understands everything before it */
		request->help = request->help || !request->not_understood;
	else if (key != -1)
		set_option(request, meaning_of(request->command, key & ~KEY_NO), !(key & KEY_NO),
			   optarg);
}

/*
 * The options of this program must be given in full: an abbreviation belongs to an option of
 * cxl-cli.
 */
static bool set_ours(struct guard_request *request, const char *option)
{
	bool dry_run = option && strcmp(option, "--dry-run") == 0;
	bool explain = option && strcmp(option, "--explain") == 0;

	request->dry_run |= dry_run;
	request->explain |= explain;
	return dry_run || explain;
}

/* What getopt_long() steps over is either an argument, or an option with or without its value. */
static void parse(struct guard_request *request, const struct getopt_tables *tables, int argc,
		  char **argv)
{
	int key = 0, seen = 1;

	opterr = 0;
	optind = 1;
	while (key != -1) {
		if (set_ours(request, argv[optind])) {
			seen = ++optind;
			continue;
		}
		key = getopt_long(argc, argv, tables->short_options, tables->long_options, NULL);
		if (key == KEY_ARGUMENT)
			*APPEND(request->arguments, request->nr_arguments) = optarg;
		else
			set_by_key(request, key);
		for (; seen < optind; seen++) {
			if (key != KEY_ARGUMENT)
				*APPEND(request->options, request->nr_options) = argv[seen];
		}
	}
	for (; seen < argc; seen++)
		*APPEND(request->arguments, request->nr_arguments) = argv[seen];
}

void guard_request_parse(const struct guarded_command *command, int argc, char **argv,
			 struct guard_request *request)
{
	struct getopt_tables tables = getopt_tables(command);

	*request =
		(struct guard_request){.name = argv[1], .command = command, .kind = command->kind};
	*APPEND(request->options, request->nr_options) = argv[1];
	parse(request, &tables, argc - 1, argv + 1);
	release_tables(&tables);
}

void guard_request_release(struct guard_request *request)
{
	free(request->options);
	free(request->arguments);
}
