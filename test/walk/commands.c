// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <json.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test/walk/commands.h"
#include "test/walk/observe.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/json.h"
#include "util/memory.h"
#include "util/sysfs.h"

#define ENDLESS_US 150000000
#define LEFT_BEHIND_US 120000000
#define POLL_US 2000
#define OUTPUT "/tmp/walk.out"
#define ERRORS "/tmp/walk.err"

struct arguments {
	char *list[24];
	int count;
};

static void add(struct arguments *arguments, const char *text)
{
	if (arguments->count < 23)
		arguments->list[arguments->count++] = memory_check(strdup(text));
}

/* The success of a command must not depend on the load of this machine. */
#define PATIENCE_MS 120000

static void add_timeout(struct arguments *arguments, const struct move *move)
{
	int timeout_ms = move->timeout_ms ?: PATIENCE_MS;
	_cleanup_free_ char *seconds = xasprintf("%d.%03d", timeout_ms / 1000, timeout_ms % 1000);

	add(arguments, "--timeout");
	add(arguments, seconds);
}

static void add_detach(struct arguments *arguments, const struct machine *machine,
		       const struct move *move)
{
	add(arguments, "detach-memdev");
	add(arguments, move->method == METHOD_OF_HANDOVER ? "--to" : "--via");
	add(arguments,
	    move->method == METHOD_OF_HANDOVER ? machine->hand_to : method_name(move->method));
	if (move->reattach)
		add(arguments, "--reattach");
}

static void add_attach(struct arguments *arguments, const struct move *move)
{
	add(arguments, "attach-memdev");
	if (move->target == TARGET_ALL)
		add(arguments, "--all");
	if (move->cycle_bus)
		add(arguments, "--cycle-bus");
}

static void add_names(struct arguments *arguments, const struct machine *machine,
		      const struct move *move, const struct state *before)
{
	bool by_host = move->kind == MOVE_ATTACH && move->target == TARGET_HOST;

	if (move->kind == MOVE_ATTACH && move->target != TARGET_HOST &&
	    move->target != TARGET_MEMDEV)
		return;
	for (size_t i = 0; i < machine->nr_hosts; i++) {
		const struct host_state *host = &before->hosts[i];
		const char *memdev = host->memdev[0] ? host->memdev : host->journal_memdev;

		if (move->hosts & 1U << i)
			add(arguments, by_host ? machine->hosts[i] : *memdev ? memdev : "mem99");
	}
}

static void make_arguments(const struct commands *commands, const struct move *move,
			   const struct state *before, struct arguments *arguments)
{
	*arguments = (struct arguments){0};
	add(arguments, commands->cxl);
	if (move->kind == MOVE_LIST) {
		add(arguments, "list-attach");
		add(arguments, "--all");
		return;
	}
	if (move->kind == MOVE_DETACH)
		add_detach(arguments, commands->machine, move);
	else
		add_attach(arguments, move);
	if (move->force)
		add(arguments, "-f");
	add_timeout(arguments, move);
	add_names(arguments, commands->machine, move, before);
}

static void open_as(const char *file, int fd)
{
	int opened = open(file, O_CREAT | O_TRUNC | O_WRONLY, 0600);

	if (opened < 0 || dup2(opened, fd) < 0)
		_exit(127);
	close(opened);
}

static pid_t start(char **list, const char *point)
{
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	setpgid(0, 0);
	open_as(OUTPUT, STDOUT_FILENO);
	open_as(ERRORS, STDERR_FILENO);
	if (point)
		setenv("CXL_TEST_KILL_AT", point, 1);
	execvp(list[0], list);
	_exit(127);
}

static void wait_for(pid_t pid, int kill_ms, struct outcome *outcome)
{
	uint64_t begun = clock_now(), kill_at = begun + (uint64_t)kill_ms * 1000;
	int status;

	while (waitpid(pid, &status, WNOHANG) != pid) {
		clock_wait(clock_now() + POLL_US);
		if (kill_ms > 0 && clock_now() >= kill_at)
			kill(pid, SIGKILL);
		if (clock_now() - begun < ENDLESS_US)
			continue;
		outcome->endless = true;
		kill(pid, SIGKILL);
		return;
	}
	if (WIFEXITED(status))
		outcome->status = WEXITSTATUS(status);
	else
		outcome->status = -WTERMSIG(status);
	outcome->killed = outcome->status == -SIGKILL;
}

