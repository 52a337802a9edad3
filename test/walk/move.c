// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "test/walk/move.h"
#include "util/cleanup.h"
#include "util/memory.h"

const char *method_name(enum method method)
{
	static const char *const names[NR_METHODS_DRAWN] = {
		"memdev", "host", "endpoint", "port", "bus", "module", "pci-remove", "handover",
	};

	return names[method];
}

static const char *bus(const struct machine *machine)
{
	return machine->pci ? "pci" : "platform";
}

char *move_preamble(const struct machine *machine)
{
	return xasprintf("mem() { basename /sys/bus/%s/devices/$1/mem*; }\n"
			 "was() { jq -r \".hosts[] | select(.host == \\\"$1\\\").memdev\" "
			 "/run/cxl/*.json; }\n"
			 "module=%s; [ -e /tmp/$module.ko ] || cp $(modinfo -n $module) /tmp/",
			 bus(machine), machine->provider);
}

/* Return "before FORMAT(host) FORMAT(host)", a new string; release @before */
static char *for_hosts(const struct machine *machine, unsigned int hosts, char *before,
		       const char *open, const char *close)
{
	for (size_t i = 0; i < machine->nr_hosts; i++) {
		_cleanup_free_ char *shorter = before;

		if (hosts & 1U << i)
			before = xasprintf("%s %s%s%s", shorter, open, machine->hosts[i], close);
		else
			before = xasprintf("%s", shorter);
	}
	return before;
}

static char *detach_text(const struct machine *machine, const struct move *move)
{
	bool handed = move->method == METHOD_OF_HANDOVER;
	char *text = xasprintf("cxl detach-memdev%s --%s %s%s", move->force ? " -f" : "",
			       handed ? "to" : "via",
			       handed ? machine->hand_to : method_name(move->method),
			       move->reattach ? " --reattach" : "");

	return for_hosts(machine, move->hosts, text, "$(mem ", ")");
}

static char *attach_text(const struct machine *machine, const struct move *move)
{
	char *text =
		xasprintf("cxl attach-memdev%s%s%s", move->target == TARGET_ALL ? " --all" : "",
			  move->cycle_bus ? " --cycle-bus" : "", move->force ? " -f" : "");

	if (move->target == TARGET_HOST)
		return for_hosts(machine, move->hosts, text, "", "");
	if (move->target == TARGET_MEMDEV)
		return for_hosts(machine, move->hosts, text, "$(was ", ")");
	return text;
}

/* Put the time-out, the kill, and the lack of a wait around the command; release @command */
static char *circumstances(const struct move *move, char *command)
{
	_cleanup_free_ char *bare = command, *limited = NULL, *killed = NULL;

	if (move->timeout_ms)
		limited = xasprintf("%s --timeout %d.%03d", bare, move->timeout_ms / 1000,
				    move->timeout_ms % 1000);
	else
		limited = xasprintf("%s", bare);
	if (move->point)
		killed = xasprintf("CXL_TEST_KILL_AT=%s %s", move->point, limited);
	else if (move->kill_ms)
		killed = xasprintf("timeout -s KILL %d.%03d %s", move->kill_ms / 1000,
				   move->kill_ms % 1000, limited);
	else
		killed = xasprintf("%s", limited);
	return xasprintf("%s%s", killed, move->beside ? " # the next one at once" : "");
}

#define INSERT                                                                                     \
	"if [ -e /sys/module/$module ]; then rmmod $module; echo 1 >/sys/bus/cxl/flush; fi; "      \
	"insmod /tmp/$module.ko"
#define HIDE "mount -t tmpfs none $(dirname $(modinfo -n $module))"
#define READ_ONLY                                                                                  \
	"mkdir -p /run/cxl; mount --bind /run/cxl /run/cxl; mount -o remount,bind,ro /run/cxl"
#define BY_ID                                                                                      \
	"cd /sys/bus/pci/devices/%1$s; echo $(cat vendor device) "                                 \
	">/sys/bus/pci/drivers/%2$s/new_id; "                                                      \
	"echo >driver_override; cd"

#define UNPLUG                                                                                     \
	"slot=$(grep -l ^%.*s$ /sys/bus/pci/slots/*/address); echo 0 >${slot%%/address}/power; "   \
	"for i in {1..50}; do [ ! -e /sys/bus/pci/devices/%s ] || sleep 0.2; done"

static const char *host_of(const struct machine *machine, const struct move *move)
{
	for (size_t i = 0; i < machine->nr_hosts; i++) {
		if (move->hosts & 1U << i)
			return machine->hosts[i];
	}
	return machine->hosts[0];
}

/* Moves by hand on a host */
static char *host_text(const struct machine *machine, const struct move *move)
{
	const char *host = host_of(machine, move);

	switch (move->kind) {
	case MOVE_UNBIND:
		return xasprintf("echo %s >/sys/bus/%s/devices/%s/driver/unbind", host,
				 bus(machine), host);
	case MOVE_DISABLE:
		return xasprintf("echo $(mem %s) >/sys/bus/cxl/drivers/cxl_mem/unbind", host);
	case MOVE_BIND:
		return xasprintf("echo %s >/sys/bus/%s/drivers/%s/bind", host, bus(machine),
				 machine->provider);
	case MOVE_REMOVE:
		return xasprintf("echo 1 >/sys/bus/pci/devices/%s/remove", host);
	case MOVE_UNPLUG:
		return xasprintf(UNPLUG, (int)strcspn(host, "."), host, host);
	default:
		return xasprintf(BY_ID, host, machine->provider);
	}
}

/* Moves by hand on the machine as a whole */
static char *machine_text(const struct machine *machine, const struct move *move)
{
	switch (move->kind) {
	case MOVE_RESCAN:
		return xasprintf("echo 1 >/sys/bus/pci/rescan");
	case MOVE_UNLOAD:
		return xasprintf("rmmod $module");
	case MOVE_LOAD:
		return xasprintf("modprobe $module");
	case MOVE_INSERT:
		return xasprintf(INSERT "%s", machine->pci ? " remove_sleep_ms=7" : "");
	case MOVE_HIDE:
		return xasprintf(HIDE);
	case MOVE_WIPE:
		return xasprintf("rm -rf /run/cxl/*");
	case MOVE_READ_ONLY:
		return xasprintf(READ_ONLY);
	case MOVE_WRITABLE:
		return xasprintf("while umount /run/cxl 2>/dev/null; do :; done");
	case MOVE_AUTOPROBE_OFF:
		return xasprintf("echo 0 >/sys/bus/%s/drivers_autoprobe", bus(machine));
	default:
		return xasprintf("echo %d >/sys/module/$module/parameters/remove_sleep_ms",
				 move->slow_ms);
	}
}

char *move_text(const struct machine *machine, const struct move *move)
{
	switch (move->kind) {
	case MOVE_DETACH:
		return circumstances(move, detach_text(machine, move));
	case MOVE_ATTACH:
		return circumstances(move, attach_text(machine, move));
	case MOVE_LIST:
		return xasprintf("cxl list-attach --all");
	case MOVE_UNBIND:
	case MOVE_DISABLE:
	case MOVE_BIND:
	case MOVE_REMOVE:
	case MOVE_UNPLUG:
	case MOVE_BY_ID:
		return host_text(machine, move);
	default:
		return machine_text(machine, move);
	}
}
