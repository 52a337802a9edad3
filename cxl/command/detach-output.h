/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CXL_COMMAND_DETACH_OUTPUT_H
#define CXL_COMMAND_DETACH_OUTPUT_H

#include <stdbool.h>

#include "util/html.h"

struct json_object;
struct option_arguments;

/* Where the report of detach-memdev goes: to stdout, and to the file of --html */

struct detach_output {
	const char *command; /* for messages: "cxl detach-memdev" */
	bool is_drawn;	     /* the drawing of --timeline was printed already, instead of JSON */
	const char *file;    /* of --html; NULL: there is none */
	struct html page;    /* what goes into it; released by the caller */
};

/**
 * detach_page() - begin the page, if there is to be one
 * @memdevs: as they were named
 *
 * Return: EXIT_DONE, or EXIT_FAILED after a message if the file cannot be written.
 */
int detach_page(struct detach_output *output, const struct option_arguments *memdevs);

/**
 * detach_output() - print @json, which is released, and write the page
 *
 * Return: @status, or EXIT_FAILED after a message if a part of it could not be written; a failure
 * to write the page leaves another status than EXIT_DONE as it is.
 */
int detach_output(struct detach_output *output, struct json_object *json, int status);

#endif
