// SPDX-License-Identifier: GPL-2.0-only
/*
 * mitigations.c - see mitigations.h
 *
 * Sources: Documentation/admin-guide/hw-vuln/ of the kernel, AMD's "Software techniques
 * for managing speculation", Intel's affected-processors list.
 */
#include <linux/cpu.h>
#include <linux/gfp.h>
#include <linux/jump_label.h>
#include <linux/mm.h>
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
DEFINE_STATIC_KEY_FALSE(mitigate_l1d);

/* Where there is no command to flush the L1 data cache: reading this fills it. */
#define L1D_SIZE	SZ_64K
static struct page *l1d_filler;

static bool cpu_leaks_buffers(void)
{
	return boot_cpu_has_bug(X86_BUG_MDS) || boot_cpu_has_bug(X86_BUG_TAA) ||
	       boot_cpu_has_bug(X86_BUG_MMIO_STALE_DATA) || boot_cpu_has_bug(X86_BUG_TSA);
}

/* L1TF: a guest reads what is in the cache through the EPT entries that are not present. */
static bool cpu_leaks_l1d(void)
{
	u64 caps = 0;

	if (!boot_cpu_has_bug(X86_BUG_L1TF))
		return false;
	if (boot_cpu_has(X86_FEATURE_ARCH_CAPABILITIES))
		rdmsrl(MSR_IA32_ARCH_CAPABILITIES, caps);
	return !(caps & ARCH_CAP_SKIP_VMENTRY_L1DFLUSH);
}

static int init_l1d_flush(void)
{
	if (!boot_cpu_has(X86_FEATURE_FLUSH_L1D)) {
		l1d_filler = alloc_pages(GFP_KERNEL | __GFP_ZERO, get_order(L1D_SIZE));
		if (!l1d_filler)
			return -ENOMEM;
	}
	static_branch_enable(&mitigate_l1d);
	return 0;
}

int mitigations_init(void)
{
	if (cpu_mitigations_off())
		return 0;
	if (boot_cpu_has(X86_FEATURE_IBPB))
		static_branch_enable(&use_ibpb);
	if (cpu_leaks_buffers())
		static_branch_enable(&mitigate_verw);
	return cpu_leaks_l1d() ? init_l1d_flush() : 0;
}

void mitigations_exit(void)
{
	if (l1d_filler)
		__free_pages(l1d_filler, get_order(L1D_SIZE));
}

/* Machine checks by a guest that changes a large page's size while it is executed. */
bool mitigate_avoids_large_pages(void)
{
	return boot_cpu_has_bug(X86_BUG_ITLB_MULTIHIT) && !cpu_mitigations_off();
}

void mitigate_flush_l1d(void)
{
	const u8 *filler;
	unsigned int i;

	if (!l1d_filler) {
		wrmsrl(MSR_IA32_FLUSH_CMD, L1D_FLUSH);
		return;
	}
	filler = page_address(l1d_filler);
	for (i = 0; i < L1D_SIZE; i += 64)
		(void)READ_ONCE(filler[i]);
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
	static struct host_fact facts[8];

	facts[0] = (struct host_fact){ "ibpb-on-vm-switch", static_key_enabled(&use_ibpb) };
	facts[1] = (struct host_fact){ "spec-ctrl-switch", mitigate_swaps_spec_ctrl() };
	facts[2] = (struct host_fact){ "buffer-clear-on-entry",
				       static_key_enabled(&mitigate_verw) };
	facts[3] = (struct host_fact){ "rsb-fill-on-exit",
				       boot_cpu_has(X86_FEATURE_RSB_VMEXIT) };
	facts[4] = (struct host_fact){ "return-untraining-on-exit",
				       boot_cpu_has(X86_FEATURE_UNRET) };
	facts[5] = (struct host_fact){ "branch-history-clearing-on-exit",
				       boot_cpu_has(X86_FEATURE_CLEAR_BHB_LOOP_ON_VMEXIT) };
	facts[6] = (struct host_fact){ "l1d-flush-on-entry", static_key_enabled(&mitigate_l1d) };
	facts[7] = (struct host_fact){ "no-executable-large-pages",
				       mitigate_avoids_large_pages() };
	*n = ARRAY_SIZE(facts);
	return facts;
}
