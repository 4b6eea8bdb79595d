/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fpu.h - the guest's x87, SSE, AVX ... state
 *
 * It is in the registers from fpu_load() to fpu_save(), in memory otherwise. The region
 * between is a kernel_fpu_begin() region: preemption and bottom halves are off.
 */
#ifndef _INSULA_FPU_H
#define _INSULA_FPU_H

#include <linux/types.h>

/**
 * struct guest_fpu - saved state
 * @area:	XSAVE area in standard format (FXSAVE where there is no XSAVE), 64-aligned
 * @host_xcr0:	the host's XCR0 while the guest's is loaded
 * @host_pkru:	likewise PKRU
 * @host_xss:	likewise IA32_XSS
 */
struct guest_fpu {
	void *area;
	u64 host_xcr0, host_xss;
	u32 host_pkru;
};

/** fpu_features() - what a guest may set in XCR0 here; 0 without XSAVE */
u64 fpu_features(void);
/** fpu_create() - allocate. Return: 0, -ENOMEM. */
int fpu_create(struct guest_fpu *fpu);
void fpu_destroy(struct guest_fpu *fpu);
/** fpu_reset() - as after power-on */
void fpu_reset(struct guest_fpu *fpu);
/** fpu_load() - begin the region. Process context, a kthread. */
void fpu_load(struct guest_fpu *fpu, u64 guest_xcr0);
/** fpu_save() - end it. Return: the guest's XCR0. */
u64 fpu_save(struct guest_fpu *fpu);
/** fpu_xcr0() - the guest's XCR0, in the region; not every CPU lets XSETBV exit */
u64 fpu_xcr0(void);
/** fpu_set_xcr0() - XSETBV with ECX = 0, in the region. Return: false if that is #GP. */
bool fpu_set_xcr0(struct guest_fpu *fpu, u64 val);

#endif
