// SPDX-License-Identifier: GPL-2.0-only
/*
 * cpustate - what of a CPU's state a hypervisor changes and no program can see
 *
 * insmod writes a line for each CPU into the kernel's log, with what its registers hold, and
 * fails, so that nothing stays.
 */
#include <linux/module.h>
#include <linux/smp.h>
#include <asm/msr.h>
#include <asm/special_insns.h>

/* Not the kernel's own idea of it, which is a copy. */
static unsigned long cr4(void)
{
	unsigned long val;

	asm volatile("mov %%cr4, %0" : "=r" (val));
	return val;
}

static void show(void *unused)
{
	u64 efer, pat;

	rdmsrl(MSR_EFER, efer);
	rdmsrl(MSR_IA32_CR_PAT, pat);
	pr_info("cpustate: %d: cr4 %lx efer %llx pat %llx\n", smp_processor_id(), cr4(), efer, pat);
}

static int __init cpustate_init(void)
{
	int cpu;

	for_each_online_cpu(cpu)
		smp_call_function_single(cpu, show, NULL, true);
	return -ENODEV;
}
module_init(cpustate_init);

MODULE_DESCRIPTION("Control registers of every CPU");
MODULE_LICENSE("GPL");
