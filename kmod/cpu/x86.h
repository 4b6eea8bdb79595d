/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * x86.h - architectural constants that the kernel's headers lack or keep to KVM
 *
 * Intel SDM vol. 3 §18.2, AMD APM vol. 2 §13.1 (debug registers), §7.8 (PAT).
 */
#ifndef _INSULA_X86_H
#define _INSULA_X86_H

#include <linux/bits.h>
#include <linux/percpu.h>
#include <asm/cpufeature.h>
#include <asm/processor.h>
#include <asm/debugreg.h>
#include <asm/msr.h>
#include <asm/trapnr.h>

#define DR6_RESET	0xffff0ff0ULL	/* bits that always read as ones */
#define DR6_TRAPS	0xfULL		/* B0-B3 */
#define DR6_BD		BIT_ULL(13)	/* a debug register was touched */
#define DR6_BS		BIT_ULL(14)	/* single step */
#define DR6_WRITABLE	0xe00fULL
#define DR7_RESET	0x400ULL
#define DR7_ENABLES	0xffULL
#define DR7_GD		BIT_ULL(13)	/* general detect */
#define DR7_WRITABLE	0xffff23ffULL

#define PAT_RESET	0x0007040600070406ULL

/*
 * MSRs that are read and written around guests all the time: in line, not through the
 * kernel's functions for it, which look for tracers and paravirtualization.
 */
static __always_inline u64 msr_get(u32 msr)
{
	return __rdmsr(msr);
}

static __always_inline void msr_put(u32 msr, u64 val)
{
	native_wrmsrl(msr, val);
}

/** msr_swap() - write @val if something else is there, for writing is slow. Return: what was. */
static __always_inline u64 msr_swap(u32 msr, u64 val)
{
	u64 old = msr_get(msr);

	if (old != val)
		msr_put(msr, val);
	return old;
}

#endif
