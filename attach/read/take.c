// SPDX-License-Identifier: LGPL-2.1-only
#include "attach/model/snapshot.h"
#include "attach/read/devices.h"
#include "attach/read/hosts.h"
#include "attach/read/modules.h"
#include "attach/read/take.h"
#include "attach/read/target-node.h"
#include "util/read-limit.h"
#include "util/sysfs-files.h"

static int take_devices(struct root root, const struct snapshot *before, struct sysfs_files *files,
			enum depth depth, const struct snapshot *like, struct snapshot *snapshot)
{
	int rc;

	snapshot_begin(snapshot);
	snapshot->root = root;
	read_limit_begin();
	rc = devices_read(before, files, depth, like, snapshot);
	read_limit_end();
	if (rc < 0) {
		snapshot_release(snapshot);
		return rc;
	}
	snapshot_link(snapshot);
	return 0;
}

int snapshot_take_devices(struct root root, struct snapshot *snapshot)
{
	return take_devices(root, NULL, NULL, DEPTH_ALL, NULL, snapshot);
}

int snapshot_take_again(const struct snapshot *before, struct sysfs_files *files,
			const struct snapshot *like, struct snapshot *snapshot)
{
	int rc = take_devices(before->root, before, files, DEPTH_STATE, like, snapshot);

	if (files)
		sysfs_files_sweep(files);
	return rc;
}

int snapshot_take_brief(struct root root, const struct snapshot *before, struct snapshot *snapshot)
{
	return take_devices(root, before, NULL, DEPTH_BRIEF, NULL, snapshot);
}

static void take_the_rest(struct snapshot *snapshot)
{
	struct modules *modules;

	snapshot_read_target_nodes(snapshot);
	modules = modules_open(snapshot->root);
	snapshot_read_modules(snapshot, modules);
	snapshot_read_unattached_hosts(snapshot, modules);
	modules_close(modules);
}

int snapshot_take(struct root root, struct snapshot *snapshot)
{
	int rc;

	read_limit_begin(); /* for all reads, which then need no timer each */
	rc = snapshot_take_devices(root, snapshot);
	if (rc == 0)
		take_the_rest(snapshot);
	read_limit_end();
	return rc;
}

void snapshot_add_modules(struct snapshot *snapshot)
{
	struct modules *modules;

	read_limit_begin();
	modules = modules_open(snapshot->root);
	snapshot_read_modules(snapshot, modules);
	modules_close(modules);
	read_limit_end();
}
