// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "attach/model/observed.h"
#include "attach/verify/splat.h"
#include "util/kmsg.h"
#include "util/memory.h"

/* A kernel log, line by line, as watch_drain() keeps it */
struct log {
	struct observed_line *lines;
	size_t count;
	char *text;
};

static struct log log_of(const char *text)
{
	struct log log = {.text = memory_check(strdup(text))};
	char *rest = log.text, *line;

	while ((line = strsep(&rest, "\n")))
		*APPEND(log.lines, log.count) =
			(struct observed_line){.text = line, .splat = kmsg_splat(line)};
	return log;
}

static void log_release(struct log *log)
{
	free(log->lines);
	free(log->text);
}

/* As Linux 7.3-rc7 printed them, without the registers */
#define WARNING                                                                                    \
	"------------[ cut here ]------------\n"                                                   \
	"WARNING: accel.c:164 at lab_accel_remove+0x42/0x80 [cxl_lab_accel], CPU#0: cxl/595\n"     \
	"Modules linked in: kmem dax_cxl\n"                                                        \
	"RIP: 0010:lab_accel_remove+0x42/0x80 [cxl_lab_accel]\n"                                   \
	"Call Trace:\n"                                                                            \
	" <TASK>\n"                                                                                \
	" pci_device_remove+0x38/0x80\n"                                                           \
	" device_release_driver_internal+0xa9/0x110\n"                                             \
	" ? cxl_mem_probe+0x10/0x20 [cxl_mem]\n"                                                   \
	" detach_memdev+0x1c/0x30 [cxl_core]\n"                                                    \
	" entry_SYSCALL_64_after_hwframe+0x4b/0x53\n"                                              \
	"RIP: 0033:0x7eff7d1afa02\n"                                                               \
	" </TASK>\n"                                                                               \
	"---[ end trace 0000000000000000 ]---"

#define NULL_POINTER                                                                               \
	"BUG: kernel NULL pointer dereference, address: 0000000000000010\n"                        \
	"#PF: supervisor write access in kernel mode\n"                                            \
	"Oops: Oops: 0002 [#1] SMP NOPTI\n"                                                        \
	"CPU: 1 UID: 0 PID: 812 Comm: sh Tainted: G           O        7.3.0-rc7 #1 PREEMPT\n"     \
	"RIP: 0010:devm_cxl_add_endpoint+0x47/0x160 [cxl_core]\n"                                  \
	"Call Trace:\n"                                                                            \
	" <TASK>\n"                                                                                \
	" cxl_mem_probe+0x12b/0x2f0 [cxl_mem]\n"                                                   \
	" cxl_bus_probe+0x1b/0x70 [cxl_core]\n"                                                    \
	" really_probe+0xd0/0x2c0\n"                                                               \
	" devm_cxl_probe_mem+0x6c/0xc0 [cxl_mem]\n"                                                \
	" cxl_mock_accel_probe+0x9b/0x190 [cxl_mock_accel]\n"                                      \
	" platform_probe+0x3f/0x90\n"                                                              \
	" </TASK>\n"                                                                               \
	"Modules linked in: cxl_mock_accel\n"                                                      \
	"---[ end trace 0000000000000000 ]---\n"                                                   \
	"note: sh[812] exited with irqs disabled"

#define LOCKDEP                                                                                    \
	"======================================================\n"                                 \
	"WARNING: possible circular locking dependency detected\n"                                 \
	"irq/24-pciehp/46 is trying to acquire lock:\n"                                            \
	"ff1852b1c066bed8 (&ctrl->reset_lock){.+.+}-{4:4}, at: "                                   \
	"pciehp_unconfigure_device+0xcc/0x130\n"                                                   \
	"ffffffffbd63e5c0 (pci_rescan_remove_lock){+.+.}-{4:4}, at: other+0x8c/0x130\n"            \
	"       pciehp_disable_slot+0x79/0x100\n"                                                  \
	"stack backtrace:\n"                                                                       \
	"Call Trace:\n"                                                                            \
	" <TASK>\n"                                                                                \
	" dump_stack_lvl+0x5d/0x80\n"                                                              \
	" pciehp_unconfigure_device+0xcc/0x130\n"                                                  \
	" </TASK>"

#define REFCOUNT                                                                                   \
	"refcount_t: underflow; use-after-free.\n"                                                 \
	"WARNING: lib/refcount.c:28 at refcount_warn_saturate+0x59/0x90, CPU#1: sh/5\n"            \
	"RIP: 0010:refcount_warn_saturate+0x59/0x90\n"                                             \
	"Call Trace:\n"                                                                            \
	" <TASK>\n"                                                                                \
	" unregister_region+0x4a/0xa0 [cxl_core]\n"                                                \
	" </TASK>\n"                                                                               \
	"---[ end trace 0000000000000000 ]---"

