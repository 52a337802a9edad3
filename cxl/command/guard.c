// SPDX-License-Identifier: GPL-2.0-only
#include <getopt.h>
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
#include "cxl/command/command.h"
#include "cxl/command/selection.h"
#include "cxl/help.h"
#include "cxl/passthrough.h"
#include "cxl/report/guard-report.h"
#include "util/cleanup.h"
#include "util/json.h"
#include "util/memory.h"

/*
 * The guard before cxl-cli's commands that take memory away. It works out which objects cxl-cli
 * would act on, judges each, and leaves to cxl-cli what is allowed. Options and arguments are
 * cxl-cli's own, and two more: --dry-run and --explain, which change nothing.
 *
 * What is between the last look and the operation cannot be guarded from here: it would take the
 * kernel to look at CXL_REGION_F_LOCK in delete_region_store() (drivers/cxl/core/region.c).
 */

enum { KEY_ARGUMENT = 1, KEY_DEBUG = 0x100, KEY_NO = 0x1000 };

/* cxl-cli's option parser takes --no-OPTION as the opposite of --OPTION. */
#define OPTION(name, arg, key)                                                                     \
	{name, arg, NULL, key},                                                                    \
	{                                                                                          \
		"no-" name, no_argument, NULL, KEY_NO | (key)                                      \
	}
#define HELP_OPTIONS                                                                               \
	{"help", no_argument, NULL, 'h'}, {"help-all", no_argument, NULL, 'h'},                    \
	{                                                                                          \
	}

static const struct option region_options[] = {
	OPTION("bus", required_argument, 'b'),
	OPTION("decoder", required_argument, 'd'),
	OPTION("force", no_argument, 'f'),
	OPTION("debug", no_argument, KEY_DEBUG),
	HELP_OPTIONS,
};
static const struct option memdev_options[] = {
	OPTION("bus", required_argument, 'b'),
	OPTION("verbose", no_argument, 'v'),
	OPTION("serial", no_argument, 'S'),
	OPTION("force", no_argument, 'f'),
	HELP_OPTIONS,
};
static const struct option dpa_options[] = {
	OPTION("bus", required_argument, 'b'),
	OPTION("verbose", no_argument, 'v'),
	OPTION("serial", no_argument, 'S'),
	OPTION("force", no_argument, 'f'),
	OPTION("decoder", required_argument, 'd'),
	OPTION("type", required_argument, 't'),
	HELP_OPTIONS,
};
static const struct option port_options[] = {
	OPTION("endpoint", no_argument, 'e'),
	OPTION("force", no_argument, 'f'),
	OPTION("debug", no_argument, KEY_DEBUG),
	HELP_OPTIONS,
};
static const struct option bus_options[] = {
	OPTION("force", no_argument, 'f'),
	OPTION("debug", no_argument, KEY_DEBUG),
	HELP_OPTIONS,
};

/* One guarded command, as cxl-cli takes it */
static const struct guarded {
	const char *name;
	enum operation operation;
	enum selection_kind kind;
	const char *short_options;
	const struct option *long_options;
} guarded[] = {
	{"destroy-region", OPERATION_DESTROY_REGION, SELECT_REGIONS, "-:b:d:fh", region_options},
	{"disable-region", OPERATION_DISABLE_REGION, SELECT_REGIONS, "-:b:d:fh", region_options},
	{"disable-memdev", OPERATION_DISABLE_MEMDEV, SELECT_MEMDEVS, "-:b:vSfh", memdev_options},
	{"disable-port", OPERATION_DISABLE_PORT, SELECT_PORTS, "-:efh", port_options},
	{"disable-bus", OPERATION_DISABLE_BUS, SELECT_BUSES, "-:fh", bus_options},
	{"free-dpa", OPERATION_FREE_DPA, SELECT_MEMDEVS, "-:b:vSd:t:fh", dpa_options},
};

/* What is asked for */
struct request {
	const struct guarded *guarded;
	enum selection_kind kind;
	struct selection_filters filters;
	bool force;
	bool dry_run;
	bool explain;
	bool help;
	bool not_understood; /* an option that is not known here: cxl-cli may know it */
	char **arguments;    /* the objects, as given */
	int nr_arguments;
	char **options; /* what comes before them for cxl-cli, from the command's name on */
	int nr_options;
};

/* Objects of one argument, and what was decided about them */
struct judged {
	struct verdict *verdicts;
	size_t nr_verdicts;
};

/* A look at the machine, with the verdicts on each argument */
struct look {
	struct snapshot snapshot;
	struct attach_answers answers;
	struct judged *judged; /* one for each argument */
	bool quiet;	       /* nothing attached, locked or unreadable is there at all */
};