static void read_errors(struct outcome *outcome)
{
	_cleanup_close_ int fd = open(ERRORS, O_RDONLY | O_CLOEXEC);
	char text[8192];
	ssize_t size = fd >= 0 ? read(fd, text, sizeof(text) - 1) : 0;

	text[size > 0 ? size : 0] = '\0';
	snprintf(outcome->said, sizeof(outcome->said), "%.*s", (int)sizeof(outcome->said) - 1,
		 text);
	outcome->refused_by_lock = strstr(text, "is still in the kernel") ||
				   strstr(text, "is detaching or reattaching a memdev");
}

static bool has_stuck(struct json_object *json)
{
	for (size_t i = 0; i < json_length(json); i++) {
		if (json_object_object_get(json_object_array_get_idx(json, i), "stuck"))
			return true;
	}
	return json_object_is_type(json, json_type_object) && json_object_object_get(json, "stuck");
}

/* A listing must say about each memdev what the kernel says. */
static void compare_listing(struct json_object *json, struct outcome *outcome)
{
	for (size_t i = 0; i < json_length(json); i++) {
		struct json_object *item = json_object_array_get_idx(json, i);
		const char *memdev = json_object_get_string(json_object_object_get(item, "memdev"));
		const char *attach = json_object_get_string(json_object_object_get(item, "attach"));
		int truth = memdev ? observe_truth(memdev) : -1;

		if (truth >= 0 && attach && strcmp(attach, truth ? "attached" : "none") != 0)
			snprintf(outcome->differs, sizeof(outcome->differs),
				 "%s: list-attach says %s, and the kernel %d", memdev, attach,
				 truth);
	}
}

static void read_output(struct commands *commands, const struct move *move, struct outcome *outcome)
{
	static const char *const names[] = {"detach-memdev", "attach-memdev", "list-attach"};
	_cleanup_free_ char *kept = NULL, *copy = NULL;
	struct json_object *json;
	struct stat file = {0};

	stat(OUTPUT, &file);
	outcome->is_empty = file.st_size == 0;
	if (outcome->is_empty || outcome->killed || outcome->endless)
		return;
	json = json_object_from_file(OUTPUT);
	outcome->is_json = json != NULL;
	outcome->is_stuck = has_stuck(json);
	if (move->kind == MOVE_LIST)
		compare_listing(json, outcome);
	if (commands->results && json) {
		kept = xasprintf("%s/%s-%zu.json", commands->results, names[move->kind],
				 commands->nr_outputs++);
		json_object_to_file(kept, json);
	}
	json_object_put(json);
}

void commands_run(struct commands *commands, const struct move *move, const struct state *before,
		  struct outcome *outcome)
{
	struct arguments arguments;
	pid_t pid;

	*outcome = (struct outcome){0};
	make_arguments(commands, move, before, &arguments);
	pid = start(arguments.list, move->point);
	if (pid > 0)
		wait_for(pid, move->kill_ms, outcome);
	for (int i = 0; i < arguments.count; i++)
		free(arguments.list[i]);
	read_errors(outcome);
	read_output(commands, move, outcome);
}

int commands_shell(const struct commands *commands, const char *text)
{
	_cleanup_free_ char *preamble = move_preamble(commands->machine);
	_cleanup_free_ char *all = xasprintf("%s\n%s", preamble, text);
	char bash[] = "bash", option[] = "-c", *list[] = {bash, option, all, NULL};
	struct outcome outcome = {0};
	pid_t pid = start(list, NULL);

	if (pid > 0)
		wait_for(pid, 0, &outcome);
	return outcome.status;
}

bool commands_settle(void)
{
	uint64_t until = clock_now() + LEFT_BEHIND_US;
	pid_t pid;

	while ((pid = waitpid(-1, NULL, WNOHANG)) >= 0) {
		if (pid == 0 && clock_now() > until)
			return false;
		if (pid == 0)
			clock_wait(clock_now() + POLL_US);
	}
	sysfs_write("/sys/bus/cxl/flush", "1");
	return true;
}
