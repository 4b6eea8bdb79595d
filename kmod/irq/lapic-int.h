/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lapic-int.h - what the files of the local APIC share; for lapic*.c only
 */
#ifndef _INSULA_LAPIC_INT_H
#define _INSULA_LAPIC_INT_H

#include <linux/compiler.h>
#include "lapic.h"

/*
 * Register numbers: offset in the xAPIC page / 16, and MSR - 0x800 in x2APIC mode
 * (SDM tables 11-1 and 11-6).
 */
enum lapic_reg {
	REG_ID		= 0x02,
	REG_VERSION	= 0x03,
	REG_TPR		= 0x08,
	REG_APR		= 0x09,
	REG_PPR		= 0x0a,
	REG_EOI		= 0x0b,
	REG_RRD		= 0x0c,
	REG_LDR		= 0x0d,
	REG_DFR		= 0x0e,
	REG_SVR		= 0x0f,
	REG_ISR		= 0x10,		/* 8 registers each */
	REG_TMR		= 0x18,
	REG_IRR		= 0x20,
	REG_ESR		= 0x28,
	REG_ICR		= 0x30,		/* 64 bits in x2APIC mode */
	REG_ICR_HIGH	= 0x31,
	REG_LVT		= 0x32,		/* timer; the others follow as in enum lapic_lvt */
	REG_LVT_LAST	= REG_LVT + NR_LVTS - 1,
	REG_INITIAL	= 0x38,
	REG_CURRENT	= 0x39,
	REG_DIVIDE	= 0x3e,
	REG_SELF_IPI	= 0x3f,
	NR_REGS		= 0x40
};

#define LVT_VECTOR		0xffU
#define LVT_MODE		0x700U		/* delivery mode, enum apic_delivery << 8 */
#define LVT_MASKED		BIT(16)
#define LVT_TIMER_MODE		(3U << 17)
#define LVT_TIMER_PERIODIC	(1U << 17)
#define LVT_TIMER_TSC		(2U << 17)

#define ESR_SEND_VECTOR		BIT(5)
#define ESR_RECEIVE_VECTOR	BIT(6)
#define ESR_REGISTER		BIT(7)

#define FIRST_VECTOR		16		/* those below are illegal */

/** lapic_raise_lvt() - an event of the APIC's own: a fixed interrupt through @lvt */
void lapic_raise_lvt(struct lapic *l, enum lapic_lvt lvt);
/** lapic_error() - record ESR_*; the first since ESR was written raises LVT error */
void lapic_error(struct lapic *l, u32 esr);
/** lapic_eoi() - the guest wrote EOI */
void lapic_eoi(struct lapic *l);
/** lapic_set_tpr() - the guest wrote TPR, 0 to 255 */
void lapic_set_tpr(struct lapic *l, u32 tpr);
/** lapic_set_icr() - the guest wrote ICR; @icr has its 32-bit destination in the high half */
void lapic_set_icr(struct lapic *l, u64 icr);
/** lapic_self_ipi() - fixed interrupt to oneself */
void lapic_self_ipi(struct lapic *l, u8 vector);

/** lapic_timer_reset() - nothing counts */
void lapic_timer_reset(struct lapic *l);
/** lapic_timer_set_lvt() - LVT timer is to become @lvt */
void lapic_timer_set_lvt(struct lapic *l, u32 lvt);
/** lapic_timer_set_initial() - the guest wrote the initial count: starts or stops */
void lapic_timer_set_initial(struct lapic *l, u32 count);
/** lapic_timer_set_divide() - the guest wrote the divide configuration */
void lapic_timer_set_divide(struct lapic *l, u32 divide);
/** lapic_timer_current() - current count */
u32 lapic_timer_current(struct lapic *l);
/** lapic_timer_set_tsc() - the guest wrote IA32_TSC_DEADLINE */
void lapic_timer_set_tsc(struct lapic *l, u64 tsc);
/** lapic_timer_tsc() - IA32_TSC_DEADLINE as it reads */
u64 lapic_timer_tsc(struct lapic *l);

/** lapic_x2apic_ldr() - the logical id that x2APIC mode derives (SDM §11.12.10.2) */
static inline u32 lapic_x2apic_ldr(const struct lapic *l)
{
	return (l->id >> 4) << 16 | 1U << (l->id & 0xf);
}

/** lapic_tsc_mode() - is the timer in TSC-deadline mode? */
static inline bool lapic_tsc_mode(const struct lapic *l)
{
	return (l->lvt[LVT_TIMER] & LVT_TIMER_MODE) == LVT_TIMER_TSC;
}

#endif