/* As arm64 prints them: no <TASK>, "Call trace:", pc and lr */
#define ARM64_OOPS                                                                                 \
	"Unable to handle kernel NULL pointer dereference at virtual address 0000000000000010\n"   \
	"Mem abort info:\n"                                                                        \
	"  ESR = 0x0000000096000004\n"                                                             \
	"Internal error: Oops: 0000000096000004 [#1]  SMP\n"                                       \
	"CPU: 1 UID: 0 PID: 812 Comm: sh Tainted: G           O        7.3.0-rc7 #1 PREEMPT\n"     \
	"pstate: 60400005 (nZCv daif +PAN -UAO -TCO -DIT -SSBS BTYPE=--)\n"                        \
	"pc : devm_cxl_add_endpoint+0x48/0x160 [cxl_core]\n"                                       \
	"lr : cxl_mem_probe+0x12c/0x2f0 [cxl_mem]\n"                                               \
	"sp : ffff800083d3ba40\n"                                                                  \
	"x29: ffff800083d3ba40 x28: ffff0000c1b2d100 x27: 0000000000000000\n"                      \
	"Call trace:\n"                                                                            \
	" devm_cxl_add_endpoint+0x48/0x160 [cxl_core] (P)\n"                                       \
	" cxl_mem_probe+0x12c/0x2f0 [cxl_mem]\n"                                                   \
	" cxl_bus_probe+0x1c/0x70 [cxl_core]\n"                                                    \
	" really_probe+0xd0/0x2c0\n"                                                               \
	" devm_cxl_probe_mem+0x6c/0xc0 [cxl_mem]\n"                                                \
	" cxl_mock_accel_probe+0x9c/0x190 [cxl_mock_accel]\n"                                      \
	" el0t_64_sync+0x1ac/0x1b0\n"                                                              \
	"Code: d2800000 (f9400a73) b4000093\n"                                                     \
	"---[ end trace 0000000000000000 ]---"

#define ARM64_WARNING                                                                              \
	"------------[ cut here ]------------\n"                                                   \
	"WARNING: CPU: 3 PID: 595 at drivers/cxl/core/region.c:164 "                               \
	"cxl_region_probe+0x44/0x80 [cxl_core]\n"                                                  \
	"pc : cxl_region_probe+0x44/0x80 [cxl_core]\n"                                             \
	"lr : other+0x10/0x20\n"                                                                   \
	"Call trace:\n"                                                                            \
	" cxl_region_probe+0x44/0x80 [cxl_core] (P)\n"                                             \
	" detach_memdev+0x1c/0x30 [cxl_core]\n"                                                    \
	"---[ end trace 0000000000000000 ]---"

/* As RISC-V prints them: the trace has addresses, but no title */
#define RISCV_OOPS                                                                                 \
	"Unable to handle kernel paging request at virtual address 0000000000000010\n"             \
	"Oops [#1]\n"                                                                              \
	"CPU: 1 UID: 0 PID: 812 Comm: sh Not tainted 7.3.0 #1\n"                                   \
	"epc : cxl_port_remove+0x12/0x34 [cxl_port]\n"                                             \
	" ra : other+0x10/0x20\n"                                                                  \
	"epc : ffffffff01a2b012 ra : ffffffff8000abcd sp : ff20000010003d30\n"                     \
	"[<ffffffff01a2b012>] cxl_port_remove+0x12/0x34 [cxl_port]\n"                              \
	"[<ffffffff8000abcd>] other+0x10/0x20\n"                                                   \
	"[<ffffffff01a2c0de>] detach_memdev+0x1c/0x30 [cxl_core]\n"                                \
	"---[ end trace 0000000000000000 ]---"

#define KFENCE                                                                                     \
	"==================================================================\n"                     \
	"BUG: KFENCE: use-after-free read in detach_memdev+0x1c/0x30 [cxl_core]\n"                 \
	"\n"                                                                                       \
	"Use-after-free read at 0x00000000c4c1e0b5 (in kfence-#12):\n"                             \
	" detach_memdev+0x1c/0x30 [cxl_core]\n"                                                    \
	"=================================================================="

#define KCSAN                                                                                      \
	"==================================================================\n"                     \
	"BUG: KCSAN: data-race in cxl_mem_probe / detach_memdev\n"                                 \
	"\n"                                                                                       \
	"write to 0xffff88810d0a7a88 of 8 bytes by task 595 on cpu 0:\n"                           \
	" cxl_mem_probe+0x12b/0x2f0 [cxl_mem]\n"                                                   \
	"=================================================================="

