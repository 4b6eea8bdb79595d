// SPDX-License-Identifier: GPL-2.0-only
/*
 * fpu.c - see fpu.h
 *
 * The kernel's own FPU switching for guests is exported to KVM alone, so this does by
 * itself what is needed: vCPU threads are kthreads, whose own FPU state is worth nothing.
 * No supervisor state is the guest's: XSS is 0, so that XSAVES shows it none of the
 * host's. AMX is not offered: its state is large and has a fault of its own (XFD). Intel
 * SDM vol. 1 ch. 13.
 */
#include <linux/slab.h>
#include <linux/mm.h>
#include <asm/cpufeature.h>
#include <asm/fpu/api.h>
#include <asm/fpu/types.h>
#include <asm/special_insns.h>
#include "../compat.h"
#include "fpu.h"
#include "x86.h"

#define OFFERED (XFEATURE_MASK_FPSSE | XFEATURE_MASK_YMM | XFEATURE_MASK_BNDREGS | \
		 XFEATURE_MASK_BNDCSR | XFEATURE_MASK_AVX512 | XFEATURE_MASK_PKRU)

static u64 read_xcr0(void)
{
	u32 eax, edx;

	asm volatile("xgetbv" : "=a" (eax), "=d" (edx) : "c" (0));
	return eax | (u64)edx << 32;
}

static void write_xcr0(u64 val)
{
	asm volatile("xsetbv" : : "a" ((u32)val), "d" ((u32)(val >> 32)), "c" (0) : "memory");
}

u64 fpu_features(void)
{
	return boot_cpu_has(X86_FEATURE_OSXSAVE) ? read_xcr0() & OFFERED : 0;
}

static size_t area_size(void)
{
	return boot_cpu_has(X86_FEATURE_OSXSAVE) ? cpuid_ebx(0xd) : 512;
}

int fpu_create(struct guest_fpu *fpu)
{
	/* Whole pages, so aligned to 64. */
	fpu->area = alloc_pages_exact(area_size(), GFP_KERNEL_ACCOUNT | __GFP_ZERO);
	return fpu->area ? 0 : -ENOMEM;
}

void fpu_destroy(struct guest_fpu *fpu)
{
	if (fpu->area)
		free_pages_exact(fpu->area, area_size());
	fpu->area = NULL;
}

/* XSTATE_BV = 0: everything is in its initial state, but FCW and MXCSR are read. */
void fpu_reset(struct guest_fpu *fpu)
{
	memset(fpu->area, 0, area_size());
	*(u16 *)fpu->area = 0x37f;
	*(u32 *)(fpu->area + 24) = MXCSR_DEFAULT;
}

void fpu_load(struct guest_fpu *fpu, u64 guest_xcr0)
{
	u64 mask = fpu_features();

	kernel_fpu_begin();
	if (!mask) {
		asm volatile("fxrstor64 (%0)" : : "r" (fpu->area) : "memory");
		return;
	}
	fpu->host_xcr0 = read_xcr0();	/* 0 for ever where there is no XSAVE */
	if (mask & XFEATURE_MASK_PKRU)
		fpu->host_pkru = rdpkru();
	asm volatile("xrstor64 (%0)" : : "r" (fpu->area), "a" ((u32)mask),
		     "d" ((u32)(mask >> 32)) : "memory");
	if (guest_xcr0 != fpu->host_xcr0)
		write_xcr0(guest_xcr0);
	if (boot_cpu_has(X86_FEATURE_XSAVES))
		fpu->host_xss = msr_swap(MSR_IA32_XSS, 0);
}

u64 fpu_xcr0(void)
{
	return boot_cpu_has(X86_FEATURE_OSXSAVE) ? read_xcr0() : XFEATURE_MASK_FP;
}

u64 fpu_save(struct guest_fpu *fpu)
{
	u64 mask = fpu->host_xcr0 & OFFERED, guest_xcr0 = fpu_xcr0();

	if (!mask) {
		asm volatile("fxsave64 (%0)" : : "r" (fpu->area) : "memory");
		kernel_fpu_end();
		return guest_xcr0;
	}
	if (guest_xcr0 != fpu->host_xcr0)
		write_xcr0(fpu->host_xcr0);
	if (fpu->host_xss)
		msr_put(MSR_IA32_XSS, fpu->host_xss);
	asm volatile("xsave64 (%0)" : : "r" (fpu->area), "a" ((u32)mask),
		     "d" ((u32)(mask >> 32)) : "memory");
	if (mask & XFEATURE_MASK_PKRU)
		wrpkru(fpu->host_pkru);
	kernel_fpu_end();
	return guest_xcr0;
}

bool fpu_set_xcr0(struct guest_fpu *fpu, u64 val)
{
	u64 avx512 = val & XFEATURE_MASK_AVX512;
	u64 mpx = val & (XFEATURE_MASK_BNDREGS | XFEATURE_MASK_BNDCSR);

	if (!(val & XFEATURE_MASK_FP) || (val & ~(fpu->host_xcr0 & OFFERED)))
		return false;
	if ((val & XFEATURE_MASK_YMM) && !(val & XFEATURE_MASK_SSE))
		return false;
	if (avx512 && (avx512 != XFEATURE_MASK_AVX512 || !(val & XFEATURE_MASK_YMM)))
		return false;
	if (mpx && mpx != (XFEATURE_MASK_BNDREGS | XFEATURE_MASK_BNDCSR))
		return false;
	write_xcr0(val);
	return true;
}
