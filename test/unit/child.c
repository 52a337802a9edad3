// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs that run under supervision: how they end, what they inherit, and what they leave behind.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "util/child.h"
#include "util/clock.h"

#define SECOND 1000000

static char top[] = "/tmp/child-XXXXXX";

/* Run /bin/sh -c SCRIPT, in which $top is a directory for its output */
static struct child_result shell(const char *script, uint64_t timeout_us, const char *input,
				 const struct child_interrupts *interrupts)
{
	char text[64], sh[] = "/bin/sh", c[] = "-c", path[] = "PATH=/usr/bin:/bin";
	char *const arguments[] = {sh, c, (char *)script, NULL};
	char *const environment[] = {text, path, NULL};
	const struct child_task task = {arguments, environment, input, timeout_us, interrupts};
	struct child_result result;

	snprintf(text, sizeof(text), "top=%s", top);
	child_run(&task, &result);
	return result;
}

static char *content(const char *name, char *text, size_t size)
{
	char path[64];
	FILE *file;
	size_t length;

	snprintf(path, sizeof(path), "%s/%s", top, name);
	file = fopen(path, "r");
	assert_non_null(file);
	length = fread(text, 1, size - 1, file);
	text[length] = '\0';
	fclose(file);
	return text;
}

static void ends(void **state)
{
	static const struct {
		const char *script;
		enum child_end end;
		int number;
	} cases[] = {
		{"exit 0", CHILD_EXITED, 0},	       {"exit 77", CHILD_EXITED, 77},
		{"kill -9 $$", CHILD_KILLED, SIGKILL}, {"kill -15 $$", CHILD_KILLED, SIGTERM},
		{"kill -2 $$", CHILD_KILLED, SIGINT},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct child_result result = shell(cases[i].script, 20 * SECOND, "", NULL);

		assert_int_equal(result.end, cases[i].end);
		assert_int_equal(result.number, cases[i].number);
		assert_true(result.took_us > 0 && result.took_us < 20 * SECOND);
	}
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

/*
 * Some daemons ignore SIGCHLD. A program that such a daemon starts, and that fails, must not seem
 * to succeed.
 */
static void nobody_waits(void **state)
{
	(void)state;
	signal(SIGCHLD, SIG_IGN);
	assert_int_equal(shell("exit 7", 20 * SECOND, "", NULL).number, 7);
	signal(SIGCHLD, SIG_DFL);
}

static void not_run(void **state)
{
	static const struct {
		const char *path;
		int error;
	} cases[] = {{"/nowhere", -ENOENT}, {"/etc", -EACCES}, {"/etc/passwd", -EACCES}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char *const arguments[] = {(char *)cases[i].path, NULL}, *const none[] = {NULL};
		const struct child_task task = {arguments, none, "", 20 * SECOND, NULL};
		struct child_result result;

		child_run(&task, &result);
		assert_int_equal(result.end, CHILD_NOT_RUN);
		assert_int_equal(result.number, cases[i].error);
	}
}

/* More than fits into a pipe; some programs read it, and some do not */
static void input(void **state)
{
	size_t size = 1 << 20;
	char *text = malloc(size + 1), count[32];

	(void)state;
	memset(text, 'x', size);
	text[size] = '\0';
	assert_int_equal(shell("wc -c >$top/count", 20 * SECOND, text, NULL).end, CHILD_EXITED);
	assert_int_equal(atoi(content("count", count, sizeof(count))), size);
	assert_int_equal(shell("exit 3", 20 * SECOND, text, NULL).number, 3);
	free(text);
}

static void given(void **state)
{
	int lock = open("/tmp", O_RDONLY); /* without O_CLOEXEC */
	char text[256];

	(void)state;
	assert_int_equal(shell("{ pwd; umask; ls /proc/$$/fd; env | wc -l; } >$top/given",
			       20 * SECOND, "", NULL)
				 .number,
			 0);
	close(lock);
	/*
	 * The three standard files, and 10, where the shell keeps what $top/given replaces. There
	 * is no pipe, because the shell itself has both ends of it for a moment. PWD is set by the
	 * shell.
	 */
	assert_string_equal(content("given", text, sizeof(text)), "/\n0022\n0\n1\n10\n2\n3\n");
}

/* Return false if no process of its group is left. This process adopts orphans. */
static bool is_left(const char *name)
{
	char text[32];
	pid_t group = atoi(content(name, text, sizeof(text)));

	assert_true(group > 1);
	for (uint64_t end = clock_now() + 5 * SECOND; clock_now() < end; usleep(10000)) {
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
		if (kill(-group, 0) < 0)
			return false;
	}
	return true;
}

/* A process that is left behind keeps no reader of the output waiting. */
static void left_behind(void **state)
{
	int ends[2], before = dup(STDOUT_FILENO);
	char text[8];

	(void)state;
	fflush(stdout);
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	dup2(ends[1], STDOUT_FILENO);
	close(ends[1]);
	assert_int_equal(
		shell("echo $$ >$top/group; sleep 100 2>&- & exit 0", 20 * SECOND, "", NULL).end,
		CHILD_EXITED);
	dup2(before, STDOUT_FILENO);
	close(before);
	assert_int_equal(read(ends[0], text, sizeof(text)), 0);
	close(ends[0]);
	kill(-atoi(content("group", text, sizeof(text))), SIGKILL);
	assert_false(is_left("group"));
}

static void time_is_up(void **state)
{
	static const struct {
		const char *script;
		uint64_t least_us, most_us;
	} cases[] = {
		{"echo $$ >$top/group; sleep 100 & sleep 100", SECOND, 3 * SECOND},
		/* It has two seconds after SIGTERM. */
		{"trap '' TERM; echo $$ >$top/group; (sleep 100) & while :; do sleep 1; done",
		 3 * SECOND, 5 * SECOND},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct child_result result = shell(cases[i].script, SECOND, "", NULL);

		assert_int_equal(result.end, CHILD_TIMED_OUT);
		assert_true(result.took_us >= cases[i].least_us);
		assert_true(result.took_us < cases[i].most_us + 60 * SECOND);
		assert_false(is_left("group"));
	}
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static void interrupts(void **state)
{
	struct child_interrupts held = {0};
	struct child_result result;
	sigset_t pending;
	pid_t sender;

	(void)state;
	assert_false(child_interrupts_pending(&held));
	child_interrupts_hold(&held);
	assert_false(child_interrupts_pending(&held));
	sender = fork();
	if (sender == 0) {
		usleep(300000);
		kill(getppid(), SIGTERM);
		_exit(0);
	}
	result = shell("echo $$ >$top/group; sleep 100", 60 * SECOND, "", &held);
	assert_int_equal(result.end, CHILD_INTERRUPTED);
	assert_false(is_left("group"));
	waitpid(sender, NULL, 0);
	/*
	 * The signal is still pending: the next program is ended at once, unless signals do not end
	 * it.
	 */
	assert_true(child_interrupts_pending(&held));
	assert_int_equal(shell("sleep 100", 60 * SECOND, "", &held).end, CHILD_INTERRUPTED);
	assert_int_equal(shell("exit 4", 60 * SECOND, "", NULL).number, 4);
	signal(SIGTERM, SIG_IGN);
	child_interrupts_release(&held);
	sigpending(&pending);
	assert_false(sigismember(&pending, SIGTERM));
	/* Ignored, as under nohup(1) */
	child_interrupts_hold(&held);
	raise(SIGTERM);
	assert_false(child_interrupts_pending(&held));
	child_interrupts_release(&held);
	signal(SIGTERM, SIG_DFL);
}

static void the_caller_is_killed(void **state)
{
	int lock = open(top, O_RDONLY | O_CLOEXEC);
	char path[64];
	pid_t caller;

	(void)state;
	assert_int_equal(flock(lock, LOCK_EX), 0);
	snprintf(path, sizeof(path), "%s/group", top);
	unlink(path);
	caller = fork();
	if (caller == 0) {
		shell("echo $$ >$top/new; mv $top/new $top/group; sleep 100 & sleep 100",
		      60 * SECOND, "", NULL);
		_exit(0);
	}
	close(lock);
	for (uint64_t end = clock_now() + 20 * SECOND; access(path, F_OK) < 0; usleep(10000))
		assert_true(clock_now() < end);
	kill(caller, SIGKILL);
	waitpid(caller, NULL, 0);
	/* No process that is left behind for a moment holds the lock. */
	lock = open(top, O_RDONLY | O_CLOEXEC);
	assert_int_equal(flock(lock, LOCK_EX | LOCK_NB), 0);
	close(lock);
	assert_false(is_left("group"));
}

static int make_directory(void **state)
{
	(void)state;
	return mkdtemp(top) ? prctl(PR_SET_CHILD_SUBREAPER, 1) : -1;
}

static int remove_directory(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof(command), "rm -r %s", top);
	return system(command);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody_waits),
		cmocka_unit_test(left_behind),
		cmocka_unit_test(ends),
		cmocka_unit_test(not_run),
		cmocka_unit_test(input),
		cmocka_unit_test(given),
		cmocka_unit_test(time_is_up),
		cmocka_unit_test(interrupts),
		cmocka_unit_test(the_caller_is_killed),
	};

	return cmocka_run_group_tests_name("child", tests, make_directory, remove_directory);
}
