// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/walk/observe.h"
#include "util/cleanup.h"
#include "util/json.h"
#include "util/memory.h"
#include "util/sysfs.h"

#define DEVICES "/sys/bus/cxl/devices"
#define TRUTH "/sys/kernel/debug/cxl_lab_truth"

/* Read what the kernel itself says about memdevs and regions */
static char *read_truth(void)
{
	_cleanup_close_ int fd = open(TRUTH, O_RDONLY | O_CLOEXEC);
	char *text = memory_check(calloc(1, 4096));
	ssize_t size = fd >= 0 ? read(fd, text, 4095) : -1;

	if (size < 0) {
		fprintf(stderr, "walk: cannot read " TRUTH ": %m\n");
		exit(2);
	}
	return text;
}

int observe_truth(const char *memdev)
{
	_cleanup_free_ char *text = read_truth();
	_cleanup_free_ char *key = xasprintf("memdev %s attach ", memdev);
	const char *line = strstr(text, key);

	return line ? line[strlen(key)] == '1' : -1;
}

static void copy_name(char *to, const char *from)
{
	snprintf(to, NAME_MAX_, "%.*s", NAME_MAX_ - 1, from ?: "");
}

/* Set "" if the name cannot be read, or if the kernel shows that there is none */
static void read_name(const char *directory, const char *file, char *name)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", directory, file);
	char text[SYSFS_ATTR_MAX];

	copy_name(name, sysfs_read(AT_FDCWD, path, text, sizeof(text)) < 0 ? "" : text);
	if (strcmp(name, "(null)") == 0)
		name[0] = '\0';
}

static void read_link_name(const char *directory, const char *file, char *name)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", directory, file);
	_cleanup_free_ char *link = sysfs_link_name(AT_FDCWD, path);

	copy_name(name, link);
}

static const char *bus(const struct machine *machine)
{
	return machine->pci ? "pci" : "platform";
}

/* Test for a region of that memdev, and record its addresses */
static bool is_region_of(const char *region, const char *memdev, struct host_state *host)
{
	_cleanup_free_ char *directory = xasprintf(DEVICES "/%s", region);
	char decoder[NAME_MAX_], locked[NAME_MAX_], name[NAME_MAX_];
	_cleanup_free_ char *uport = NULL, *file = NULL;

	read_name(directory, "target0", decoder);
	read_name(directory, "locked", locked);
	if (strncmp(decoder, "decoder", 7) != 0 || strcmp(locked, "1") != 0)
		return false;
	decoder[strcspn(decoder, ".")] = '\0';
	uport = xasprintf(DEVICES "/endpoint%s", decoder + 7);
	read_link_name(uport, "uport", name);
	if (strcmp(name, memdev) != 0)
		return false;
	file = xasprintf("%s/resource", directory);
	host->resource = sysfs_read_number(AT_FDCWD, file);
	free(file);
	file = xasprintf("%s/size", directory);
	host->size = sysfs_read_number(AT_FDCWD, file);
	return true;
}

/* Test for a region of the memdev that the kernel says is attached, and locked */
static bool has_region(const char *memdev, const char *truth, struct host_state *host)
{
	DIR *devices = opendir(DEVICES);
	struct dirent *entry;
	bool found = false;

	while (devices && !found && (entry = readdir(devices))) {
		_cleanup_free_ char *line = xasprintf("region %s locked 1 attach 1", entry->d_name);

		found = strncmp(entry->d_name, "region", 6) == 0 && strstr(truth, line) &&
			is_region_of(entry->d_name, memdev, host);
	}
	if (devices)
		closedir(devices);
	return found;
}

static void find_memdev(const char *directory, char *name)
{
	DIR *devices = opendir(directory);
	struct dirent *entry;

	name[0] = '\0';
	while (devices && (entry = readdir(devices))) {
		if (strncmp(entry->d_name, "mem", 3) == 0 && strchr("0123456789", entry->d_name[3]))
			copy_name(name, entry->d_name);
	}
	if (devices)
		closedir(devices);
}

static void read_host(const struct machine *machine, const char *name, const char *truth,
		      struct host_state *host)
{
	_cleanup_free_ char *directory = xasprintf("/sys/bus/%s/devices/%s", bus(machine), name);
	_cleanup_free_ char *memdev = NULL, *line = NULL;
	char driver[NAME_MAX_];

	host->exists = sysfs_exists(AT_FDCWD, directory);
	if (!host->exists)
		return;
	read_link_name(directory, "driver", host->driver);
	read_name(directory, "driver_override", host->override);
	find_memdev(directory, host->memdev);
	if (!host->memdev[0])
		return;
	memdev = xasprintf(DEVICES "/%s", host->memdev);
	read_link_name(memdev, "driver", driver);
	line = xasprintf("memdev %s attach 1", host->memdev);
	host->attached = strcmp(host->driver, machine->provider) == 0 &&
			 strcmp(driver, "cxl_mem") == 0 && strstr(truth, line) &&
			 has_region(host->memdev, truth, host);
}

