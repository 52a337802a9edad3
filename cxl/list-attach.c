// SPDX-License-Identifier: GPL-2.0-only
#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include <cxl/libcxl.h>

#include "cxl/attach/provider.h"
#include "cxl/attach/snapshot.h"
#include "cxl/command.h"
#include "util/cleanup.h"
#include "util/json.h"

enum { KEY_DEBUG = 0x100 };

struct options {
	bool human;
	bool debug;
	char **memdevs; /* as given: "mem0", "0"; none means every one */
	int nr_memdevs;
};

/* "mem0" or "0" */
static bool is_memdev_name(const char *name)
{
	if (strncmp(name, "mem", 3) == 0)
		name += 3;
	return *name != '\0' && name[strspn(name, "0123456789")] == '\0';
}

static void check_names(const struct options *options, const struct argp_state *state)
{
	for (int i = 0; i < options->nr_memdevs; i++) {
		if (!is_memdev_name(options->memdevs[i]))
			argp_error(state, "'%s' is no name of a memdev, such as mem0",
				   options->memdevs[i]);
	}
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *options = state->input;

	(void)arg;
	switch (key) {
	case 'u':
		options->human = true;
		return 0;
	case 'h':
		argp_state_help(state, state->out_stream, ARGP_HELP_STD_HELP);
		return 0;
	case KEY_DEBUG:
		options->debug = true;
		return 0;
	case ARGP_KEY_ARGS:
		options->memdevs = state->argv + state->next;
		options->nr_memdevs = state->argc - state->next;
		check_names(options, state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option argp_options[] = {
	{"human", 'u', NULL, 0, "Sizes and addresses for people, as text", 0},
	{"debug", KEY_DEBUG, NULL, 0, "Say on stderr what libcxl does", 0},
	{NULL, 'h', NULL, OPTION_HIDDEN, NULL, 0},
	{0},
};

static const struct argp argp = {
	.options = argp_options,
	.parser = parse,
	.args_doc = "[MEMDEV...]",
	.doc = "List, as JSON, the memdevs whose driver attached them (devm_cxl_probe_mem(), "
	       "kernel "
	       "v7.2 and later), with that driver, its module and the regions behind it.\v"
	       "Examples:\n"
	       "  cxl list-attach\n"
	       "  cxl list-attach -u mem0\n"
	       "  cxl list-attach | jq -r '.[] | \"\\(.memdev) \\(.provider)\"'\n"
	       "\nExit status: 0 done, 1 failed or no such memdev, 2 wrong usage.",
};

static const char *without_prefix(const char *name)
{
	return strncmp(name, "mem", 3) == 0 ? name + 3 : name;
}

static bool is_wanted(const struct options *options, const char *memdev)
{
	for (int i = 0; i < options->nr_memdevs; i++) {
		if (strcmp(without_prefix(options->memdevs[i]), without_prefix(memdev)) == 0)
			return true;
	}
	return options->nr_memdevs == 0;
}

static struct json_object *region_json(const struct snapshot_region *region, bool human)
{
	struct json_object *json = json_new_object();

	json_add_string(json, "region", region->name);
	if (region->resource != UINT64_MAX)
		json_add_address(json, "resource", region->resource, human);
	if (region->size != UINT64_MAX)
		json_add_size(json, "size", region->size, human);
	json_add_string(json, "state", region->enabled ? "enabled" : "disabled");
	json_add_string(json, "decode_state", region->committed ? "commit" : "reset");
	if (region->locked != FLAG_UNKNOWN)
		json_add_bool(json, "locked", region->locked == FLAG_YES);
	return json;
}

static struct json_object *evidence_json(const struct attach_evidence *evidence)
{
	struct json_object *json = json_new_object();
	_cleanup_free_ char *file = NULL;

	if (asprintf(&file, "/sys/bus/cxl/devices/%s/%s", evidence->device, evidence->attribute) <
	    0)
		file = NULL;
	json_add_string(json, "signal", evidence->signal);
	json_add_string(json, "file", file);
	json_add_string(json, "value", evidence->said);
	return json;
}

static struct json_object *memdev_json(const struct snapshot_memdev *memdev,
				       const struct attach_answer *answer, bool human)
{
	struct json_object *json = json_new_object();
	struct json_object *regions = json_new_array();
	struct json_object *evidence = json_new_array();

	for (size_t i = 0; i < memdev->nr_regions; i++)
		json_append(regions, region_json(memdev->regions[i], human));
	for (size_t i = 0; i < answer->nr_evidence; i++)
		json_append(evidence, evidence_json(&answer->evidence[i]));
	json_add_string(json, "memdev", memdev->name);
	json_add_string(json, "attach", attach_state_name(answer->state));
	json_add_string(json, "host", memdev->host);
	json_add_string(json, "subsystem", memdev->host_subsystem);
	json_add_string(json, "provider", memdev->host_driver);
	json_add_string(json, "module", memdev->host_module);
	json_add_string(json, "endpoint", memdev->endpoint);
	json_add(json, "regions", regions);
	json_add(json, "evidence", evidence);
	return json;
}

/* The memdevs that have or may have a provider, as a new array; NULL without memory */
static struct json_object *report(const struct snapshot *snapshot, const struct options *options)
{
	struct json_object *memdevs = json_new_array();

	for (size_t i = 0; i < snapshot->nr_memdevs; i++) {
		const struct snapshot_memdev *memdev = &snapshot->memdevs[i];
		struct attach_answer answer;

		if (!is_wanted(options, memdev->name))
			continue;
		if (attach_infer(memdev, &answer) < 0) {
			json_object_put(memdevs);
			return NULL;
		}
		if (answer.state != ATTACH_NONE)
			json_append(memdevs, memdev_json(memdev, &answer, options->human));
		attach_answer_release(&answer);
	}
	return memdevs;
}

/* What the JSON cannot say: a sentence on stderr each; the exit status that follows from it */
static int remarks(const struct snapshot *snapshot, const struct options *options)
{
	int status = EXIT_DONE;

	if (!snapshot->has_bus)
		fputs("cxl list-attach: this system has no CXL bus\n", stderr);
	if (snapshot->nr_left_out > 0)
		fprintf(stderr,
			"cxl list-attach: %zu memdev(s) could not be read and are left out\n",
			snapshot->nr_left_out);
	for (int i = 0; i < options->nr_memdevs; i++) {
		struct options one = {.memdevs = &options->memdevs[i], .nr_memdevs = 1};
		size_t j = 0;

		while (j < snapshot->nr_memdevs && !is_wanted(&one, snapshot->memdevs[j].name))
			j++;
		if (j < snapshot->nr_memdevs)
			continue;
		fprintf(stderr, "cxl list-attach: there is no memdev '%s'\n", options->memdevs[i]);
		status = EXIT_FAILED;
	}
	return status;
}

static int take_snapshot(struct snapshot *snapshot, const struct options *options)
{
	struct cxl_ctx *ctx;
	int rc = cxl_new(&ctx);

	if (rc == 0) {
		if (options->debug)
			cxl_set_log_priority(ctx, LOG_DEBUG);
		rc = snapshot_take(ctx, snapshot);
		cxl_unref(ctx);
	}
	if (rc < 0)
		fprintf(stderr, "cxl list-attach: cannot read the CXL devices: %s\n",
			strerror(-rc));
	return rc;
}

static int list_attach(int argc, char **argv)
{
	struct options options = {0};
	struct json_object *json;
	struct snapshot snapshot;
	int status, rc;

	if (argp_parse(&argp, argc, argv, 0, NULL, &options))
		return EXIT_USAGE;
	if (take_snapshot(&snapshot, &options) < 0)
		return EXIT_FAILED;
	json = report(&snapshot, &options);
	if (!json) {
		fputs("cxl list-attach: out of memory\n", stderr);
		status = EXIT_FAILED;
	} else {
		status = remarks(&snapshot, &options);
		rc = json_print(json);
		if (rc < 0) {
			fprintf(stderr, "cxl list-attach: cannot write the answer: %s\n",
				strerror(-rc));
			status = EXIT_FAILED;
		}
	}
	snapshot_release(&snapshot);
	return status;
}

const struct cxl_command list_attach_command = {
	.name = "list-attach",
	.help = "which memdevs have an attach provider, which one, with which regions",
	.argp = &argp,
	.run = list_attach,
};
