// SPDX-License-Identifier: GPL-2.0-only
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "attach/model/snapshot.h"
#include "attach/read/dependents.h"
#include "attach/read/take.h"
#include "attach/read/users.h"
#include "attach/reason/evidence.h"
#include "attach/reason/verdict.h"
#include "cxl/command/cxl-cli.h"
#include "cxl/command/guard.h"
#include "cxl/command/mistyped.h"
#include "cxl/command/selection.h"
#include "cxl/command/there-is.h"
#include "cxl/report/guard-report.h"
#include "util/cleanup.h"
#include "util/exit-status.h"
#include "util/interrupt.h"
#include "util/json.h"
#include "util/memory.h"
#include "util/progress.h"
#include "util/unread.h"

/* The machine at one time, and the verdicts on the objects that each argument selects */
struct assessment {
	struct snapshot snapshot;
	struct attach_answers answers;
	/*
	 * Nothing is attached or locked. No device disappeared while the machine was read either:
	 * it could have returned unnoticed.
	 */
	bool all_allowed;
	struct verdicts *verdicts; /* one for each argument */
};

static void judge_argument(const struct guard_request *request, struct assessment *assessment,
			   int argument)
{
	struct verdicts *verdicts = &assessment->verdicts[argument];
	struct verdict_object *objects;
	size_t count = selection_find(&assessment->snapshot, request->kind, &request->filters,
				      request->arguments[argument], &objects);

	for (size_t i = 0; i < count; i++)
		verdict_judge(&assessment->answers, request->command->operation, request->force,
			      &objects[i], APPEND(verdicts->list, verdicts->count));
	free(objects);
}

static void release(const struct guard_request *request, struct assessment *assessment)
{
	for (int i = 0; i < request->nr_arguments; i++)
		verdicts_release(&assessment->verdicts[i]);
	free(assessment->verdicts);
	attach_answers_release(&assessment->answers);
	snapshot_release(&assessment->snapshot);
}

static int read_machine(struct assessment *assessment)
{
	int rc = snapshot_take(ROOT_LIVE, &assessment->snapshot);

	if (rc < 0)
		return rc;
	attach_infer(&assessment->snapshot, &assessment->answers);
	assessment->all_allowed =
		verdict_all_allowed(&assessment->answers) && assessment->snapshot.nr_left_out == 0;
	if (!assessment->all_allowed) {
		snapshot_read_dependents(&assessment->snapshot);
		snapshot_read_users(&assessment->snapshot);
	}
	return 0;
}

/* Return false, after a message, if the machine cannot be read */
static bool assess(const struct guard_request *request, struct assessment *assessment)
{
	_cleanup_free_ char *what = NULL;
	int rc;

	progress_begin("cxl: reading the CXL devices");
	rc = read_machine(assessment);
	progress_end();
	if (rc < 0) {
		fprintf(stderr, "cxl %s: refused: cannot read the CXL devices: %s\n", request->name,
			strerror(-rc));
		return false;
	}
	assessment->verdicts = memory_check(
		calloc((size_t)request->nr_arguments + 1, sizeof(*assessment->verdicts)));
	for (int i = 0; i < request->nr_arguments; i++)
		judge_argument(request, assessment, i);
	what = unread_text();
	if (!what)
		return true;
	fprintf(stderr, "cxl %s: refused: cannot read %s\n", request->name, what);
	release(request, assessment);
	return false;
}

static bool refuses_any(const struct guard_request *request, const struct assessment *assessment)
{
	for (int i = 0; i < request->nr_arguments; i++) {
		if (verdicts_refuse_any(&assessment->verdicts[i]))
			return true;
	}
	return false;
}

/* Test whether an argument before number @argument also selects the object of @verdict */
static bool is_repeated(const struct assessment *assessment, int argument,
			const struct verdict *verdict)
{
	for (int i = 0; i < argument; i++) {
		if (verdicts_find(&assessment->verdicts[i], verdict_object_name(&verdict->object)))
			return true;
	}
	return false;
}

struct printing {
	const struct guard_request *request;
	const struct assessment *assessment;
	struct json_stream stream;
};

