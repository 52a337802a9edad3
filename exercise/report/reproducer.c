// SPDX-License-Identifier: GPL-2.0-only
struct names {
	char memdev[64], endpoint[64], port[64], region[64], resource[64];
};

static struct names names;
static long long delays[ACTORS];

static long long now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000LL + now.tv_nsec / 1000;
}

static void wait_until(long long us)
{
	const struct timespec until = {.tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000};

	while (us > now_us())
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
}

static long long between(long long least, long long most)
{
	return least +
	       (long long)((unsigned long long)random() << 31 | (unsigned long long)random()) %
		       (most - least + 1);
}

static void put(const char *file, const char *text)
{
	int fd = open(file, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (write(fd, text, strlen(text)) < 0) {
		/* The kernel may refuse what the write asks for. */
	}
	close(fd);
}

static void __attribute__((format(printf, 1, 2))) say(const char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	put("/dev/kmsg", text);
}

/* Read the file's first line */
static void get(const char *file, char *text, size_t size)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	ssize_t got = fd < 0 ? 0 : read(fd, text, size - 1);

	text[got > 0 ? got : 0] = '\0';
	text[strcspn(text, "\n")] = '\0';
	if (fd >= 0)
		close(fd);
}

static void link_name(const char *path, char *name, size_t size)
{
	char target[512], *slash;
	ssize_t got = readlink(path, target, sizeof(target) - 1);

	target[got > 0 ? got : 0] = '\0';
	slash = strrchr(target, '/');
	snprintf(name, size, "%s", slash ? slash + 1 : target);
}

static void find(glob_t *found, const char *pattern)
{
	if (glob(pattern, 0, NULL, found) != 0)
		memset(found, 0, sizeof(*found));
}

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static void lookup_region(const char *endpoint)
{
	char pattern[300];
	glob_t regions;

	snprintf(pattern, sizeof(pattern), "%s/decoder*/region", endpoint);
	find(&regions, pattern);
	names.region[0] = '\0';
	for (size_t i = 0; i < regions.gl_pathc && !names.region[0]; i++)
		get(regions.gl_pathv[i], names.region, sizeof(names.region));
	globfree(&regions);
	snprintf(pattern, sizeof(pattern), "/sys/bus/cxl/devices/%s/resource", names.region);
	if (names.region[0])
		get(pattern, names.resource, sizeof(names.resource));
}

/* Look up the names, because they can change from trial to trial. */
static void lookup(void)
{
	char path[300], uport[64], *real, *slash;
	glob_t found;

	find(&found, "/sys/bus/" HOST_BUS "/devices/" HOST "/mem[0-9]*");
	if (found.gl_pathc > 0)
		snprintf(names.memdev, sizeof(names.memdev), "%s", last_part(found.gl_pathv[0]));
	globfree(&found);
	find(&found, "/sys/bus/cxl/devices/endpoint*");
	for (size_t i = 0; i < found.gl_pathc; i++) {
		snprintf(path, sizeof(path), "%s/uport", found.gl_pathv[i]);
		link_name(path, uport, sizeof(uport));
		if (strcmp(uport, names.memdev) != 0)
			continue;
		snprintf(names.endpoint, sizeof(names.endpoint), "%s",
			 last_part(found.gl_pathv[i]));
		real = realpath(found.gl_pathv[i], NULL);
		slash = real ? strrchr(real, '/') : NULL;
		if (slash) {
			*slash = '\0';
			snprintf(names.port, sizeof(names.port), "%s", last_part(real));
		}
		free(real);
		lookup_region(found.gl_pathv[i]);
	}
	globfree(&found);
}

static const char *named(const char *text)
{
	if (strcmp(text, "$mem") == 0)
		return names.memdev;
	if (strcmp(text, "$endpoint") == 0)
		return names.endpoint;
	if (strcmp(text, "$port") == 0)
		return names.port;
	return strcmp(text, "$region") == 0 ? names.region : text;
}

