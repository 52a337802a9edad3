// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "attach/model/step.h"
#include "util/cleanup.h"
#include "util/memory.h"

/* Each action with all its members; the file that it writes, and the text for people */
static const struct {
	struct step step;
	const char *file, *text;
} sound[] = {
	{{STEP_UNBIND, .bus = "pci", .driver = "sfc", .device = "0000:11:00.0"},
	 "/sys/bus/pci/drivers/sfc/unbind",
	 "unbind 0000:11:00.0 from sfc"},
	{{STEP_BIND, .bus = "cxl", .driver = "cxl_mem", .device = "mem0"},
	 "/sys/bus/cxl/drivers/cxl_mem/bind",
	 "bind mem0 to cxl_mem"},
	{{STEP_OVERRIDE, .bus = "pci", .driver = "vfio-pci", .device = "0000:11:00.0"},
	 "/sys/bus/pci/devices/0000:11:00.0/driver_override",
	 "set the driver_override of 0000:11:00.0 to vfio-pci"},
	{{STEP_OVERRIDE, .bus = "pci", .device = "0000:11:00.0"},
	 "/sys/bus/pci/devices/0000:11:00.0/driver_override",
	 "clear the driver_override of 0000:11:00.0"},
	{{STEP_REMOVE, .bus = "pci", .device = "0000:11:00.0"},
	 "/sys/bus/pci/devices/0000:11:00.0/remove",
	 "remove 0000:11:00.0 from its bus"},
	{{STEP_RESCAN, .bus = "pci"}, "/sys/bus/pci/rescan", "rescan the bus pci"},
	{{STEP_AUTOPROBE, .bus = "cxl", .on = true},
	 "/sys/bus/cxl/drivers_autoprobe",
	 "turn on autoprobe of the bus cxl"},
	{{STEP_AUTOPROBE, .bus = "cxl"},
	 "/sys/bus/cxl/drivers_autoprobe",
	 "turn off autoprobe of the bus cxl"},
	{{STEP_UNLOAD, .driver = "sfc"}, NULL, "unload the module sfc"},
	{{STEP_LOAD, .driver = "sfc"}, NULL, "load the module sfc"},
	{{STEP_LOAD, .driver = "sfc", .options = "debug=1"},
	 NULL,
	 "load the module sfc with debug=1"},
	{{.action = STEP_FLUSH}, "/sys/bus/cxl/flush", "wait for the kernel's detach work"},
	{{.action = STEP_LIST}, NULL, "read every CXL device"},
	{{STEP_OPEN, .device = "mem0"}, NULL, "open the file of mem0"},
	{{STEP_HOLD, .bus = "cxl", .device = "mem0"}, NULL, "keep open /dev/cxl/mem0 for a while"},
	{{STEP_HOLD, .device = "window", .on = true}, NULL, "map /dev/window for a while"},
	{{STEP_RESET, .bus = "pci", .device = "0000:11:00.0"},
	 "/sys/bus/pci/devices/0000:11:00.0/reset",
	 "reset 0000:11:00.0"},
	{{STEP_POWER, .bus = "pci", .driver = "7-1", .device = "0000:11:00.0"},
	 "/sys/bus/pci/slots/7-1/power",
	 "turn off the power of slot 7-1, which has 0000:11:00.0 in it"},
	{{STEP_LINK, .device = "0000:10:00.0", .on = true},
	 NULL,
	 "enable the link of port 0000:10:00.0"},
	{{STEP_SETTING, .driver = "sfc", .device = "refuse", .on = true},
	 "/sys/module/sfc/parameters/refuse",
	 "turn on the parameter refuse of the module sfc"},
	{{STEP_ONLINE, .device = "memory115"},
	 "/sys/devices/system/memory/memory115/state",
	 "bring memory115 offline"},
	{{STEP_CREATE, .bus = "pci", .driver = "decoder0.0", .device = "0000:12:00.0"},
	 NULL,
	 "create a region of the memdev of 0000:12:00.0 below decoder0.0"},
	{{STEP_DESTROY, .bus = "pci", .driver = "decoder0.0", .device = "0000:12:00.0"},
	 NULL,
	 "destroy the region of the memdev of 0000:12:00.0 below decoder0.0"},
};

/*
 * Names that a damaged or forged journal could contain: one that leads out of its directory, or
 * none
 */
static const struct step unsound[] = {
	{STEP_UNBIND, .bus = "..", .driver = "sfc", .device = "mem0"},
	{STEP_UNBIND, .bus = "cxl", .driver = ".", .device = "mem0"},
	{STEP_BIND, .bus = "cxl", .driver = "cxl_mem", .device = "../mem0"},
	{STEP_BIND, .bus = "cxl", .driver = "cxl_mem", .device = ""},
	{STEP_BIND, .bus = "cxl", .device = "mem0"},
	{STEP_OVERRIDE, .bus = "pci", .driver = "a/b", .device = "mem0"},
	{STEP_OVERRIDE, .bus = "pci", .driver = "sfc"},
	{STEP_REMOVE, .bus = "pci", .device = "mem\n0"},
	{STEP_REMOVE, .device = "mem0"},
	{.action = STEP_RESCAN},
	{STEP_AUTOPROBE, .bus = "a/.."},
	{.action = STEP_UNLOAD},
	{STEP_LOAD, .driver = "../sfc"},
	{STEP_LOAD, .driver = "sfc", .options = "debug=1\nother=2"},
	{.action = STEP_OPEN},
	{STEP_HOLD, .device = "../sda"},
	{STEP_HOLD, .bus = "..", .device = "sda"},
	{STEP_RESET, .device = "0000:11:00.0"},
	{STEP_POWER, .bus = "pci", .driver = "../7", .device = "0000:11:00.0"},
	{STEP_LINK, .device = ".."},
	{STEP_SETTING, .driver = "sfc"},
	{STEP_ONLINE, .device = "memory1/../../cpu/cpu0"},
	{STEP_CREATE, .bus = "pci", .device = "0000:12:00.0"},
	{STEP_DESTROY, .bus = "pci", .driver = "decoder0.0"},
};

static void each_has_file_and_text(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(sound) / sizeof(*sound); i++) {
		_cleanup_free_ char *file = step_file(&sound[i].step);
		_cleanup_free_ char *text = step_text(&sound[i].step);

		assert_string_equal(text, sound[i].text);
		if (sound[i].file)
			assert_string_equal(file, sound[i].file);
		else
			assert_null(file);
		assert_true(step_is_sound(&sound[i].step));
	}
}

static void names_lead_nowhere_else(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(unsound) / sizeof(*unsound); i++)
		assert_false(step_is_sound(&unsound[i]));
}

static void options_fit_into_a_message(void **state)
{
	(void)state;
	char *options = memory_check(calloc(1, STEP_OPTIONS_MAX + 1));
	const struct step step = {STEP_LOAD, .driver = "sfc", .options = options};

	memset(options, 'x', STEP_OPTIONS_MAX - 1);
	assert_true(step_is_sound(&step));
	options[STEP_OPTIONS_MAX - 1] = 'x';
	assert_false(step_is_sound(&step));
	free(options);
}

static void names_are_those_of_actions(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(sound) / sizeof(*sound); i++) {
		enum step_action action = sound[i].step.action, found;

		assert_true(step_from_name(step_name(action), &found));
		assert_int_equal(found, action);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_has_file_and_text),
		cmocka_unit_test(names_lead_nowhere_else),
		cmocka_unit_test(options_fit_into_a_message),
		cmocka_unit_test(names_are_those_of_actions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