/* Print each verdict once, even if several arguments select its object */
static void print_each(struct printing *printing,
		       void (*print)(struct printing *printing, const struct verdict *verdict))
{
	const struct assessment *assessment = printing->assessment;

	for (int i = 0; i < printing->request->nr_arguments; i++) {
		for (size_t j = 0; j < assessment->verdicts[i].count; j++) {
			const struct verdict *verdict = &assessment->verdicts[i].list[j];

			if (!is_repeated(assessment, i, verdict))
				print(printing, verdict);
		}
	}
}

static void print_json(struct printing *printing, const struct verdict *verdict)
{
	json_item(&printing->stream, guard_json(printing->request->name, verdict));
}

static void print_explanation(struct printing *printing, const struct verdict *verdict)
{
	guard_explain(&printing->assessment->answers, printing->request->name, verdict);
}

static void print_message(struct printing *printing, const struct verdict *verdict)
{
	guard_say(printing->request->name, verdict);
}

/* Return the objects that an argument could select without the filters */
static char *objects_there(const struct guard_request *request, const struct snapshot *snapshot)
{
	bool by_serial = request->kind == SELECT_MEMDEVS_BY_SERIAL;
	struct verdict_object *objects;
	size_t count = selection_find(snapshot, by_serial ? SELECT_MEMDEVS : request->kind,
				      &(struct selection_filters){0}, "all", &objects);
	struct there_is there;

	there_is_begin(&there);
	for (size_t i = 0; i < count; i++)
		there_is_add(&there, verdict_object_name(&objects[i]));
	free(objects);
	return there_is_end(&there);
}

/* Without this message, the lack of a verdict could be mistaken for a permission to remove. */
static void say_what_is_not_there(const struct guard_request *request,
				  const struct assessment *assessment)
{
	for (int i = 0; i < request->nr_arguments; i++) {
		_cleanup_free_ char *there = NULL;

		if (assessment->verdicts[i].count > 0)
			continue;
		there = objects_there(request, &assessment->snapshot);
		fprintf(stderr, "cxl %s: nothing matches '%s' (there is: %s)\n", request->name,
			request->arguments[i], there);
	}
}

/* --dry-run and --explain */
static int show(const struct guard_request *request, const struct assessment *assessment)
{
	struct printing printing = {.request = request, .assessment = assessment};
	int rc = 0;

	say_what_is_not_there(request, assessment);
	if (request->explain)
		print_each(&printing, print_explanation);
	if (request->dry_run) {
		print_each(&printing, print_json);
		rc = json_end(&printing.stream);
	}
	if (rc == 0)
		rc = json_flush();
	if (rc < 0) {
		fprintf(stderr, "cxl %s: cannot write the answer: %s\n", request->name,
			strerror(-rc));
		return EXIT_FAILED;
	}
	return refuses_any(request, assessment) ? EXIT_REFUSED : EXIT_DONE;
}

/* A command line for cxl-cli */
struct command_line {
	char **argv;
	size_t argc;
};

static void add_word(struct command_line *line, const char *word)
{
	*APPEND(line->argv, line->argc) = (char *)word;
}

static struct command_line begin_command_line(const struct guard_request *request)
{
	struct command_line line = {0};

	add_word(&line, "cxl");
	for (int i = 0; i < request->nr_options; i++)
		add_word(&line, request->options[i]);
	return line;
}

/*
 * Pass an argument on unchanged if none of its objects is refused. Otherwise pass each allowed
 * object by its name. An argument with a serial number selects one memdev: if that is refused,
 * nothing remains to pass.
 */
static void add_allowed(struct command_line *line, const struct guard_request *request,
			const struct assessment *assessment, int argument)
{
	const struct verdicts *verdicts = &assessment->verdicts[argument];

	if (!verdicts_refuse_any(verdicts)) {
		add_word(line, request->arguments[argument]);
		return;
	}
	for (size_t i = 0; i < verdicts->count; i++) {
		if (verdicts->list[i].kind != VERDICT_REFUSED &&
		    request->kind != SELECT_MEMDEVS_BY_SERIAL)
			add_word(line, verdict_object_name(&verdicts->list[i].object));
	}
}

/* cxl-cli has printed a message about its own error, but not about a crash. */
static void say_how_rest_ended(const struct guard_request *request, int status)
{
	const char *name = request->name;

	if (WIFSIGNALED(status))
		fprintf(stderr,
			"cxl %s: cxl-cli was killed by signal %d (%s) on the remaining objects\n",
			name, WTERMSIG(status), strsignal(WTERMSIG(status)));
	else if (WEXITSTATUS(status) != 0)
		fprintf(stderr, "cxl %s: cxl-cli ended with status %d on the remaining objects\n",
			name, WEXITSTATUS(status));
}

