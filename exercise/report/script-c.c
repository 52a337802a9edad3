// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "attach/act/worker.h"
#include "attach/model/snapshot.h"
#include "attach/model/step.h"
#include "attach/reason/restore.h"
#include "exercise/baseline.h"
#include "exercise/outcome.h"
#include "exercise/report/script-c.h"
#include "exercise/report/script-names.h"
#include "exercise/schedule.h"
#include "exercise/surroundings-steps.h"
#include "util/cleanup.h"

/* The text of reproducer.c, which runs the steps of the tables before it (meson.build) */
extern const char reproducer[];

static void print_head(const struct script *script)
{
	puts("// SPDX-License-Identifier: GPL-2.0-only\n/*");
	script_print_origin(script, " * ");
	puts(" * It needs nothing but a C library: cc -O2 -static -o reproducer FILE\n */");
	printf("#define _GNU_SOURCE\n"
	       "#include <fcntl.h>\n#include <ftw.h>\n#include <glob.h>\n#include <sched.h>\n"
	       "#include <signal.h>\n#include <stdarg.h>\n#include <stdio.h>\n"
	       "#include <stdlib.h>\n#include <string.h>\n#include <sys/mman.h>\n#include "
	       "<sys/stat.h>\n"
	       "#include <sys/syscall.h>\n#include <sys/utsname.h>\n#include <sys/wait.h>\n"
	       "#include <time.h>\n#include <unistd.h>\n\n");
}

/* Names of devices and drivers can contain any character except a slash. */
static void print_text(const char *text)
{
	putchar('"');
	for (const char *at = text; *at; at++) {
		if (*at == '"' || *at == '\\')
			putchar('\\');
		putchar(*at);
	}
	putchar('"');
}

static void print_step(const char *kind, const char *file, const char *text)
{
	printf("\t{%s, ", kind);
	print_text(file ? file : "");
	printf(", ");
	print_text(text ? text : "");
	printf("},\n");
}

/*
 * Print a step of actors_surrounding(). script_lack() names the actors whose steps C cannot
 * express.
 */
static void print_field(const struct script_names *names, const struct step *step, const char *file)
{
	if (step->action == STEP_HOLD)
		print_step(step->on ? "MAP" : "HOLD", step->bus,
			   script_device(names, step->device));
	else if (step->action == STEP_ONLINE)
		print_step("WRITE", file, step->on ? "online_movable" : "offline");
	else if (step->action == STEP_RESET)
		print_step("WRITE", file, "1");
	else
		print_step("WRITE", file, step->on ? "1" : "0");
}

static void print_one(const struct script_names *names, const struct step *step)
{
	_cleanup_free_ char *file = step_file(step);

	switch (step->action) {
	case STEP_UNBIND:
	case STEP_BIND:
		print_step("WRITE", file, script_device(names, step->device));
		break;
	case STEP_OVERRIDE:
		/* Writing an empty text would write nothing. */
		print_step("WRITE", file, step->driver ? step->driver : "\\n");
		break;
	case STEP_AUTOPROBE:
		print_step("WRITE", file, step->on ? "1" : "0");
		break;
	case STEP_REMOVE:
	case STEP_RESCAN:
	case STEP_FLUSH:
		print_step("WRITE", file, "1");
		break;
	case STEP_UNLOAD:
		print_step("UNLOAD", step->driver, NULL);
		break;
	case STEP_LOAD:
		print_step("LOAD", step->driver, step->options);
		break;
	case STEP_LIST:
		print_step("LIST", NULL, NULL);
		break;
	case STEP_OPEN:
		print_step("OPEN", NULL, NULL);
		break;
	default:
		print_field(names, step, file);
		break;
	}
}