static void set_option(struct request *request, int key)
{
	bool set = !(key & KEY_NO);

	switch (key & ~KEY_NO) {
	case 'b':
		request->filters.bus = set ? optarg : NULL;
		break;
	case 'd':
		/* free-dpa's is another: which of a memdev's decoders */
		if (request->guarded->kind == SELECT_REGIONS)
			request->filters.decoder = set ? optarg : NULL;
		break;
	case 'f':
		request->force = set;
		break;
	case 'S':
		request->kind = set ? SELECT_MEMDEVS_BY_SERIAL : SELECT_MEMDEVS;
		break;
	case 'e':
		request->kind = set ? SELECT_ENDPOINTS : SELECT_PORTS;
		break;
	case 'h':
		/* cxl-cli gets no further than to this, if it understands all before it. */
		request->help = request->help || !request->not_understood;
		break;
	case '?':
	case ':':
		request->not_understood = true;
		break;
	default:
		break;
	}
}

/* Our own options are taken whole only: what is an abbreviation to cxl-cli stays one. */
static bool take_ours(struct request *request, const char *option)
{
	bool dry_run = option && strcmp(option, "--dry-run") == 0;
	bool explain = option && strcmp(option, "--explain") == 0;

	request->dry_run |= dry_run;
	request->explain |= explain;
	return dry_run || explain;
}

/*
 * getopt_long() in the mode in which it leaves the order alone and reports arguments, too, whatever
 * the environment says (POSIXLY_CORRECT means nothing to cxl-cli): what it steps over is an
 * argument, or it is an option, maybe with its value.
 */
static void parse(struct request *request, int argc, char **argv)
{
	int key = 0, seen = 1;

	*APPEND(request->options, request->nr_options) = argv[0];
	opterr = 0;
	optind = 1;
	while (key != -1) {
		if (take_ours(request, argv[optind])) {
			seen = ++optind;
			continue;
		}
		key = getopt_long(argc, argv, request->guarded->short_options,
				  request->guarded->long_options, NULL);
		if (key == KEY_ARGUMENT)
			*APPEND(request->arguments, request->nr_arguments) = optarg;
		else
			set_option(request, key);
		for (; seen < optind; seen++) {
			if (key != KEY_ARGUMENT)
				*APPEND(request->options, request->nr_options) = argv[seen];
		}
	}
	for (; seen < argc; seen++)
		*APPEND(request->arguments, request->nr_arguments) = argv[seen];
}

static bool is_quiet(const struct attach_answers *answers)
{
	const struct snapshot *snapshot = answers->snapshot;

	for (size_t i = 0; i < snapshot->nr_memdevs; i++) {
		if (answers->memdevs[i].state != ATTACH_NONE)
			return false;
	}
	for (size_t i = 0; i < snapshot->nr_regions; i++) {
		if (snapshot->regions[i].locked == FLAG_YES ||
		    snapshot_region_has_locked_decoder(&snapshot->regions[i]) ||
		    !verdict_is_readable(snapshot, &snapshot->regions[i]))
			return false;
	}
	return snapshot->nr_unread_regions == 0;
}

static void judge_argument(const struct request *request, struct look *look, int argument)
{
	struct judged *judged = &look->judged[argument];
	struct verdict_object *objects;
	size_t count = selection_find(&look->snapshot, request->kind, &request->filters,
				      request->arguments[argument], &objects);

	for (size_t i = 0; i < count; i++)
		verdict_judge(&look->answers, request->guarded->operation, request->force,
			      &objects[i], APPEND(judged->verdicts, judged->nr_verdicts));
	free(objects);
}

/* False, having said so, where the machine cannot be read */
static bool take_look(const struct request *request, struct look *look)
{
	int rc = snapshot_take(&look->snapshot);

	if (rc < 0) {
		fprintf(stderr, "cxl %s: refused: cannot read the CXL devices: %s\n",
			request->guarded->name, strerror(-rc));
		return false;
	}
	attach_infer(&look->snapshot, &look->answers);
	look->quiet = is_quiet(&look->answers);
	if (!look->quiet) {
		snapshot_read_dependents(&look->snapshot);
		snapshot_read_users(&look->snapshot);
	}
	look->judged =
		memory_check(calloc((size_t)request->nr_arguments + 1, sizeof(*look->judged)));
	for (int i = 0; i < request->nr_arguments; i++)
		judge_argument(request, look, i);
	return true;
}

static void release_look(const struct request *request, struct look *look)
{
	for (int i = 0; i < request->nr_arguments; i++) {
		for (size_t j = 0; j < look->judged[i].nr_verdicts; j++)
			verdict_release(&look->judged[i].verdicts[j]);
		free(look->judged[i].verdicts);
	}
	free(look->judged);
	attach_answers_release(&look->answers);
	snapshot_release(&look->snapshot);
}