/*
 * Run cxl-cli on the objects that are not refused. The exit status says that something was refused,
 * whatever cxl-cli's status is. A caller could not tell which objects cxl-cli's status is about. It
 * is therefore printed.
 */
static int run_rest(const struct guard_request *request, const struct assessment *assessment)
{
	_cleanup_free_ char *name = xasprintf("cxl %s", request->name);
	struct command_line line = begin_command_line(request);
	size_t nr_options = line.argc;
	int status = 0;

	for (int i = 0; i < request->nr_arguments; i++)
		add_allowed(&line, request, assessment, i);
	if (line.argc > nr_options) {
		add_word(&line, NULL);
		interrupt_waits(name, "cxl-cli may have changed some of the objects");
		status = cxl_cli_run(line.argv);
	}
	free(line.argv);
	if (status < 0)
		return EXIT_CANNOT;
	say_how_rest_ended(request, status);
	interrupt_obey();
	return EXIT_REFUSED;
}

/* Nothing is refused: replace this process with cxl-cli */
static int run_all(const struct guard_request *request)
{
	struct command_line line = begin_command_line(request);
	int status;

	for (int i = 0; i < request->nr_arguments; i++)
		add_word(&line, request->arguments[i]);
	add_word(&line, NULL);
	status = cxl_cli_exec(line.argv);
	free(line.argv);
	return status;
}

static int hand_over(const struct guard_request *request, const struct assessment *assessment)
{
	struct printing printing = {.request = request, .assessment = assessment};

	print_each(&printing, print_message);
	if (refuses_any(request, assessment))
		return run_rest(request, assessment);
	fflush(stderr);
	return run_all(request);
}

/*
 * An unknown option may have any meaning. The command line is passed on only if no operation on any
 * object does harm. It is never passed on with --dry-run or --explain, which cxl-cli does not have.
 */
static int handle_unknown_option(const struct guard_request *request,
				 const struct assessment *assessment)
{
	if (request->dry_run || request->explain) {
		fprintf(stderr,
			"cxl %s: refused: the guard does not understand an option here, and cannot "
			"tell what it changes; see 'cxl help %s'\n",
			request->name, request->name);
		return EXIT_REFUSED;
	}
	if (assessment->all_allowed || request->nr_arguments == 0)
		return run_all(request);
	fprintf(stderr,
		"cxl %s: refused: the guard does not understand an option here, and this machine "
		"has memory that is attached or locked; see 'cxl help %s'\n",
		request->name, request->name);
	return EXIT_REFUSED;
}

/* Only the verdicts from a second snapshot count, which is taken right before cxl-cli runs. */
static int check_again(const struct guard_request *request, const struct assessment *first)
{
	struct assessment second;
	int status;

	if (!assess(request, &second))
		return EXIT_REFUSED;
	for (int i = 0; i < request->nr_arguments; i++)
		verdicts_refuse_changed(&first->verdicts[i], &second.verdicts[i]);
	status = hand_over(request, &second);
	release(request, &second);
	return status;
}

static int handle(const struct guard_request *request)
{
	_cleanup_free_ char *name = xasprintf("cxl %s", request->name);
	struct assessment assessment;
	int status;

	interrupt_ends(name, "nothing was changed");
	if (!assess(request, &assessment))
		return EXIT_REFUSED;
	if (request->not_understood)
		status = handle_unknown_option(request, &assessment);
	else if (request->dry_run || request->explain)
		status = show(request, &assessment);
	else if (assessment.all_allowed)
		status = run_all(request);
	else
		status = check_again(request, &assessment);
	release(request, &assessment);
	return status;
}

int guard(const struct guarded_command *command, int argc, char **argv)
{
	static const char ours[] = "--dry-run --explain";
	struct guard_request request;
	int status;

	if (argc == 3 && strcmp(argv[2], "--list-opts") == 0)
		return cxl_cli_list_options(argv, ours);
	if (mistyped_option(argv, ours))
		return EXIT_USAGE;
	guard_request_parse(command, argc, argv, &request);
	if (argc == 2 || request.help)
		status = cxl_cli_exec(argv);
	else
		status = handle(&request);
	guard_request_release(&request);
	return status;
}
