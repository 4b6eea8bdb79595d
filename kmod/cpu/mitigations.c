// SPDX-License-Identifier: GPL-2.0-only
/*
 * mitigations.c - see mitigations.h
 *
 * Sources: Documentation/admin-guide/hw-vuln/ of the kernel, AMD's "Software techniques
 * for managing speculation", Intel's affected-processors list.
 */
#include <linux/jump_label.h>
#include <linux/ptrace.h>
#include <asm/cpufeature.h>
#include <asm/mce.h>
#include <asm/msr.h>
#include <asm/nospec-branch.h>
#include <asm/spec-ctrl.h>
#include "../compat.h"
#include "host.h"
#include "mitigations.h"

static DEFINE_STATIC_KEY_FALSE(use_ibpb);
DEFINE_STATIC_KEY_FALSE(mitigate_verw);

static bool cpu_leaks_buffers(void)
{
	return boot_cpu_has_bug(X86_BUG_MDS) || boot_cpu_has_bug(X86_BUG_TAA) ||
	       boot_cpu_has_bug(X86_BUG_MMIO_STALE_DATA) || boot_cpu_has_bug(X86_BUG_TSA);
}

void mitigations_init(void)
{
	if (boot_cpu_has(X86_FEATURE_IBPB))
		static_branch_enable(&use_ibpb);
	if (cpu_leaks_buffers())
		static_branch_enable(&mitigate_verw);
}

void mitigate_vm_switch(u32 *last, u32 vm)
{
	if (*last == vm)
		return;
	*last = vm;
	if (static_branch_likely(&use_ibpb))
		wrmsrl(MSR_IA32_PRED_CMD, PRED_CMD_IBPB);
}

/* Not delivered to the host by the hardware: hand it over as from user mode. */
void host_machine_check(void)
{
#ifdef CONFIG_X86_MCE
	struct pt_regs regs = {
		.cs = 3,
		.flags = X86_EFLAGS_IF,
	};

	do_machine_check(&regs);
#else
	panic("machine check while a guest ran, and this kernel can't handle any");
#endif
}

const struct host_fact *host_mitigations(unsigned int *n)
{
	static struct host_fact facts[5];

	facts[0] = (struct host_fact){ "ibpb-on-vm-switch", static_key_enabled(&use_ibpb) };
	facts[1] = (struct host_fact){ "spec-ctrl-switch", mitigate_swaps_spec_ctrl() };
	facts[2] = (struct host_fact){ "buffer-clear-on-entry",
				       static_key_enabled(&mitigate_verw) };
	facts[3] = (struct host_fact){ "rsb-fill-on-exit",
				       boot_cpu_has(X86_FEATURE_RSB_VMEXIT) };
	facts[4] = (struct host_fact){ "return-untraining-on-exit",
				       boot_cpu_has(X86_FEATURE_UNRET) };
	*n = ARRAY_SIZE(facts);
	return facts;
}
