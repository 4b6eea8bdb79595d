// SPDX-License-Identifier: GPL-2.0-only
/*
 * lapic-regs.c - the local APIC's registers, as memory (xAPIC) and as MSRs (x2APIC)
 *
 * One table says which register exists in which mode and which of its bits can be
 * written; what an access does is common to both modes.
 * Intel SDM vol. 3 §11.4, §11.12; AMD APM vol. 2 §16.3, §16.11.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/nospec.h>

#include <insula/guest-abi.h>
#include "lapic-int.h"

/* Integrated APIC, no CMCI, no suppression of EOI broadcasts, no extended registers. */
#define VERSION		(0x14 | LVT_LAST << 16)
#define LVT_LAST	(NR_LVTS - 1)

#define LDR_BITS	0xff000000U
#define DFR_BITS	0xf0000000U
#define ICR_BITS	0x000ccfffU	/* without bit 12, Delivery Status: always idle */
#define ICR_BUSY	BIT(12)

#define XR	1	/* xAPIC: readable */
#define XW	2
#define X2R	4	/* x2APIC */
#define X2W	8
#define RO	(XR | X2R)
#define RW	(XR | XW | X2R | X2W)

/**
 * struct reg - a register
 * @access:	in which modes it exists, and how
 * @bits:	what can be written; other bits are ignored by xAPIC, #GP in x2APIC mode
 * @ignored:	read-only bits that x2APIC mode takes without complaint
 */
struct reg {
	u8 access;
	u32 bits, ignored;
};

static const struct reg regs[NR_REGS] = {
	[REG_ID]			= { RO },
	[REG_VERSION]			= { RO },
	[REG_TPR]			= { RW, 0xff },
	[REG_APR]			= { XR },
	[REG_PPR]			= { RO },
	[REG_EOI]			= { XR | XW | X2W },
	[REG_RRD]			= { XR },
	[REG_LDR]			= { RO | XW, LDR_BITS },
	[REG_DFR]			= { XR | XW, DFR_BITS },
	[REG_SVR]			= { RW, 0x3ff },
	[REG_ISR ... REG_ESR - 1]	= { RO },
	[REG_ESR]			= { RW },
	[REG_ICR]			= { RW, ICR_BITS },	/* x2APIC: see write_icr_msr() */
	[REG_ICR_HIGH]			= { XR | XW, 0xff000000 },
	[REG_LVT + LVT_TIMER]		= { RW, 0x700ff, 0x1000 },
	[REG_LVT + LVT_THERMAL]		= { RW, 0x107ff, 0x1000 },
	[REG_LVT + LVT_PERF]		= { RW, 0x107ff, 0x1000 },
	[REG_LVT + LVT_LINT0]		= { RW, 0x1a7ff, 0x5000 },
	[REG_LVT + LVT_LINT1]		= { RW, 0x1a7ff, 0x5000 },
	[REG_LVT + LVT_ERROR]		= { RW, 0x100ff, 0x1000 },
	[REG_INITIAL]			= { RW, 0xffffffff },
	[REG_CURRENT]			= { RO },
	[REG_DIVIDE]			= { RW, 0xb },
	[REG_SELF_IPI]			= { X2W, 0xff },
};

static u32 bitmap_reg(const unsigned long *map, unsigned int i)
{
	return READ_ONCE(map[i / 2]) >> 32 * (i % 2);
}

/* @reg: one that is readable in the present mode. */
static u32 read_reg(struct lapic *l, unsigned int reg)
{
	switch (reg) {
	case REG_ID:
		return lapic_x2apic(l) ? l->id : l->id << 24;
	case REG_VERSION:
		return VERSION;
	case REG_TPR:
		return l->tpr;
	case REG_PPR:
		return l->ppr;
	case REG_LDR:
		return l->ldr;
	case REG_DFR:
		return l->dfr;
	case REG_SVR:
		return l->svr;
	case REG_ISR ... REG_ISR + 7:
		return bitmap_reg(l->isr, reg - REG_ISR);
	case REG_TMR ... REG_TMR + 7:
		return bitmap_reg(l->tmr, reg - REG_TMR);
	case REG_IRR ... REG_IRR + 7:
		return bitmap_reg(l->irr, reg - REG_IRR);
	case REG_ESR:
		return l->esr;
	case REG_ICR:
		return l->icr;
	case REG_ICR_HIGH:
		return l->icr >> 32 << 24;
	case REG_LVT ... REG_LVT_LAST:
		return l->lvt[array_index_nospec(reg - REG_LVT, NR_LVTS)];
	case REG_INITIAL:
		return l->timer_initial;
	case REG_CURRENT:
		return lapic_timer_current(l);
	case REG_DIVIDE:
		return l->timer_divide;
	}
	return 0;	/* EOI; arbitration priority and remote read, which nothing uses */
}

static void write_lvt(struct lapic *l, unsigned int lvt, u32 val)
{
	if (!(l->svr & APIC_SVR_EN))
		val |= LVT_MASKED;
	if (lvt == LVT_TIMER)
		lapic_timer_set_lvt(l, val);
	else
		l->lvt[array_index_nospec(lvt, NR_LVTS)] = val;
}

/* SDM §11.4.7.2: while disabled by software every LVT entry is masked, and stays so. */
static void write_svr(struct lapic *l, u32 val)
{
	unsigned int i;

	WRITE_ONCE(l->svr, val);
	if (val & APIC_SVR_EN)
		return;
	for (i = 0; i < NR_LVTS; i++)
		write_lvt(l, i, l->lvt[i]);
}