static void read_all(void)
{
	char text[4096];
	glob_t found;

	find(&found, "/sys/bus/cxl/devices/*/*");
	for (size_t i = 0; i < found.gl_pathc; i++)
		get(found.gl_pathv[i], text, sizeof(text));
	globfree(&found);
}

static void open_memdev(void)
{
	char path[100];
	int fd;

	snprintf(path, sizeof(path), "/dev/cxl/%s", names.memdev);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd >= 0)
		close(fd);
}

/* Keep the file open for a while, or close it and keep only a mapping of it */
static void hold(const char *directory, const char *name, int map)
{
	char path[200];
	void *memory = MAP_FAILED;
	int fd;

	snprintf(path, sizeof(path), "/dev/%s%s%s", directory, *directory ? "/" : "", name);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return;
	if (map) {
		memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		close(fd);
	}
	wait_until(now_us() + 50000);
	if (memory != MAP_FAILED)
		munmap(memory, 4096);
	if (!map)
		close(fd);
}

static const char *wanted_module;
static char module_path[512];

/* Test for NAME.ko, or a compressed one. In names of modules, - and _ are the same. */
static int match_module(const char *path, const struct stat *status, int type, struct FTW *ftw)
{
	const char *name = path + ftw->base, *wanted = wanted_module;

	(void)status;
	while (type == FTW_F && *wanted &&
	       (*name == *wanted || (*name == '-' && *wanted == '_') ||
		(*name == '_' && *wanted == '-'))) {
		name++;
		wanted++;
	}
	if (type != FTW_F || *wanted || strncmp(name, ".ko", 3) != 0)
		return 0;
	snprintf(module_path, sizeof(module_path), "%s", path);
	return 1;
}

/* Load the module alone: the modules that it depends on have stayed. */
static void load(const char *module, const char *options)
{
	struct utsname kernel;
	char top[300];
	int fd;

	uname(&kernel);
	snprintf(top, sizeof(top), "/lib/modules/%s", kernel.release);
	wanted_module = module;
	if (nftw(top, match_module, 16, FTW_PHYS) != 1)
		return;
	fd = open(module_path, O_RDONLY | O_CLOEXEC);
	/* 4 is MODULE_INIT_COMPRESSED_FILE */
	syscall(SYS_finit_module, fd, options ? options : "",
		strcmp(module_path + strlen(module_path) - 3, ".ko") == 0 ? 0 : 4);
	if (fd >= 0)
		close(fd);
}

static void bind_all(const char *pattern, const char *driver)
{
	glob_t found;

	find(&found, pattern);
	for (size_t i = 0; i < found.gl_pathc; i++)
		put(driver, last_part(found.gl_pathv[i]));
	globfree(&found);
}

static void do_step(const struct step *step)
{
	switch (step->kind) {
	case WRITE:
		put(step->file, named(step->text));
		break;
	case LOAD:
		load(step->file, step->text);
		break;
	case UNLOAD:
		syscall(SYS_delete_module, step->file, O_NONBLOCK);
		break;
	case LIST:
		read_all();
		break;
	case OPEN:
		open_memdev();
		break;
	case HOLD:
	case MAP:
		hold(step->file, named(step->text), step->kind == MAP);
		break;
	case PORTS:
		bind_all("/sys/bus/cxl/devices/port*", "/sys/bus/cxl/drivers/cxl_port/bind");
		break;
	}
}

/* Give a later actor a higher priority: all of them share one processor. */
static void take_rank(size_t actor)
{
	struct sched_param param = {.sched_priority = 1};

	for (size_t i = 0; i < ACTORS; i++)
		param.sched_priority +=
			delays[i] < delays[actor] || (delays[i] == delays[actor] && i < actor);
	sched_setscheduler(0, SCHED_FIFO, &param);
}

static void keep_to_one_processor(void)
{
	cpu_set_t allowed, one;

	CPU_ZERO(&one);
	sched_getaffinity(0, sizeof(allowed), &allowed);
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (CPU_ISSET(cpu, &allowed)) {
			CPU_ZERO(&one);
			CPU_SET(cpu, &one);
		}
	}
	sched_setaffinity(0, sizeof(one), &one);
}