static const struct verdict *find_verdict(const struct judged *judged, const char *name)
{
	for (size_t i = 0; i < judged->nr_verdicts; i++) {
		if (strcmp(verdict_object_name(&judged->verdicts[i].object), name) == 0)
			return &judged->verdicts[i];
	}
	return NULL;
}

static void refuse_as_changed(struct verdict *verdict)
{
	verdict->kind = VERDICT_REFUSED;
	verdict->reason = REASON_CHANGED;
}

/* What is something else in @second than it was in @first is refused, and so is what has gone. */
static void refuse_changed(const struct judged *first, struct judged *second)
{
	size_t nr_found = second->nr_verdicts;

	for (size_t i = 0; i < nr_found; i++) {
		const struct verdict_object *now = &second->verdicts[i].object;
		const struct verdict *before = find_verdict(first, verdict_object_name(now));

		if (!before || !verdict_same(&before->object, now))
			refuse_as_changed(&second->verdicts[i]);
	}
	for (size_t i = 0; i < first->nr_verdicts; i++) {
		const struct verdict_object *before = &first->verdicts[i].object;

		if (find_verdict(second, verdict_object_name(before)))
			continue;
		APPEND(second->verdicts, second->nr_verdicts)->object = *before;
		refuse_as_changed(&second->verdicts[second->nr_verdicts - 1]);
	}
}

static bool refuses_any(const struct judged *judged)
{
	for (size_t i = 0; i < judged->nr_verdicts; i++) {
		if (judged->verdicts[i].kind == VERDICT_REFUSED)
			return true;
	}
	return false;
}

static bool refuses(const struct request *request, const struct look *look)
{
	for (int i = 0; i < request->nr_arguments; i++) {
		if (refuses_any(&look->judged[i]))
			return true;
	}
	return false;
}

/* @visit each verdict once, however many arguments mean its object */
static void each_verdict(const struct request *request, const struct look *look,
			 void (*visit)(void *data, const struct verdict *verdict), void *data)
{
	for (int i = 0; i < request->nr_arguments; i++) {
		for (size_t j = 0; j < look->judged[i].nr_verdicts; j++) {
			const struct verdict *verdict = &look->judged[i].verdicts[j];
			int earlier = 0;

			while (earlier < i && !find_verdict(&look->judged[earlier],
							    verdict_object_name(&verdict->object)))
				earlier++;
			if (earlier == i)
				visit(data, verdict);
		}
	}
}

struct printing {
	const struct request *request;
	const struct look *look;
	struct json_stream stream;
};

static void print_json(void *data, const struct verdict *verdict)
{
	struct printing *printing = data;

	json_item(&printing->stream, guard_json(printing->request->guarded->name, verdict));
}

static void print_prose(void *data, const struct verdict *verdict)
{
	const struct printing *printing = data;

	guard_explain(&printing->look->answers, printing->request->guarded->name, verdict);
}

static void say(void *data, const struct verdict *verdict)
{
	const struct request *request = data;

	guard_say(request->guarded->name, verdict);
}

static int show(const struct request *request, const struct look *look)
{
	struct printing printing = {.request = request, .look = look};
	int rc = 0;

	if (request->explain)
		each_verdict(request, look, print_prose, &printing);
	if (request->dry_run) {
		each_verdict(request, look, print_json, &printing);
		rc = json_end(&printing.stream);
	}
	if (rc == 0)
		rc = json_flush();
	if (rc < 0) {
		fprintf(stderr, "cxl %s: cannot write the answer: %s\n", request->guarded->name,
			strerror(-rc));
		return EXIT_FAILED;
	}
	return refuses(request, look) ? EXIT_REFUSED : EXIT_DONE;
}

/*
 * For an argument of which nothing is refused: the argument itself. For another, each object that
 * is allowed, by its name; by serial number there is none, since such an argument means one memdev.
 */
static void add_allowed(const struct request *request, const struct look *look, int argument,
			char ***argv, size_t *argc)
{
	const struct judged *judged = &look->judged[argument];

	if (!refuses_any(judged)) {
		*APPEND(*argv, *argc) = request->arguments[argument];
		return;
	}
	for (size_t i = 0; i < judged->nr_verdicts; i++) {
		if (judged->verdicts[i].kind != VERDICT_REFUSED &&
		    request->kind != SELECT_MEMDEVS_BY_SERIAL)
			*APPEND(*argv, *argc) =
				(char *)verdict_object_name(&judged->verdicts[i].object);
	}
}