static void print_constants(const struct script *script)
{
	const struct race_case *race_case = script->race_case;
	bool race = race_case->scenario == SCENARIO_RACE;
	const struct snapshot_host *host = &baseline_memdev(script->baseline)->host;
	int64_t least = 0, most = 0;

	if (race)
		script_offsets(script, &least, &most);
	printf("#define HOST_BUS ");
	print_text(host->subsystem);
	printf("\n#define HOST ");
	print_text(host->name);
	printf("\n#define TRIALS %zu\n#define ACTORS %zu\n#define OPERATIONS %zu\n"
	       "#define BUSY %d /* all processors, meanwhile */\n"
	       "#define IS_RACE %d\n#define OFFSET_LEAST_US %jdLL\n#define OFFSET_MOST_US "
	       "%jdLL\n"
	       "#define LONGEST_US %ju /* how long the slowest actor takes */\n"
	       "#define WHOLE_EVERY %d\n\n",
	       script->trials, race_case->nr_actors, script->prepared->nr_operations,
	       script->prepared->busy, race, (intmax_t)least, (intmax_t)most,
	       (uintmax_t)case_longest(race_case, script->durations_us), WHOLE_EVERY);
}

static void print_operations(const struct script *script)
{
	const struct script_names names = script_names_of(baseline_memdev(script->baseline));
	const struct outcome *prepared = script->prepared;

	for (size_t i = 0; i < prepared->nr_operations; i++) {
		const struct operation *operation = &prepared->operations[i];

		printf("static const struct step steps_%zu[] = {\n", i);
		for (size_t step = 0; step < operation->nr_steps; step++)
			print_one(&names, &operation->steps[step]);
		printf("};\n");
	}
	printf("static const struct operation operations[OPERATIONS] = {\n");
	for (size_t i = 0; i < prepared->nr_operations; i++) {
		const struct operation *operation = &prepared->operations[i];

		printf("\t{steps_%zu, %zu, %zu, %zu, %juLL, %d},\n", i, operation->nr_steps,
		       operation->nr_often, operation->nth,
		       (uintmax_t)(TIMES_A_TRIAL * operation->lasts_us), operation->priority > 0);
	}
	printf("};\n\n");
}

/* Bind all ports and regions: binding one that is already bound does nothing. */
static void print_restoring(const struct script *script)
{
	static const struct script_names none = {0};
	struct step *steps, *beside;
	size_t count, nr_beside;

	surroundings_restore(&script->baseline->surroundings, outcome_actors(script->prepared),
			     &beside, &nr_beside);
	restore_steps(&script->baseline->first, &script->baseline->first,
		      outcome_has_removed(script->prepared), &steps, &count);
	printf("static const struct step restoring[] = {\n");
	for (size_t i = 0; i < nr_beside; i++)
		print_one(&none, &beside[i]);
	free(beside);
	for (size_t i = 0; i < count; i++) {
		/* Bind the ports first, then the devices below them */
		if (i > 0 && steps[i].action == STEP_LOAD && steps[i - 1].action != STEP_LOAD)
			print_step("PORTS", NULL, NULL);
		print_one(&none, &steps[i]);
	}
	printf("};\n\n");
	free(steps);
}

void script_print_c(const struct script *script)
{
	print_head(script);
	printf("enum kind { WRITE, LOAD, UNLOAD, LIST, OPEN, HOLD, MAP, PORTS };\n\n"
	       "struct step {\n\tenum kind kind;\n\tconst char *file; /* or a module */\n"
	       "\tconst char *text; /* $mem and so on: the device that has that part now */\n"
	       "};\n\n"
	       "struct operation {\n\tconst struct step *steps;\n\tsize_t count;\n"
	       "\tsize_t often; /* of the steps: the others only every WHOLE_EVERY times; 0: all "
	       "*/\n"
	       "\tsize_t actor;\n\tlong long lasts_us; /* repeated for that long; 0: once */\n"
	       "\tint ranked; /* all actors are on one processor */\n};\n\n");
	print_constants(script);
	print_operations(script);
	print_restoring(script);
	fputs(reproducer, stdout);
}