#define ACPI "/sys/bus/platform/drivers/cxl_acpi/"

static const char *text_of(struct json_object *json, const char *key)
{
	return json_object_get_string(json_object_object_get(json, key)) ?: "";
}

static void read_entry(const struct machine *machine, const char *name, struct state *state)
{
	_cleanup_free_ char *path = xasprintf("/run/cxl/%s", name);
	struct json_object *json = json_object_from_file(path);
	struct json_object *hosts = json ? json_object_object_get(json, "hosts") : NULL;

	state->nr_entries++;
	state->nr_unreadable += json_length(hosts) == 0;
	for (size_t i = 0; i < json_length(hosts); i++) {
		struct json_object *host = json_object_array_get_idx(hosts, i);

		for (size_t j = 0; j < machine->nr_hosts; j++) {
			if (strcmp(text_of(host, "host"), machine->hosts[j]) != 0)
				continue;
			state->hosts[j].in_journal = true;
			copy_name(state->hosts[j].journal_memdev, text_of(host, "memdev"));
		}
	}
	json_object_put(json);
}

static void read_journal(const struct machine *machine, struct state *state)
{
	DIR *journal = opendir("/run/cxl"), *settings = opendir("/run/cxl/settings");
	struct dirent *entry;

	while (journal && (entry = readdir(journal))) {
		const char *end = strrchr(entry->d_name, '.');

		if (entry->d_name[0] != '.' && end && strcmp(end, ".json") == 0)
			read_entry(machine, entry->d_name, state);
	}
	while (settings && (entry = readdir(settings)))
		state->settings_are_kept |= entry->d_name[0] != '.';
	if (journal)
		closedir(journal);
	if (settings)
		closedir(settings);
}

static void read_parameters(const struct machine *machine, struct state *state)
{
	_cleanup_free_ char *module = xasprintf("/sys/module/%s", machine->provider);
	_cleanup_free_ char *directory = xasprintf("%s/parameters", module);
	struct dirent **names = NULL;
	int count = scandir(directory, &names, NULL, alphasort);
	size_t used = 0;

	state->loaded = sysfs_exists(AT_FDCWD, module);
	for (int i = 0; i < count; i++) {
		char value[NAME_MAX_];

		if (names[i]->d_name[0] != '.' && used < PARAMETERS_MAX) {
			read_name(directory, names[i]->d_name, value);
			used += (size_t)snprintf(state->parameters + used, PARAMETERS_MAX - used,
						 "%s=%s ", names[i]->d_name, value);
		}
		free(names[i]);
	}
	free(names);
}

void observe_state(const struct machine *machine, struct state *state)
{
	_cleanup_free_ char *truth = read_truth();
	_cleanup_free_ char *autoprobe = xasprintf("/sys/bus/%s/drivers_autoprobe", bus(machine));

	*state = (struct state){.nr_hosts = machine->nr_hosts};
	for (size_t i = 0; i < machine->nr_hosts; i++)
		read_host(machine, machine->hosts[i], truth, &state->hosts[i]);
	for (const char *line = truth; (line = strstr(line, "memdev ")); line += 7)
		state->nr_memdevs += line[strcspn(line, "\n") - 1] == '1';
	state->autoprobe = sysfs_read_flag(AT_FDCWD, autoprobe);
	state->has_bus =
		sysfs_exists(AT_FDCWD, machine->pci ? ACPI "ACPI0017:00" : ACPI "cxl_acpi.0");
	read_parameters(machine, state);
	read_journal(machine, state);
}

int observe_machine(struct machine *machine)
{
	*machine = (struct machine){
		.pci = sysfs_exists(AT_FDCWD, "/sys/bus/pci/drivers/cxl_lab_accel")};
	struct dirent **names = NULL;
	_cleanup_free_ char *directory = NULL;
	int count;

	copy_name(machine->provider, machine->pci ? "cxl_lab_accel" : "cxl_mock_accel");
	machine->hand_to = machine->pci ? "vfio-pci" : "alarmtimer";
	directory = xasprintf("/sys/bus/%s/drivers/%s", bus(machine), machine->provider);
	count = scandir(directory, &names, NULL, alphasort);
	for (int i = 0; i < count; i++) {
		_cleanup_free_ char *device =
			xasprintf("%s/%s/driver_override", directory, names[i]->d_name);

		if (sysfs_exists(AT_FDCWD, device) && machine->nr_hosts < HOSTS_MAX)
			copy_name(machine->hosts[machine->nr_hosts++], names[i]->d_name);
		free(names[i]);
	}
	free(names);
	return machine->nr_hosts > 0 ? 0 : -ENODEV;
}
