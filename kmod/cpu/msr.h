/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * msr.h - model-specific registers that are nothing but numbers
 *
 * Pure code: the allow-list of MSRs that guests find, beyond those that the processor
 * switches or that belong to a part of the machine (local APIC, TSC, EFER, PAT,
 * SPEC_CTRL ...). Whatever is not here is #GP.
 */
#ifndef _INSULA_MSR_H
#define _INSULA_MSR_H

#include <linux/types.h>
#include "cpuid.h"

#define MTRR_VARIABLE	8	/* pairs */
#define MTRR_FIXED	11

/**
 * struct guest_msrs - a vCPU's
 *
 * Facts, set by guest_msrs_init():
 * @amd @maxphyaddr: as in its struct cpuid_table
 * @has_arch_cap @has_osvw @has_virt_ssbd @has_xsaves: MSRs that exist only with their CPUID bit
 * @arch_cap:	IA32_ARCH_CAPABILITIES
 * @microcode:	revision
 *
 * State, set by guest_msrs_reset():
 * @mtrr_default @mtrr_fixed @mtrr_variable: stored; memory types come from the guest's PAT
 *		and the nested page tables alone
 * @mcg_status:	IA32_MCG_STATUS
 * @misc_enable: IA32_MISC_ENABLE (Intel)
 * @hwcr:	HWCR (AMD)
 * @virt_spec_ctrl: VIRT_SPEC_CTRL (AMD); whoever grants CPUID_VIRT_SSBD acts on it
 */
struct guest_msrs {
	bool amd, has_arch_cap, has_osvw, has_virt_ssbd, has_xsaves;
	u32 maxphyaddr;
	u64 arch_cap, microcode;

	u64 mtrr_default;
	u64 mtrr_fixed[MTRR_FIXED];
	u64 mtrr_variable[2 * MTRR_VARIABLE];	/* base, mask, base ... */
	u64 mcg_status, misc_enable, hwcr, virt_spec_ctrl;
};

/**
 * guest_msrs_init() - once per vCPU, before the first reset
 * @cpuid:	its VM's table
 * @microcode:	what BIOS_SIGN_ID (PATCH_LEVEL) reads: on Intel the revision is in the high
 *		half, on AMD in the low one
 */
void guest_msrs_init(struct guest_msrs *m, const struct cpuid_table *cpuid, u64 microcode);

/**
 * guest_msrs_reset() - as firmware leaves them after power-up; INIT does not change them
 *
 * MTRRs are on, the default is write-back, no range differs. That is what firmware would
 * set up where everything but device holes is RAM, and all vCPUs agree.
 */
void guest_msrs_reset(struct guest_msrs *m);

/**
 * msr_read() - RDMSR of @msr
 * Return: 0 and @val; -EINVAL: #GP. Owner of the vCPU, any context.
 */
int msr_read(struct guest_msrs *m, u32 msr, u64 *val);

/**
 * msr_write() - WRMSR. Return: 0; -EINVAL: #GP (no such MSR, read-only, reserved bits).
 */
int msr_write(struct guest_msrs *m, u32 msr, u64 val);

#endif
