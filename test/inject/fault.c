// SPDX-License-Identifier: GPL-2.0-only
/*
 * fault: run a program, and let one of its system calls fail, or kill the process before or after
 * the call.
 *
 * strace can also do that, but it counts the calls of each process separately. What it does to the
 * fifth openat() of the command, it also does to the fifth of the worker. This program counts the
 * calls of each process, and changes only one call of one process. A recorded machine has no
 * kernel. --hook plays the kernel's part after each write to /sys, before the process that wrote
 * continues. With --hang, reads of the files with that text in their paths wait until a signal
 * comes, as if the kernel did not answer.
 */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test/inject/calls.h"

#define PROCESSES_MAX 64

/* What to do, and to which call */
static struct {
	size_t process, number; /* from 0; from 1: the index of the call among those of that name */
	const char *call;	/* NULL: none */
	int error;		/* the error of the call; 0: the process is killed */
	bool after;		/* the call is made first */
	const char *hook, *own;
	const char *hang; /* a part of the paths that are not answered; NULL: none */
	size_t hangs;	  /* how often */
	FILE *log, *result;
	unsigned int limit;
} todo = {.limit = 60, .hangs = SIZE_MAX};

static struct process {
	pid_t pid;
	bool is_entered, is_early, is_hit, is_let_go, opens_to_write;
	long call; /* the number of the system call that it is in, or was in last */
	size_t counts[CALLS_MAX];
	char what[512]; /* the path that the call concerns */
} processes[PROCESSES_MAX];

static size_t nr_processes;
static unsigned long entry, entry_word; /* of the program: ld.so has finished there */
static bool fired, timed_out;

static struct process *find(pid_t pid)
{
	for (size_t i = 0; i < nr_processes; i++) {
		if (processes[i].pid == pid)
			return &processes[i];
	}
	if (nr_processes == PROCESSES_MAX)
		abort();
	processes[nr_processes].pid = pid;
	return &processes[nr_processes++];
}

static void read_text(pid_t pid, unsigned long long address, char *text, size_t size)
{
	char path[64];
	ssize_t got = -1;
	int memory;

	snprintf(path, sizeof(path), "/proc/%d/mem", (int)pid);
	memory = open(path, O_RDONLY | O_CLOEXEC);
	if (memory >= 0) {
		got = pread(memory, text, size - 1, (off_t)address);
		close(memory);
	}
	text[got < 0 ? 0 : got] = '\0';
}

static void read_link(const char *path, char *text, size_t size)
{
	ssize_t length = readlink(path, text, size - 1);

	text[length < 0 ? 0 : length] = '\0';
}

static void name_what(struct process *process, const struct user_regs_struct *regs)
{
	enum call_about about = call_about((long)regs->orig_rax);
	char link[64];

	process->what[0] = '\0';
	snprintf(link, sizeof(link), "/proc/%d/fd/%d", (int)process->pid, (int)regs->rdi);
	if (about == ABOUT_FD)
		read_link(link, process->what, sizeof(process->what));
	else if (about == ABOUT_PATH)
		read_text(process->pid, regs->rdi, process->what, sizeof(process->what));
	else if (about == ABOUT_PATH_AT)
		read_text(process->pid, regs->rsi, process->what, sizeof(process->what));
	process->what[strcspn(process->what, "\n\t")] = '\0';
}

static bool is_the_one(const struct process *process, const struct user_regs_struct *regs)
{
	return todo.call && !fired && todo.process == (size_t)(process - processes) &&
	       process->counts[call_index((long)regs->orig_rax)] == todo.number &&
	       strcmp(call_name((long)regs->orig_rax), todo.call) == 0;
}

static bool is_unanswered(const struct process *process, const struct user_regs_struct *regs)
{
	return todo.hang && todo.hangs > 0 &&
	       (regs->orig_rax == SYS_read || regs->orig_rax == SYS_pread64) &&
	       strstr(process->what, todo.hang);
}

static void enter(struct process *process, struct user_regs_struct *regs)
{
	process->call = (long)regs->orig_rax;
	process->counts[call_index((long)regs->orig_rax)]++;
	name_what(process, regs);
	process->opens_to_write = strcmp(call_name((long)regs->orig_rax), "openat") == 0 &&
				  (regs->rdx & (O_ACCMODE | O_CREAT)) != 0 &&
				  (regs->rdx & O_PATH) == 0;
	if (is_unanswered(process, regs)) {
		todo.hangs--;
		regs->orig_rax = SYS_pause;
		ptrace(PTRACE_SETREGS, process->pid, NULL, regs);
		return;
	}
	process->is_hit = is_the_one(process, regs);
	fired |= process->is_hit;
	if (!process->is_hit || todo.after)
		return;
	if (!todo.error) {
		kill(process->pid, SIGKILL);
		return;
	}
	regs->orig_rax = (unsigned long long)-1; /* the call is not made */
	ptrace(PTRACE_SETREGS, process->pid, NULL, regs);
}

