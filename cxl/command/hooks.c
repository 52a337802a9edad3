// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attach/act/hooks.h"
#include "attach/read/hooks.h"
#include "attach/reason/hooks.h"
#include "cxl/command/hooks.h"
#include "cxl/command/messages.h"
#include "util/cleanup.h"
#include "util/exit-status.h"
#include "util/json.h"
#include "util/memory.h"
#include "util/progress.h"
#include "util/test-point.h"

/* The time that systemd gives a service to start or to stop */
#define TIMEOUT 90

#define SETS(what, member) .sets = what, .offset = OPTION_IN(struct hook_options, member)

const struct command_option hook_options_table[] = {
	{.name = "no-hooks",
	 .help = "Do not run the hooks in " HOOK_DIRECTORY,
	 SETS(SETS_TRUE, none)},
	{.name = "hook-timeout",
	 .arg = "SECONDS",
	 .help = "Wait at most SECONDS for each hook (default 90)",
	 SETS(SETS_SECONDS, timeout)},
	{.name = "verbose",
	 .key = 'v',
	 .help = "Print on stderr which hook runs, and which files are not hooks",
	 SETS(SETS_TRUE, verbose)},
	{0},
};

static double limit(const struct hook_session *session)
{
	return session->options->timeout > 0 ? session->options->timeout : TIMEOUT;
}

static void say_problem(const struct hook_session *session, const char *name, const char *problem)
{
	fprintf(stderr,
		"%s: " HOOK_DIRECTORY
		"%s%s: %s (expected %s that root owns, and that no other user "
		"can write)\n",
		session->command, *name ? "/" : "", name, problem,
		*name ? "an executable file" : "a directory");
}

static int check(const struct hook_session *session)
{
	const struct hooks *hooks = &session->hooks;
	const char *problem = hook_directory_problem(hooks);
	int status = problem ? EXIT_REFUSED : EXIT_DONE;

	if (problem)
		say_problem(session, "", problem);
	for (size_t i = 0; i < hooks->count; i++) {
		problem = hook_problem(&hooks->list[i]);
		if (!problem)
			continue;
		say_problem(session, hooks->list[i].name, problem);
		status = EXIT_REFUSED;
	}
	if (status == EXIT_REFUSED)
		fprintf(stderr, "%s: refused: remove it, or run no hooks with --no-hooks\n",
			session->command);
	return status;
}

int hook_session_open(struct hook_session *session, const char *command,
		      const struct hook_options *options)
{
	*session = (struct hook_session){.command = command, .options = options};
	if (options->none)
		return EXIT_DONE;
	hooks_read(ROOT_LIVE, &session->hooks);
	if (say_unread(command))
		return EXIT_FAILED;
	for (size_t i = 0; options->verbose && i < session->hooks.nr_ignored; i++)
		fprintf(stderr,
			"%s: " HOOK_DIRECTORY "/%s: ignored (a hook is a file whose name has only "
			"letters, digits, '_' and '-')\n",
			command, session->hooks.ignored[i]);
	return check(session);
}

static void forget(struct hook_session *session)
{
	json_object_put(session->plan);
	free(session->memdevs);
	free(session->hosts);
	session->plan = NULL;
	session->memdevs = session->hosts = NULL;
}

void hook_session_close(struct hook_session *session)
{
	forget(session);
	hooks_release(&session->hooks);
	child_interrupts_release(&session->interrupts);
}

bool hook_session_has_any(const struct hook_session *session)
{
	return session->hooks.count > 0;
}

void hook_session_list(const struct hook_session *session, const enum hook_phase *phases,
		       size_t nr_phases)
{
	for (size_t i = 0; i < nr_phases && hook_session_has_any(session); i++) {
		fprintf(stderr, "%s: hooks: %s:", session->command, hook_phase_name(phases[i]));
		for (size_t j = 0; j < session->hooks.count; j++)
			fprintf(stderr, " %s", hook_at(&session->hooks, phases[i], j)->name);
		fputc('\n', stderr);
	}
}

void hook_session_tell(struct hook_session *session, struct json_object *plan)
{
	forget(session);
	session->plan = plan;
}