static void check(const char *text, size_t count, const char *const *signatures)
{
	struct log log = log_of(text);
	struct splats splats;

	splats_find(log.lines, log.count, &splats);
	assert_int_equal(splats.count, count);
	for (size_t i = 0; i < count; i++)
		assert_string_equal(splats.list[i].signature, signatures[i]);
	splats_release(&splats);
	log_release(&log);
}

#define CHECK(text, ...)                                                                           \
	check(text, sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *),                        \
	      (const char *[]){__VA_ARGS__})

static const char warning[] = "warning lab_accel_remove < detach_memdev";
static const char null_pointer[] = "bug devm_cxl_add_endpoint < cxl_mem_probe < cxl_bus_probe < "
				   "devm_cxl_probe_mem < cxl_mock_accel_probe";
static const char lockdep[] = "lockdep pciehp_unconfigure_device";
static const char refcount[] = "refcount refcount_warn_saturate < unregister_region";

static const char region_warning[] = "warning cxl_region_probe < detach_memdev";
static const char arm64_oops[] = "oops devm_cxl_add_endpoint < cxl_mem_probe < cxl_bus_probe < "
				 "devm_cxl_probe_mem < cxl_mock_accel_probe";
static const char riscv_oops[] = "oops cxl_port_remove < detach_memdev";
static const char kfence[] = "kfence detach_memdev";
static const char kcsan[] = "kcsan cxl_mem_probe";