/* Run the hook for what the process wrote to a file of sysfs, in place of the kernel */
static void run_hook(const struct process *process, const struct user_regs_struct *regs)
{
	char text[4096];
	size_t size = regs->rax < sizeof(text) ? regs->rax + 1 : sizeof(text);
	pid_t pid;

	read_text(process->pid, regs->rsi, text, size);
	pid = fork();
	if (pid == 0) {
		execl(todo.hook, todo.hook, process->what, text, (char *)NULL);
		_exit(127);
	}
	waitpid(pid, NULL, 0);
}

static void leave(struct process *process, struct user_regs_struct *regs)
{
	/* At the end of rt_sigreturn(2), the registers are those of the code that was interrupted.
	 */
	const char *name = call_name(process->call);
	bool wrote = strcmp(name, "write") == 0 && (long long)regs->rax > 0;

	if (todo.log)
		fprintf(todo.log, "%zu\t%s\t%s\t%zu\t%lld\t%s\t%s\n", (size_t)(process - processes),
			process->is_early ? "early" : "own", name,
			process->counts[call_index(process->call)], (long long)regs->rax,
			process->opens_to_write ? "w" : "", process->what);
	if (todo.hook && wrote && strncmp(process->what, "/sys/", 5) == 0)
		run_hook(process, regs);
	if (!process->is_hit)
		return;
	process->is_hit = false;
	if (todo.error) {
		regs->rax = (unsigned long long)-todo.error;
		ptrace(PTRACE_SETREGS, process->pid, NULL, regs);
	} else {
		kill(process->pid, SIGKILL);
	}
}

static void at_call(struct process *process)
{
	struct user_regs_struct regs;

	if (ptrace(PTRACE_GETREGS, process->pid, NULL, &regs) < 0)
		return;
	process->is_entered = !process->is_entered;
	if (process->is_entered)
		enter(process, &regs);
	else
		leave(process, &regs);
}

/* Test for the command itself, or the other program that todo.own names; cxl-cli is neither. */
static bool is_own(pid_t pid, const char *command)
{
	struct stat program, own;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/exe", (int)pid);
	if (stat(path, &program) < 0)
		return false;
	return (stat(command, &own) == 0 && own.st_ino == program.st_ino &&
		own.st_dev == program.st_dev) ||
	       (todo.own && stat(todo.own, &own) == 0 && own.st_ino == program.st_ino &&
		own.st_dev == program.st_dev);
}

static unsigned long read_entry(pid_t pid)
{
	Elf64_auxv_t vector;
	unsigned long found = 0;
	char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/auxv", (int)pid);
	file = fopen(path, "re");
	while (file && fread(&vector, sizeof(vector), 1, file) == 1) {
		if (vector.a_type == AT_ENTRY)
			found = vector.a_un.a_val;
	}
	if (file)
		fclose(file);
	return found;
}

/* Set a breakpoint at the program's entry: the calls before it are those of ld.so. */
static void begin_program(struct process *process)
{
	process->is_early = true;
	entry = read_entry(process->pid);
	errno = 0;
	entry_word = (unsigned long)ptrace(PTRACE_PEEKTEXT, process->pid, entry, NULL);
	if (errno == 0)
		ptrace(PTRACE_POKETEXT, process->pid, entry, (entry_word & ~0xffUL) | 0xcc);
}

static bool at_entry(struct process *process)
{
	struct user_regs_struct regs;

	if (!process->is_early || ptrace(PTRACE_GETREGS, process->pid, NULL, &regs) < 0 ||
	    regs.rip != entry + 1)
		return false;
	ptrace(PTRACE_POKETEXT, process->pid, entry, entry_word);
	regs.rip = entry;
	ptrace(PTRACE_SETREGS, process->pid, NULL, &regs);
	process->is_early = false;
	return true;
}

/* Handle a process that has stopped; return the signal to deliver */
static int stopped(struct process *process, int status, const char *command)
{
	int signal = WSTOPSIG(status), event = status >> 16;

	if (signal == (SIGTRAP | 0x80)) {
		at_call(process);
		return 0;
	}
	if (event == PTRACE_EVENT_EXEC) {
		/* The calls of another program, such as cxl-cli, do not count. */
		process->is_let_go = !is_own(process->pid, command);
		if (!process->is_let_go)
			begin_program(process);
		return 0;
	}
	/* A new process begins with SIGSTOP. */
	if (event || (signal == SIGTRAP && at_entry(process)) || signal == SIGSTOP)
		return 0;
	return signal;
}