static bool is_among(const char *names, const char *name)
{
	size_t length = strlen(name);

	for (const char *at = names; at; at = strchr(at, ' ')) {
		at += *at == ' ';
		if (strncmp(at, name, length) == 0 && (!at[length] || at[length] == ' '))
			return true;
	}
	return false;
}

static void add_name(char **names, const char *name)
{
	char *before = *names;

	if (!name || is_among(before, name))
		return;
	*names = xasprintf("%s%s%s", before ?: "", before ? " " : "", name);
	free(before);
}

void hook_session_tell_of(struct hook_session *session, const char *host, const char *memdev)
{
	add_name(&session->hosts, host);
	add_name(&session->memdevs, memdev);
}

bool hook_session_has_told(const struct hook_session *session, const char *host)
{
	return is_among(session->hosts, host);
}

static void say_begin(void *data, const struct hook *hook, enum hook_phase phase)
{
	const struct hook_session *session = data;
	_cleanup_free_ char *what =
		xasprintf("cxl: hook %s: %s", hook->name, hook_phase_name(phase));

	if (session->options->verbose)
		fprintf(stderr, "%s: hook %s: %s\n", session->command, hook->name,
			hook_phase_name(phase));
	progress_begin(what);
}

static char *end_text(const struct hook_session *session, const struct hook_result *result)
{
	switch (result->end) {
	case HOOK_FAILED:
		return xasprintf("exit status %d", result->number);
	case HOOK_KILLED:
		return xasprintf("killed by signal %d, %s", result->number,
				 strsignal(result->number));
	case HOOK_TIMED_OUT:
		return xasprintf("killed, since it had not ended after %g s", limit(session));
	case HOOK_INTERRUPTED:
		return xasprintf("interrupted");
	default:
		return xasprintf("cannot be run: %s", strerror(-result->number));
	}
}

/* A hook of the post phase cannot undo the operation: its failure is a warning. */
static void say_end(void *data, const struct hook_result *result)
{
	const struct hook_session *session = data;
	_cleanup_free_ char *how = NULL;

	progress_end();
	test_point(hook_phase_name(result->phase));
	if (result->end == HOOK_DONE)
		return;
	how = end_text(session, result);
	fprintf(stderr, "%s: %shook %s: %s: %s\n", session->command,
		hook_phase_is_pre(result->phase) ? "refused by " : "warning: ", result->hook,
		hook_phase_name(result->phase), how);
}

static bool run(struct hook_session *session, enum hook_phase phase, int status)
{
	struct json_object *input = json_new_object();
	bool is_post = !hook_phase_is_pre(phase) && !hook_phase_is_cancel(phase), done;

	json_add_string(input, "phase", hook_phase_name(phase));
	if (is_post)
		json_add_number(input, "status", (uint64_t)status);
	json_add(input, "plan", json_version(json_object_get(session->plan)));
	input = json_version(input);
	child_interrupts_hold(&session->interrupts);
	done = hooks_run(
		&session->hooks,
		&(struct hook_call){
			.phase = phase,
			.memdevs = session->memdevs ?: "",
			.hosts = session->hosts ?: "",
			.input = json_object_to_json_string_ext(input, JSON_C_TO_STRING_PRETTY),
			.status = status,
			.timeout_us = (uint64_t)(limit(session) * 1000000),
			.interrupts = &session->interrupts,
			.begin = say_begin,
			.end = say_end,
			.data = session,
		});
	json_object_put(input);
	return done;
}

int hook_session_ask(struct hook_session *session, enum hook_phase phase)
{
	return !hook_session_has_any(session) || run(session, phase, 0) ? EXIT_DONE : EXIT_REFUSED;
}

int hook_session_commit(struct hook_session *session)
{
	if (child_interrupts_pending(&session->interrupts))
		return EXIT_REFUSED;
	child_interrupts_release(&session->interrupts);
	return EXIT_DONE;
}

void hook_session_follow(struct hook_session *session, enum hook_phase phase, int status)
{
	if (hook_session_has_any(session))
		run(session, phase, status);
}

void hook_session_cancel(struct hook_session *session, enum hook_phase phase)
{
	if (hook_session_has_any(session) && session->hooks.nr_results > 0)
		run(session, phase, 0);
}