/* @reg: one that is writable in the present mode; @val: only bits that it has. */
static void write_reg(struct lapic *l, unsigned int reg, u32 val)
{
	switch (reg) {
	case REG_TPR:
		lapic_set_tpr(l, val);
		break;
	case REG_LDR:
		WRITE_ONCE(l->ldr, val);
		break;
	case REG_DFR:
		WRITE_ONCE(l->dfr, val | ~DFR_BITS);
		break;
	case REG_SVR:
		write_svr(l, val);
		break;
	case REG_ESR:
		/* SDM §11.5.3: reads show what had come together by the last write. */
		l->esr = l->esr_pending;
		l->esr_pending = 0;
		break;
	case REG_ICR:
		lapic_set_icr(l, (l->icr & ~0xffffffffULL) | val);
		break;
	case REG_ICR_HIGH:
		l->icr = (u64)(val >> 24) << 32 | (u32)l->icr;
		break;
	case REG_LVT ... REG_LVT_LAST:
		write_lvt(l, reg - REG_LVT, val);
		break;
	case REG_INITIAL:
		lapic_timer_set_initial(l, val);
		break;
	case REG_DIVIDE:
		lapic_timer_set_divide(l, val);
		break;
	}
}

/* A register's four bytes are followed by twelve that read as zero. */
static u32 mmio_read_dword(struct lapic *l, u32 offset)
{
	unsigned int reg = offset >> 4;

	if (offset & 0xc)
		return 0;
	if (reg >= NR_REGS || !(regs[array_index_nospec(reg, NR_REGS)].access & XR)) {
		lapic_error(l, ESR_REGISTER);
		return 0;
	}
	return read_reg(l, reg);
}

u64 lapic_mmio_read(struct lapic *l, u32 offset, unsigned int size)
{
	unsigned int shift = 8 * (offset & 3);
	u64 val;

	if (!lapic_enabled(l) || lapic_x2apic(l))
		return ~0ULL;
	val = mmio_read_dword(l, offset & 0xffc);
	if ((offset & 3) + size > 4)
		val |= (u64)mmio_read_dword(l, (offset + 4) & 0xffc) << 32;
	val >>= shift;
	return size >= 8 ? val : val & ((1ULL << 8 * size) - 1);
}

void lapic_mmio_write(struct lapic *l, u32 offset, unsigned int size, u64 val)
{
	unsigned int reg = offset >> 4;
	const struct reg *r;

	if (!lapic_enabled(l) || lapic_x2apic(l) || size != 4 || (offset & 0xf))
		return;
	if (reg == REG_EOI) {
		lapic_eoi(l);
		return;
	}
	r = &regs[reg < NR_REGS ? array_index_nospec(reg, NR_REGS) : 0];
	if (r->access & XW)
		write_reg(l, reg, val & r->bits);
	else if (!(r->access & XR))
		lapic_error(l, ESR_REGISTER);
}

static int write_base(struct lapic *l, u64 val)
{
	const u64 mode = APIC_BASE_EN | APIC_BASE_EXTD;
	u64 old = l->base & mode, new = val & mode;

	if ((val & ~(mode | APIC_BASE_BSP)) != GUEST_LAPIC_BASE)
		return -EINVAL;
	if (new == old)
		return 0;
	/*
	 * SDM §11.12.5: xAPIC and off reach each other, x2APIC is entered from xAPIC only
	 * and left to off only.
	 */
	if (new == APIC_BASE_EXTD || (new == mode && old != APIC_BASE_EN) ||
	    (old == mode && new))
		return -EINVAL;
	WRITE_ONCE(l->base, (l->base & ~mode) | new);
	if (new == mode) {
		WRITE_ONCE(l->ldr, lapic_x2apic_ldr(l));
		l->icr = (u32)l->icr;
	} else {
		lapic_reset(l, true);
	}
	return 0;
}

static int write_icr_msr(struct lapic *l, u64 val)
{
	if ((u32)val & ~(ICR_BITS | ICR_BUSY))
		return -EINVAL;
	lapic_set_icr(l, val & ~ICR_BUSY);
	return 0;
}

int lapic_msr_read(struct lapic *l, u32 msr, u64 *val)
{
	unsigned int reg = msr - LAPIC_MSR_X2APIC;

	if (msr == LAPIC_MSR_BASE) {
		*val = l->base;
		return 0;
	}
	if (msr == LAPIC_MSR_TSC_DEADLINE) {
		*val = lapic_timer_tsc(l);
		return 0;
	}
	if (!lapic_x2apic(l) || reg >= NR_REGS)
		return -EINVAL;
	reg = array_index_nospec(reg, NR_REGS);
	if (!(regs[reg].access & X2R))
		return -EINVAL;
	*val = reg == REG_ICR ? l->icr : read_reg(l, reg);
	return 0;
}

int lapic_msr_write(struct lapic *l, u32 msr, u64 val)
{
	unsigned int reg = msr - LAPIC_MSR_X2APIC;

	/* What is frequent comes first: most kernels build no jump tables. */
	if (msr == LAPIC_MSR_TSC_DEADLINE) {
		lapic_timer_set_tsc(l, val);
		return 0;
	}
	if (msr == LAPIC_MSR_BASE)
		return write_base(l, val);
	if (!lapic_x2apic(l) || reg >= NR_REGS)
		return -EINVAL;
	reg = array_index_nospec(reg, NR_REGS);
	if (!(regs[reg].access & X2W))
		return -EINVAL;
	if (reg == REG_ICR)
		return write_icr_msr(l, val);
	if (val & ~(u64)(regs[reg].bits | regs[reg].ignored))
		return -EINVAL;
	if (reg == REG_SELF_IPI)
		lapic_self_ipi(l, val);
	else if (reg == REG_EOI)
		lapic_eoi(l);
	else
		write_reg(l, reg, val & regs[reg].bits);
	return 0;
}