static void on_alarm(int number)
{
	(void)number;
	timed_out = true;
	for (size_t i = 0; i < nr_processes; i++) {
		if (processes[i].pid > 0)
			kill(processes[i].pid, SIGKILL);
	}
}

/* Wait until all processes have ended. Return: the status of the first, as from waitpid(2) */
static int follow(pid_t first, const char *command)
{
	int status, result = 0;
	pid_t pid;

	while ((pid = waitpid(-1, &status, __WALL)) > 0 || errno == EINTR) {
		struct process *process;
		int signal;

		if (pid < 0)
			continue;
		process = find(pid);
		if (!WIFSTOPPED(status)) {
			if (pid == first)
				result = status;
			process->pid = -1; /* another process may get its number */
			continue;
		}
		signal = stopped(process, status, command);
		ptrace(process->is_let_go ? PTRACE_DETACH : PTRACE_SYSCALL, pid, NULL, signal);
	}
	return result;
}

static pid_t start(char **command)
{
	const long traced = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
			    PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;
	pid_t pid = fork();

	if (pid == 0) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		raise(SIGSTOP);
		execv(command[0], command);
		_exit(127);
	}
	waitpid(pid, NULL, 0);
	find(pid)->is_entered = true; /* execve() has only an exit */
	ptrace(PTRACE_SETOPTIONS, pid, NULL, traced);
	ptrace(PTRACE_CONT, pid, NULL, NULL);
	return pid;
}

static int error_of(const char *name)
{
	for (int error = 1; error < 134; error++) {
		if (strerrorname_np(error) && strcmp(strerrorname_np(error), name) == 0)
			return error;
	}
	fprintf(stderr, "fault: no such error: %s\n", name);
	exit(EXIT_FAILURE);
}

/* The options; the key of each is its own letter */
static const struct option options[] = {
	{"process", required_argument, NULL, 'p'},
	{"call", required_argument, NULL, 'c'},
	{"number", required_argument, NULL, 'n'},
	{"error", required_argument, NULL, 'e'},
	{"after", no_argument, NULL, 'a'},
	{"hook", required_argument, NULL, 'h'},
	{"log", required_argument, NULL, 'l'},
	{"result", required_argument, NULL, 'r'},
	{"limit", required_argument, NULL, 't'},
	{"own", required_argument, NULL, 'o'},
	{"hang", required_argument, NULL, 'g'},
	{"times", required_argument, NULL, 'm'},
	{0},
};

static bool set_text(int key, const char *value)
{
	const char **text = key == 'c'	 ? &todo.call
			    : key == 'h' ? &todo.hook
			    : key == 'o' ? &todo.own
			    : key == 'g' ? &todo.hang
					 : NULL;

	if (text)
		*text = value;
	return text != NULL;
}

static bool set_file(int key, const char *value)
{
	FILE **file = key == 'l' ? &todo.log : key == 'r' ? &todo.result : NULL;

	if (file)
		*file = fopen(value, "we");
	return file != NULL;
}

static void parse(int argc, char **argv)
{
	int key;

	while ((key = getopt_long(argc, argv, "+", options, NULL)) != -1) {
		if (key == '?')
			exit(2);
		if (set_text(key, optarg) || set_file(key, optarg))
			continue;
		if (key == 'a')
			todo.after = true;
		else if (key == 'e')
			todo.error = error_of(optarg);
		else if (key == 'p')
			todo.process = strtoul(optarg, NULL, 10);
		else if (key == 'n')
			todo.number = strtoul(optarg, NULL, 10);
		else if (key == 'm')
			todo.hangs = strtoul(optarg, NULL, 10);
		else
			todo.limit = (unsigned int)strtoul(optarg, NULL, 10);
	}
}

int main(int argc, char **argv)
{
	int status;

	parse(argc, argv);
	if (optind == argc) {
		fputs("usage: fault [--log FILE] [--result FILE] [--limit SECONDS] [--hook "
		      "PROGRAM] "
		      "[--own PROGRAM]\n             [--process N --call NAME --number N [--error "
		      "NAME] [--after]]\n             [--hang PATH [--times N]] PROGRAM "
		      "[ARGUMENT...]\n",
		      stderr);
		return 2;
	}
	sigaction(SIGALRM, &(struct sigaction){.sa_handler = on_alarm}, NULL);
	alarm(todo.limit);
	status = follow(start(argv + optind), argv[optind]);
	if (todo.result)
		fprintf(todo.result, "%s %d %s\n",
			timed_out	      ? "hung"
			: WIFSIGNALED(status) ? "signal"
					      : "exit",
			WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status),
			fired ? "fired" : "missed");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
