// SPDX-License-Identifier: GPL-2.0-only
#include <json-c/json.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "attach/model/snapshot.h"
#include "attach/reason/evidence.h"
#include "attach/reason/plan.h"
#include "exercise/baseline.h"
#include "exercise/outcome.h"
#include "exercise/prepare.h"
#include "exercise/report/log.h"
#include "exercise/report/script-c.h"
#include "exercise/report/script-field.h"
#include "exercise/report/script-names.h"
#include "exercise/report/script.h"
#include "exercise/schedule.h"
#include "test/unit/small-machine.h"
#include "util/cleanup.h"
#include "util/memory.h"

/* A trial from the schedule to the log and to a script, for mem0 of the small machine */

static uint64_t durations[NR_ACTORS];

struct prepared {
	struct baseline baseline;
	struct race_case race_case;
	struct trial trial;
	struct outcome outcome;
	struct plan plan;
	char *why;
};

static void prepare(struct prepared *prepared, enum interleaving interleaving, size_t nr_actors,
		    const enum actor *actors)
{
	static const char *const nothing[] = {NULL};
	const struct preparation preparation = {&prepared->baseline, durations, &prepared->plan};

	*prepared = (struct prepared){
		.baseline.host = (char *)"0000:11:00.0",
		.race_case = {.scenario = nr_actors == 1   ? SCENARIO_ALONE
					  : nr_actors == 2 ? SCENARIO_RACE
							   : SCENARIO_STORM,
			      .nr_actors = nr_actors},
		.trial = {.number = 7, .race_case = 2, .interleaving = interleaving},
	};
	for (size_t i = 0; i < NR_ACTORS; i++)
		durations[i] = 1000 * (i + 1);
	memcpy(prepared->race_case.actors, actors, nr_actors * sizeof(*actors));
	small_machine(&prepared->baseline.first, nothing);
	attach_infer(&prepared->baseline.first, &prepared->baseline.answers);
	prepared->baseline.surroundings = (struct surroundings){
		.memdev = &prepared->baseline.first.memdevs[0],
		.expander = &prepared->baseline.first.memdevs[2],
		.root_decoder = "decoder0.0",
		.window = (char *)"window0",
		.slot = (char *)"7",
		.port = (char *)"0000:10:00.0",
		.refuses = true,
		.resets = true,
	};
	prepared->why = prepare_trial(&preparation, &prepared->race_case, &prepared->trial,
				      &prepared->outcome);
}

#define PREPARE(prepared, interleaving, ...)                                                       \
	prepare(prepared, interleaving, sizeof((enum actor[]){__VA_ARGS__}) / sizeof(enum actor),  \
		(enum actor[]){__VA_ARGS__})

static void release(struct prepared *prepared)
{
	free(prepared->why);
	outcome_release(&prepared->outcome);
	plan_release(&prepared->plan);
	attach_answers_release(&prepared->baseline.answers);
	snapshot_release(&prepared->baseline.first);
}

