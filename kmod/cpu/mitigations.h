/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mitigations.h - what keeps guests from each other and from the host's secrets
 *
 * Chosen once by CPU bug and by what the kernel decided for itself; shown by `insula
 * check`. What has to be in assembly (RSB, return untraining) is in the backends'
 * entry.S.
 */
#ifndef _INSULA_MITIGATIONS_H
#define _INSULA_MITIGATIONS_H

#include <linux/jump_label.h>
#include <linux/types.h>
#include <asm/nospec-branch.h>
#include <asm/spec-ctrl.h>
#include "../compat.h"

/** mitigations_init() - choose; once, at load. Return: 0, -ENOMEM. */
int mitigations_init(void);
void mitigations_exit(void);
/**
 * mitigate_vm_switch() - this CPU goes over to VM @vm from *@last: branch predictor barrier
 * if they differ. IRQs off.
 */
void mitigate_vm_switch(u32 *last, u32 vm);

DECLARE_STATIC_KEY_FALSE(mitigate_verw);
DECLARE_STATIC_KEY_FALSE(mitigate_l1d);

/** mitigate_entry() - last thing before a guest runs: clear buffers where the bug is */
static __always_inline void mitigate_entry(void)
{
	if (static_branch_unlikely(&mitigate_verw))
		x86_clear_cpu_buffers();
}

/** mitigate_flushes_l1d() - must the L1 data cache be empty when a guest runs? */
static __always_inline bool mitigate_flushes_l1d(void)
{
	return static_branch_unlikely(&mitigate_l1d);
}

/** mitigate_avoids_large_pages() - may guests not execute large pages (iTLB multihit)? */
bool mitigate_avoids_large_pages(void);

/**
 * mitigate_flush_l1d() - empty it. Once in a window is enough: what the host's code does
 * for a guest in there it does with nobody else's data.
 */
void mitigate_flush_l1d(void);

/** mitigate_swaps_spec_ctrl() - is there a SPEC_CTRL, which guest and host each have? */
static __always_inline bool mitigate_swaps_spec_ctrl(void)
{
	return static_cpu_has(X86_FEATURE_MSR_SPEC_CTRL);
}

/** host_machine_check() - a machine check exception came while a guest ran */
void host_machine_check(void);

#endif