/* Every entry of util/kernel-reports.def, in a line as the kernel prints it */
static void every_kind_is_known(void **state)
{
	static const struct {
		const char *kind, *line;
	} cases[] = {
		{"lockdep", "WARNING: possible circular locking dependency detected"},
		{"lockdep", "WARNING: possible recursive locking detected"},
		{"lockdep", "WARNING: possible irq lock inversion dependency detected"},
		{"lockdep", "WARNING: inconsistent lock state"},
		{"lockdep", "DEBUG_LOCKS_WARN_ON(lock->magic != lock)"},
		{"rcu", "WARNING: suspicious RCU usage"},
		{"kasan", "BUG: KASAN: slab-use-after-free in detach_memdev+0x1/0x2"},
		{"kfence", "BUG: KFENCE: use-after-free read in detach_memdev+0x1/0x2"},
		{"kcsan", "BUG: KCSAN: data-race in cxl_mem_probe / detach_memdev"},
		{"kmsan", "BUG: KMSAN: uninit-value in cxl_mem_probe+0x1/0x2"},
		{"kmemleak",
		 "kmemleak: 1 new suspected memory leaks (see /sys/kernel/debug/kmemleak)"},
		{"atomic-sleep", "BUG: sleeping function called from invalid context at x.c:1"},
		{"atomic-sleep", "BUG: scheduling while atomic: sh/1/0x00000002"},
		{"atomic-sleep", "BUG: workqueue leaked lock or atomic: kworker/0:1/0x1/2"},
		{"preempt", "BUG: using smp_processor_id() in preemptible [00000000] code: sh/1"},
		{"page", "BUG: Bad page state in process sh  pfn:12345"},
		{"page", "BUG: Bad page map in process sh  pte:1 pmd:2"},
		{"panic", "Kernel panic - not syncing: Fatal exception"},
		{"oops", "Unable to handle kernel NULL pointer dereference at virtual address 10"},
		{"oops", "Internal error: synchronous external abort: 0000000096000010 [#1] SMP"},
		{"oops", "Oops [#1]"},
		{"ubsan", "UBSAN: array-index-out-of-bounds in x.c:1:2"},
		{"refcount", "refcount_t: underflow; use-after-free."},
		{"stall", "watchdog: BUG: soft lockup - CPU#1 stuck for 22s! [sh:1]"},
		{"stall", "watchdog: Watchdog detected hard LOCKUP on cpu 1"},
		{"stall", "rcu: INFO: rcu_sched detected stalls on CPUs/tasks:"},
		{"hung-task", "INFO: task sh:1 blocked for more than 120 seconds."},
		{"list", "list_add corruption. next->prev should be prev"},
		{"list", "list_del corruption. prev->next should be"},
		{"sysfs", "sysfs: cannot create duplicate filename '/bus/cxl'"},
		{"oops", "Oops: Oops: 0002 [#1] SMP NOPTI"},
		{"bug", "kernel BUG at mm/slub.c:1!"},
		{"bug", "BUG: kernel NULL pointer dereference, address: 0000000000000010"},
		{"warning", "WARNING: lib/refcount.c:28 at refcount_warn_saturate+0x59/0x90"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_string_equal(kmsg_splat(cases[i].line) ?: "none", cases[i].kind);
	assert_null(kmsg_splat("cxl_port endpoint3: probe: 0"));
	assert_null(kmsg_splat(""));
}

static void nothing(void **state)
{
	(void)state;
	check("cxl_core: added\ncxl_port port1: Couldn't locate the CXL.cache and CXL.mem", 0,
	      NULL);
}

static void each_alone(void **state)
{
	(void)state;
	CHECK(WARNING, warning);
	CHECK(NULL_POINTER, null_pointer);
	CHECK(LOCKDEP, lockdep);
	CHECK(REFCOUNT, refcount);
}

/* A report inside another report belongs to it; a report after its end does not. */
static void one_after_the_other(void **state)
{
	(void)state;
	CHECK("first\n" WARNING "\nbetween\n" NULL_POINTER "\n" LOCKDEP "\nlast", warning,
	      null_pointer, lockdep);
	CHECK(REFCOUNT "\n" REFCOUNT, refcount, refcount);
}

/* Each bug has the same function on every architecture, and is not mistaken for another one. */
static void on_other_architectures(void **state)
{
	(void)state;
	CHECK(ARM64_OOPS, arm64_oops);
	CHECK(ARM64_WARNING, region_warning);
	CHECK(ARM64_OOPS "\n" ARM64_WARNING "\n" ARM64_OOPS, arm64_oops, region_warning,
	      arm64_oops);
	CHECK(RISCV_OOPS "\n" WARNING, riscv_oops, warning);
	CHECK("kernel BUG at mm/slub.c:1!\nNIP [c0000000000a3b4c] cxl_x+0x10/0x80 [cxl_core]",
	      "bug cxl_x");
	CHECK("Oops: 0004 [#1]\nKrnl PSW : 0704c00180000000 00000000deadbeef (cxl_x+0x1/0x2)",
	      "oops cxl_x");
}

/* They have no call trace, and end at a rule: the next lines are another report. */
static void of_sanitizers(void **state)
{
	(void)state;
	CHECK(KFENCE "\n" KFENCE "\n" KCSAN "\n" WARNING, kfence, kfence, kcsan, warning);
}

static void all_lines_are_kept(void **state)
{
	struct log log = log_of("before\n" NULL_POINTER);
	struct splats splats;

	(void)state;
	splats_find(log.lines, log.count, &splats);
	assert_int_equal(splats.list[0].first, 1);
	assert_int_equal(splats.list[0].first + splats.list[0].count, log.count);
	splats_release(&splats);
	log_release(&log);
}

/* A log that ends in the middle of a report, like that of a machine that died */
static void cut_short(void **state)
{
	(void)state;
	CHECK("BUG: unable to handle page fault for address: ffffdead00000000", "bug somewhere");
	CHECK("BUG: kernel NULL pointer dereference\nRIP: 0010:cxl_port_remove+0x1",
	      "bug cxl_port_remove");
	CHECK("BUG: sleeping\nCall Trace:\n <TASK>\n cxl_x+0x1/0x2 [cxl_core]",
	      "bug somewhere < cxl_x");
}

static void reports_without_trace(void **state)
{
	char text[8192] = "WARNING: one\n";

	(void)state;
	for (int i = 0; i < 200; i++)
		strcat(text, "nothing of interest\n");
	strcat(text, "WARNING: two");
	CHECK(text, "warning somewhere", "warning somewhere");
}

static void odd_lines(void **state)
{
	(void)state;
	CHECK("WARNING: +0x+0x at +0x1/0x2, CPU#0", "warning somewhere");
	CHECK("WARNING: at \nCall Trace:\n +0x1/0x2 [cxl_core]\n </TASK>", "warning somewhere");
}

static void which_are_fatal(void **state)
{
	(void)state;
	assert_true(splat_is_fatal(&(struct splat){.kind = "bug"}));
	assert_true(splat_is_fatal(&(struct splat){.kind = "hung-task"}));
	assert_false(splat_is_fatal(&(struct splat){.kind = "warning"}));
	assert_true(splat_is_fatal(&(struct splat){.kind = "panic"}));
	assert_false(splat_is_fatal(&(struct splat){.kind = "lockdep"}));
	assert_false(splat_is_fatal(&(struct splat){.kind = "kfence"}));
	assert_false(splat_is_fatal(&(struct splat){.kind = "kcsan"}));
	assert_false(splat_is_fatal(&(struct splat){.kind = "kmemleak"}));
	assert_false(splat_is_fatal(&(struct splat){.kind = "ubsan"}));
	assert_false(splat_is_fatal(&(struct splat){.kind = "atomic-sleep"}));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_is_known),
		cmocka_unit_test(nothing),
		cmocka_unit_test(each_alone),
		cmocka_unit_test(one_after_the_other),
		cmocka_unit_test(on_other_architectures),
		cmocka_unit_test(of_sanitizers),
		cmocka_unit_test(all_lines_are_kept),
		cmocka_unit_test(cut_short),
		cmocka_unit_test(reports_without_trace),
		cmocka_unit_test(odd_lines),
		cmocka_unit_test(which_are_fatal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