/* Return the record as text, without its time, and release the object */
static const char *text_of(struct json_object *record)
{
	static char text[4096];

	json_object_object_del(record, "time_us");
	snprintf(text, sizeof(text), "%s",
		 json_object_to_json_string_ext(record, JSON_C_TO_STRING_PLAIN |
								JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(record);
	return text;
}

static void what_will_be_done_is_recorded_first(void **state)
{
	struct prepared prepared;
	_cleanup_free_ char *mark = NULL;

	(void)state;
	PREPARE(&prepared, INTERLEAVING_HALVES, ACTOR_HOST, ACTOR_LIST);
	assert_null(prepared.why);
	assert_string_equal(
		text_of(record_trial(&prepared.trial, &prepared.outcome)),
		"{\"record\":\"trial\",\"trial\":7,\"case\":2,\"offset\":0.0,"
		"\"interleaving\":\"halves\",\"lasts_us\":72000,\"operations\":["
		"{\"actor\":\"host\",\"delay_us\":0,\"steps\":[\"unbind 0000:11:00.0 from sfc\"]},"
		"{\"actor\":\"host\",\"delay_us\":0,\"steps\":[\"bind 0000:11:00.0 to sfc\"]},"
		"{\"actor\":\"list\",\"delay_us\":0,\"steps\":[\"read every CXL device\"]}]}");
	mark = trial_mark(&prepared.trial, &prepared.race_case);
	assert_string_equal(mark, "cxl exercise-autoremove: trial 7: host list");
	release(&prepared);
	PREPARE(&prepared, INTERLEAVING_TURNS, ACTOR_OPEN);
	assert_string_equal(text_of(record_measure(&prepared.outcome)),
			    "{\"record\":\"measure\",\"operations\":[{\"actor\":\"open\","
			    "\"delay_us\":0,\"steps\":[\"open the file of mem0\"]}]}");
	release(&prepared);
}

static void what_came_of_it_is_recorded_then(void **state)
{
	const struct step_result results[] = {
		{.begun_us = 1000, .ended_us = 1500, .rc = -16},
		{.begun_us = 1500, .ended_us = 2500, .rc = -19},
	};
	struct prepared prepared;

	(void)state;
	PREPARE(&prepared, INTERLEAVING_TURNS, ACTOR_HOST, ACTOR_PCI_REMOVE);
	assert_true(outcome_has_removed(&prepared.outcome));
	outcome_time(&prepared.outcome.operations[0], results, 2);
	prepared.outcome.operations[1].begun_us = 1200;
	outcome_note(&prepared.outcome, "leak", memory_check(strdup("leak of a port")),
		     memory_check(strdup("the detail")));
	prepared.outcome.log_lost = true;
	assert_string_equal(text_of(record_result(&prepared.trial, &prepared.outcome, 9000)),
			    "{\"record\":\"result\",\"trial\":7,\"took_us\":9000,\"exposure_us\":0,"
			    "\"log_lost\":true,\"operations\":["
			    "{\"actor\":\"host\",\"begun_us\":0,\"ended_us\":1500,"
			    "\"error\":\"Device or resource busy\"},"
			    "{\"actor\":\"pci-remove\",\"begun_us\":200}],"
			    "\"findings\":[{\"kind\":\"leak\",\"signature\":\"leak of a port\","
			    "\"detail\":\"the detail\"}]}");
	release(&prepared);
	assert_string_equal(text_of(record_end("stopped", "a process is stuck")),
			    "{\"record\":\"end\",\"how\":\"stopped\","
			    "\"why\":\"a process is stuck\"}");
}

static void the_schedule_is_recorded_at_the_start(void **state)
{
	struct json_object *record;
	struct schedule schedule;

	(void)state;
	schedule_open(&schedule, 5);
	schedule_add(&schedule, SCENARIO_ALONE, 1U << ACTOR_PORT);
	schedule_add(&schedule, SCENARIO_RACE, 1U << ACTOR_HOST | 1U << ACTOR_LIST);
	schedule.shard = (struct shard){2, 3};
	schedule.one_interleaving = true;
	schedule.interleaving = INTERLEAVING_HALVES;
	record = record_start(&(struct log_start){.host = "0000:11:00.0",
						  .schedule = &schedule,
						  .seed = 5,
						  .trials = 7,
						  .timeout = 30,
						  .max_exposure = 0.5,
						  .first = 3});
	json_object_object_del(record, "kernel");
	json_object_object_del(record, "version");
	assert_string_equal(text_of(record),
			    "{\"record\":\"start\",\"host\":\"0000:11:00.0\",\"seed\":5,"
			    "\"first\":3,\"shard\":2,\"shards\":3,\"options\":{\"trials\":7,"
			    "\"interleaving\":\"halves\",\"timeout\":30.0,\"max_exposure\":0.5},"
			    "\"cases\":[{\"scenario\":\"alone\",\"actors\":[\"port\"]},"
			    "{\"scenario\":\"race\",\"actors\":[\"host\",\"list\"]}]}");
	schedule_close(&schedule);
}

static void an_actor_that_cannot_act_says_why(void **state)
{
	static const char *const no_region[] = {"region0", NULL};
	struct preparation preparation;
	struct prepared prepared;
	char *why;

	(void)state;
	PREPARE(&prepared, INTERLEAVING_TURNS, ACTOR_REGION);
	assert_null(prepared.why);
	assert_int_equal(prepared.outcome.operations[0].nr_steps, 2);
	outcome_release(&prepared.outcome);
	attach_answers_release(&prepared.baseline.answers);
	snapshot_release(&prepared.baseline.first);
	small_machine(&prepared.baseline.first, no_region);
	attach_infer(&prepared.baseline.first, &prepared.baseline.answers);
	preparation = (struct preparation){&prepared.baseline, durations, &prepared.plan};
	why = prepare_trial(&preparation, &prepared.race_case, &prepared.trial, &prepared.outcome);
	assert_string_equal(why, "mem0 has no region with a driver");
	free(why);
	release(&prepared);
}

/* The commands that check a script in each language */
static const struct language {
	void (*print)(const struct script *script);
	const char *const *checker;
} shell = {script_print, (const char *const[]){"bash", "-n", NULL}},
  c = {script_print_c, (const char *const[]){"cc", "-fsyntax-only", "-Wall", "-Wextra", "-Werror",
					     "-xc", "-", NULL}};

/* Print the script of a prepared trial into @file */
static void print_script(const struct prepared *prepared, const struct language *language,
			 FILE *file)
{
	const struct script script = {
		.baseline = &prepared->baseline,
		.durations_us = durations,
		.race_case = &prepared->race_case,
		.prepared = &prepared->outcome,
		.trials = 12,
		.fixed = prepared->race_case.scenario == SCENARIO_RACE,
		.offset = -0.5,
	};
	int standard = dup(STDOUT_FILENO);

	fflush(stdout);
	dup2(fileno(file), STDOUT_FILENO);
	language->print(&script);
	fflush(stdout);
	dup2(standard, STDOUT_FILENO);
	close(standard);
}

/* Check that it is a script in that language, and has a line with each of the texts */
static void check_one(const struct prepared *prepared, const struct language *language,
		      const char *const *texts)
{
	char *script = memory_check(calloc(1, 32768));
	FILE *file = tmpfile();
	pid_t pid;
	int status;

	assert_null(prepared->why);
	assert_non_null(file);
	print_script(prepared, language, file);
	rewind(file);
	assert_true(fread(script, 1, 32768, file) < 32768);
	for (; *texts; texts++) {
		if (!strstr(script, *texts))
			fail_msg("'%s' is not in:\n%s", *texts, script);
	}
	pid = fork();
	if (pid == 0) {
		lseek(fileno(file), 0, SEEK_SET);
		dup2(fileno(file), STDIN_FILENO);
		execvp(language->checker[0], (char *const *)language->checker);
		_exit(127);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	fclose(file);
	free(script);
}

/* Check the script in the shell's language, and the one in C */
static void check_script(struct prepared *prepared, const char *const *texts)
{
	static const char *const nothing[] = {NULL};

	check_one(prepared, &shell, texts);
	check_one(prepared, &c, nothing);
	release(prepared);
}

#define CHECK_SCRIPT(prepared, ...) check_script(prepared, (const char *const[]){__VA_ARGS__, NULL})

static void a_script_does_what_the_trial_does(void **state)
{
	struct prepared prepared;

	(void)state;
	PREPARE(&prepared, INTERLEAVING_TURNS, ACTOR_MEMDEV);
	CHECK_SCRIPT(&prepared, ": memdev, up to 12 times.\n",
		     "\t(echo \"$mem\" >\"/sys/bus/cxl/drivers/cxl_mem/unbind\"; "
		     "echo \"0000:11:00.0\" >\"/sys/bus/pci/drivers/sfc/bind\"; ) &\n",
		     "trial <= 12;");
	PREPARE(&prepared, INTERLEAVING_TURNS, ACTOR_PCI_REMOVE);
	CHECK_SCRIPT(&prepared, "echo 1 >\"/sys/bus/pci/devices/0000:11:00.0/remove\"",
		     "echo 1 >\"/sys/bus/pci/rescan\"");
	PREPARE(&prepared, INTERLEAVING_TURNS, ACTOR_MODULE);
	CHECK_SCRIPT(&prepared, "modprobe -r \"sfc\"; modprobe \"sfc\"");
	PREPARE(&prepared, INTERLEAVING_TURNS, ACTOR_ENDPOINT, ACTOR_LIST);
	CHECK_SCRIPT(&prepared, ": endpoint list at the same time, up to 12 times.\n",
		     "offset=$(between -5062 -3937)", "echo \"$endpoint\" >",
		     "cat /sys/bus/cxl/devices/*/* >/dev/null", "kill \"${busy[@]}\"");
	PREPARE(&prepared, INTERLEAVING_ONE_CPU, ACTOR_PORT, ACTOR_OPEN);
	CHECK_SCRIPT(&prepared, "taskset -pc", "rank 1; ", "((time % ", "echo \"$port\" >",
		     ": <>\"/dev/cxl/$mem\"");
	PREPARE(&prepared, INTERLEAVING_HALVES, ACTOR_HOST, ACTOR_REGION, ACTOR_BUS);
	CHECK_SCRIPT(&prepared, "delay[2]=$(between 0 8000)", "echo \"$region\" >",
		     "echo \"ACPI0017:00\" >");
}

static void a_script_does_what_is_done_beside_the_memdev(void **state)
{
	struct prepared prepared;

	(void)state;
	PREPARE(&prepared, INTERLEAVING_TURNS, ACTOR_SLOT, ACTOR_HOLD);
	assert_null(script_lack(&prepared.outcome, SCRIPT_SHELL));
	CHECK_SCRIPT(&prepared, "echo 0 >\"/sys/bus/pci/slots/7/power\"",
		     "\techo 1 >\"/sys/bus/pci/slots/7/power\"\n",
		     "sleep 0.05 <>\"/dev/cxl/$mem\"");
	PREPARE(&prepared, INTERLEAVING_TURNS, ACTOR_REFUSE, ACTOR_RESET);
	CHECK_SCRIPT(&prepared, "echo 1 >\"/sys/module/sfc/parameters/refuse\"",
		     "echo 1 >\"/sys/bus/pci/devices/0000:11:00.0/reset\"",
		     "\techo 0 >\"/sys/module/sfc/parameters/refuse\"\n");
	PREPARE(&prepared, INTERLEAVING_TURNS, ACTOR_CREATE, ACTOR_HOST);
	assert_string_equal(script_lack(&prepared.outcome, SCRIPT_C), "create-region");
	check_one(&prepared, &shell,
		  (const char *const[]){"destroy() {",
					"create \"pci\" \"0000:31:00.0\" \"decoder0.0\"", NULL});
	release(&prepared);
	PREPARE(&prepared, INTERLEAVING_TURNS, ACTOR_MAP, ACTOR_MEMDEV);
	assert_string_equal(script_lack(&prepared.outcome, SCRIPT_SHELL), "map");
	assert_null(script_lack(&prepared.outcome, SCRIPT_C));
	check_one(&prepared, &c, (const char *const[]){"{MAP, \"\", \"window0\"}", NULL});
	release(&prepared);
	PREPARE(&prepared, INTERLEAVING_TURNS, ACTOR_NEIGHBOR);
	assert_string_equal(prepared.why,
			    "neighbor is not possible: no other memdev of its bus is attached");
	release(&prepared);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_will_be_done_is_recorded_first),
		cmocka_unit_test(what_came_of_it_is_recorded_then),
		cmocka_unit_test(the_schedule_is_recorded_at_the_start),
		cmocka_unit_test(an_actor_that_cannot_act_says_why),
		cmocka_unit_test(a_script_does_what_the_trial_does),
		cmocka_unit_test(a_script_does_what_is_done_beside_the_memdev),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