/* Repeat the steps, some of them only every WHOLE_EVERY times */
static void act(const struct operation *operation, long long start)
{
	long long until = start + operation->lasts_us;

	if (operation->ranked)
		take_rank(operation->actor);
	if (operation->lasts_us)
		wait_until(start + delays[operation->actor]);
	for (size_t time = 0; time == 0 || now_us() < until; time++) {
		for (size_t i = 0; i < operation->count; i++) {
			if (!operation->often || i < operation->often || time % WHOLE_EVERY == 0)
				do_step(&operation->steps[i]);
		}
		if (operation->ranked)
			wait_until(now_us() + delays[operation->actor]);
	}
	_exit(0);
}

static void draw_delays(void)
{
	for (size_t i = 0; i < ACTORS; i++)
		delays[i] = ACTORS > 1 ? between(0, LONGEST_US) : 0;
	if (IS_RACE) {
		long long offset = between(OFFSET_LEAST_US, OFFSET_MOST_US);

		delays[0] = offset < 0 ? -offset : 0;
		delays[ACTORS - 1] = offset > 0 ? offset : 0;
	}
}

static void run_actors(void)
{
	long processors = BUSY ? sysconf(_SC_NPROCESSORS_ONLN) : 0;
	pid_t busy[64], actors[OPERATIONS];
	long long start;

	processors = processors > 64 ? 64 : processors;
	for (long i = 0; i < processors; i++) {
		busy[i] = fork();
		if (busy[i] == 0) {
			for (;;)
				__asm__ volatile("" ::: "memory");
		}
	}
	start = now_us() + 100000;
	for (size_t i = 0; i < OPERATIONS; i++) {
		actors[i] = fork();
		if (actors[i] == 0)
			act(&operations[i], start);
	}
	for (size_t i = 0; i < OPERATIONS; i++)
		waitpid(actors[i], NULL, 0);
	for (long i = 0; i < processors; i++) {
		kill(busy[i], SIGKILL);
		waitpid(busy[i], NULL, 0);
	}
}

static void say_left(const char *pattern, int by_resource)
{
	char path[300], resource[64];
	glob_t found;

	find(&found, pattern);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		snprintf(path, sizeof(path), "%s/resource", found.gl_pathv[i]);
		if (by_resource)
			get(path, resource, sizeof(resource));
		if (!by_resource || strcmp(resource, names.resource) == 0)
			say("left behind: %s", last_part(found.gl_pathv[i]));
	}
	globfree(&found);
}

/* A host without its driver must have no memdev and no region. */
static void check(void)
{
	put("/sys/bus/cxl/flush", "1");
	if (access("/sys/bus/" HOST_BUS "/devices/" HOST "/driver", F_OK) == 0)
		return;
	say_left("/sys/bus/" HOST_BUS "/devices/" HOST "/mem[0-9]*", 0);
	say_left("/sys/bus/cxl/devices/region*", 1);
}

/* Binding a device that is already bound does nothing. */
static void restore(void)
{
	for (size_t i = 0; i < sizeof(restoring) / sizeof(*restoring); i++)
		do_step(&restoring[i]);
	bind_all("/sys/bus/cxl/devices/region*", "/sys/bus/cxl/drivers/cxl_region/bind");
}

int main(void)
{
	char first[64] = "";

	srandom((unsigned int)now_us());
	if (operations[0].ranked)
		keep_to_one_processor();
	for (long trial = 1; trial <= TRIALS; trial++) {
		printf("trial %ld\n", trial);
		fflush(stdout);
		lookup();
		if (!first[0])
			memcpy(first, names.memdev, sizeof(first));
		/*
		 * The kernel assigns the lowest free number: a new name means that the old number
		 * is still in use.
		 */
		if (strcmp(first, names.memdev) != 0)
			say("taken: %s, now it is %s", first, names.memdev);
		draw_delays();
		run_actors();
		check();
		restore();
	}
	return 0;
}
