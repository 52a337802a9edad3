// SPDX-License-Identifier: GPL-2.0-only
/*
 * usage: do-step ACTION BUS DRIVER DEVICE [off]
 *
 * Run one step through libcxl. Print the log, and then the result of the step. "-" stands for none.
 */
#include <stdio.h>
#include <string.h>

#include "attach/act/do-step.h"
#include "attach/model/step.h"

static void print(void *data, const char *owner, const char *function, const char *text)
{
	(void)data;
	printf("%s: %s: %s\n", owner, function, text);
}

static const char *text_or_null(const char *text)
{
	return strcmp(text, "-") == 0 ? NULL : text;
}

int main(int argc, char **argv)
{
	const struct step_log log = {.line = print};
	struct step step;
	int rc;

	if (argc < 5 || argc > 6 || !step_from_name(argv[1], &step.action))
		return 2;
	step.bus = text_or_null(argv[2]);
	step.driver = text_or_null(argv[3]);
	step.device = text_or_null(argv[4]);
	step.on = argc < 6 || strcmp(argv[5], "off") != 0;
	if (!step_is_sound(&step))
		return 2;
	rc = step_do(&step, NULL, &log);
	printf("returned %s\n", rc < 0 ? strerrorname_np(-rc) : "0");
	return 0;
}