/* cxl-cli has told of its own errors; of a crash it cannot. */
static void say_how_rest_ended(const struct request *request, int status)
{
	const char *name = request->guarded->name;

	if (WIFSIGNALED(status))
		fprintf(stderr, "cxl %s: cxl-cli was killed by signal %d (%s) at the rest\n", name,
			WTERMSIG(status), strsignal(WTERMSIG(status)));
	else if (WEXITSTATUS(status) != 0)
		fprintf(stderr, "cxl %s: cxl-cli ended with status %d at the rest\n", name,
			WEXITSTATUS(status));
}

/*
 * What is left after the refusals, by cxl-cli, whose own messages come with it. The status says
 * that something was refused, whatever becomes of the rest: how cxl-cli ended is said, not handed
 * on, since of its status nobody could tell whether it is about what was refused.
 */
static int run_rest(const struct request *request, const struct look *look)
{
	char **argv = NULL;
	size_t argc = 0, nr_options;
	int status = 0;

	*APPEND(argv, argc) = (char *)"cxl";
	for (int i = 0; i < request->nr_options; i++)
		*APPEND(argv, argc) = request->options[i];
	nr_options = argc;
	for (int i = 0; i < request->nr_arguments; i++)
		add_allowed(request, look, i, &argv, &argc);
	if (argc > nr_options) {
		*APPEND(argv, argc) = NULL;
		status = run_cxl_cli(argv);
	}
	free(argv);
	if (status < 0)
		return EXIT_CANNOT;
	say_how_rest_ended(request, status);
	return EXIT_REFUSED;
}

/* All of it is allowed: cxl-cli takes this process's place */
static int run_all(const struct request *request)
{
	char **argv = NULL;
	size_t argc = 0;
	int status;

	*APPEND(argv, argc) = (char *)"cxl";
	for (int i = 0; i < request->nr_options; i++)
		*APPEND(argv, argc) = request->options[i];
	for (int i = 0; i < request->nr_arguments; i++)
		*APPEND(argv, argc) = request->arguments[i];
	*APPEND(argv, argc) = NULL;
	status = pass_through(argv);
	free(argv);
	return status;
}

static int act(const struct request *request, const struct look *look)
{
	each_verdict(request, look, say, (void *)request);
	if (refuses(request, look))
		return run_rest(request, look);
	fflush(stderr);
	return run_all(request);
}

/* An option that may mean anything: where something could be harmed, it is not for us to guess. */
static int not_understood(const struct request *request, const struct look *look)
{
	if (look->quiet || request->nr_arguments == 0)
		return run_all(request);
	fprintf(stderr,
		"cxl %s: refused: the guard does not understand an option here, and this machine "
		"has memory that is attached or locked; see 'cxl help %s'\n",
		request->guarded->name, request->guarded->name);
	return EXIT_REFUSED;
}

/* The verdicts that count are those of a second look, right before the operation. */
static int guard_again(const struct request *request, const struct look *first)
{
	struct look second;
	int status;

	if (!take_look(request, &second))
		return EXIT_REFUSED;
	for (int i = 0; i < request->nr_arguments; i++)
		refuse_changed(&first->judged[i], &second.judged[i]);
	status = act(request, &second);
	release_look(request, &second);
	return status;
}

static int guard_request(const struct request *request)
{
	struct look look;
	int status;

	if (!take_look(request, &look))
		return EXIT_REFUSED;
	if (request->not_understood)
		status = not_understood(request, &look);
	else if (request->dry_run || request->explain)
		status = show(request, &look);
	else if (look.quiet)
		status = run_all(request);
	else
		status = guard_again(request, &look);
	release_look(request, &look);
	return status;
}

static const struct guarded *find_guarded(const char *name)
{
	size_t i = 0;

	while (i + 1 < sizeof(guarded) / sizeof(*guarded) && strcmp(guarded[i].name, name) != 0)
		i++;
	return &guarded[i];
}

static int guard(int argc, char **argv)
{
	struct request request = {.guarded = find_guarded(argv[0])};
	int status;

	if (argc == 2 && strcmp(argv[1], "--list-opts") == 0)
		return help_add_options(argv - 1, "--dry-run --explain");
	request.kind = request.guarded->kind;
	parse(&request, argc, argv);
	if (argc == 1 || request.help)
		status = pass_through(argv - 1);
	else
		status = guard_request(&request);
	free(request.options);
	free(request.arguments);
	return status;
}

#define GUARDED(symbol, command, text)                                                             \
	const struct cxl_command symbol = {.name = command, .help = text, .run = guard}

GUARDED(destroy_region_command, "destroy-region", "refuses what a driver owns or firmware locked");
GUARDED(disable_region_command, "disable-region", "says what stays in use");
GUARDED(disable_memdev_command, "disable-memdev", "refuses, without -f, to take a driver down");
GUARDED(disable_port_command, "disable-port", "likewise");
GUARDED(disable_bus_command, "disable-bus", "likewise");
GUARDED(free_dpa_command, "free-dpa", "likewise");
