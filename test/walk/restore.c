// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "test/walk/restore.h"
#include "util/cleanup.h"
#include "util/memory.h"

/* Join @text and @more into a new string; release both */
static char *joined(char *text, char *more)
{
	_cleanup_free_ char *one = text, *other = more;

	return xasprintf("%s\n%s", one, other);
}

static char *settings(const struct commands *commands, const struct state *baseline)
{
	const char *slow = "[ ! -e /sys/module/$module/parameters/remove_sleep_ms ] || "
			   "[ $(cat /sys/module/$module/parameters/remove_sleep_ms) -lt 1000 ] || "
			   "echo 0 >/sys/module/$module/parameters/remove_sleep_ms";

	return xasprintf("while umount /run/cxl 2>/dev/null; do :; done\n"
			 "while where=$(grep -om1 '[^ ]*/lib/modules/[^ ]*' /proc/mounts); do "
			 "umount $where || break; done\n"
			 "echo %d >/sys/bus/%s/drivers_autoprobe\n%s",
			 baseline->autoprobe, commands->machine->pci ? "pci" : "platform", slow);
}

/*
 * Nothing on the machine shows which driver the host had. It may have been unbound by hand. Its
 * driver had bound it by an id that was given to the driver, which sysfs does not show. Or it was
 * removed, and found again while driver autoprobe was off.
 */
static bool is_unknown(const struct host_state *host)
{
	return host->exists && !host->driver[0] && !host->override[0] && !host->in_journal;
}

/*
 * A device that was removed by hand is found again without a driver. Driver autoprobe is off so
 * that no other driver binds it.
 */
static char *found_again(const struct commands *commands, const struct state *baseline,
			 const struct state *now, const bool *removed)
{
	const struct machine *machine = commands->machine;
	char *text = xasprintf("cd /sys/bus/pci\necho 0 >drivers_autoprobe");
	bool rescan = false;

	for (size_t i = 0; i < machine->nr_hosts; i++)
		rescan |= !now->hosts[i].exists && (!now->hosts[i].in_journal || removed[i]);
	if (rescan)
		text = joined(text, xasprintf("echo 1 >rescan"));
	for (size_t i = 0; i < machine->nr_hosts; i++) {
		const struct host_state *host = &now->hosts[i];
		const char *name = machine->hosts[i];

		if (!host->exists || strcmp(host->driver, "cxl_pci") == 0 || is_unknown(host))
			text = joined(text, xasprintf("[ ! -e devices/%1$s ] || echo %2$s "
						      ">devices/%1$s/driver_override",
						      name, baseline->hosts[i].override));
		if (!host->exists || strcmp(host->driver, "cxl_pci") == 0)
			text = joined(text, xasprintf("[ ! -e drivers/cxl_pci/%1$s ] || echo %1$s "
						      ">drivers/cxl_pci/unbind",
						      name));
	}
	return joined(text, xasprintf("echo %d >drivers_autoprobe", baseline->autoprobe));
}

#define ROOT_DEVICES                                                                               \
	"for device in ACPI0017:00 cxl_acpi.0; do\n"                                               \
	"[ -e /sys/bus/platform/devices/$device ] || continue\n"                                   \
	"cd /sys/bus/platform/drivers/cxl_acpi; %s; done"

/* Test whether another driver has the host, or was to get it when the command was killed */
static bool is_given_away(const struct machine *machine, const struct host_state *was,
			  const struct host_state *host)
{
	if (host->in_journal || strcmp(host->driver, machine->provider) == 0)
		return false;
	return host->driver[0] || strcmp(host->override, was->override) != 0;
}

/* Restore what only the journal knew, which is lost */
static char *without_journal(const struct commands *commands, const struct state *baseline,
			     const struct state *now)
{
	const struct machine *machine = commands->machine;
	char *text = now->nr_entries > 0
			     ? xasprintf("cd /")
			     : xasprintf(ROOT_DEVICES, "[ -e $device ] || echo $device >bind");

	for (size_t i = 0; i < machine->nr_hosts; i++) {
		if (is_given_away(machine, &baseline->hosts[i], &now->hosts[i]))
			text = joined(text,
				      xasprintf("if cd /sys/bus/%s/devices/%s; then\n"
						"echo %s >driver_override\n"
						"[ ! -e driver ] || echo %s >driver/unbind; fi",
						machine->pci ? "pci" : "platform",
						machine->hosts[i], baseline->hosts[i].override,
						machine->hosts[i]));
	}
	return text;
}

void restore_by_hand(const struct commands *commands, const struct state *baseline,
		     const struct state *now, const struct duty *duty)
{
	char *text = settings(commands, baseline);

	if (commands->machine->pci)
		text = joined(text, found_again(commands, baseline, now, duty->removed));
	if (duty->journal_lost)
		text = joined(text, without_journal(commands, baseline, now));
	text = joined(text, xasprintf("exit 0"));
	commands_shell(commands, text);
	free(text);
}

/* Load the module with its previous parameters */
static char *module_again(const struct commands *commands, const struct state *baseline)
{
	const char *devices = strstr(baseline->parameters, "devices=");

	return xasprintf("rmmod $module; echo 1 >/sys/bus/cxl/flush\n"
			 "modprobe $module %.*s\n",
			 commands->machine->pci && devices ? (int)strcspn(devices, " ") : 0,
			 devices ?: "");
}

/* Recreate all ports, and bind each host to its own driver */
static char *bound_again(const struct commands *commands, const struct state *baseline)
{
	const struct machine *machine = commands->machine;
	const char *bus = machine->pci ? "pci" : "platform";
	char *text = xasprintf(ROOT_DEVICES, "echo $device >unbind; echo 1 >/sys/bus/cxl/flush\n"
					     "echo $device >bind");

	for (size_t i = 0; i < machine->nr_hosts; i++)
		text = joined(text, xasprintf("cd /sys/bus/%1$s/devices/%2$s\n"
					      "[ ! -e driver ] || { echo %2$s >driver/unbind; echo "
					      "1 >/sys/bus/cxl/flush; }\n"
					      "echo %3$s >driver_override; echo %2$s "
					      ">/sys/bus/%1$s/drivers/%4$s/bind",
					      bus, machine->hosts[i], baseline->hosts[i].override,
					      machine->provider));
	return text;
}

void restore_all(const struct commands *commands, const struct state *baseline)
{
	const struct state nothing = {.nr_hosts = baseline->nr_hosts};
	const bool none[HOSTS_MAX] = {false};
	char *text = settings(commands, baseline);

	text = joined(text, xasprintf("rm -rf /run/cxl/*"));
	if (commands->machine->pci)
		text = joined(text, found_again(commands, baseline, &nothing, none));
	text = joined(text, xasprintf("echo 8086 0d93 >/sys/bus/pci/drivers/$module/remove_id"));
	text = joined(text, module_again(commands, baseline));
	text = joined(text, bound_again(commands, baseline));
	text = joined(text, xasprintf("echo 1 >/sys/bus/cxl/flush; exit 0"));
	commands_shell(commands, text);
	free(text);
	commands_settle();
}
