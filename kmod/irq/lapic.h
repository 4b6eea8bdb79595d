/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lapic.h - the local APIC, xAPIC and x2APIC
 *
 * Pure code. One owner: everything is called by the vCPU that the APIC belongs to,
 * except where a function says "any CPU"; what those touch (IRR, TMR) is atomic.
 * So there is no lock.
 *
 * Sources: Intel SDM vol. 3 ch. 11 (numbers of the 2022 edition's ch. 10), AMD APM
 * vol. 2 ch. 16.
 */
#ifndef _INSULA_LAPIC_H
#define _INSULA_LAPIC_H

#include <linux/bitops.h>
#include <linux/compiler.h>
#include <linux/types.h>
#include "apic-msg.h"

#define LAPIC_MSR_BASE		0x1b	/* IA32_APIC_BASE */
#define LAPIC_MSR_TSC_DEADLINE	0x6e0
#define LAPIC_MSR_X2APIC	0x800	/* first x2APIC register; the last is 0x8ff */

#define APIC_BASE_BSP		BIT(8)	/* in IA32_APIC_BASE */
#define APIC_BASE_EXTD		BIT(10)
#define APIC_BASE_EN		BIT(11)
#define APIC_SVR_EN		BIT(8)	/* in SVR: enabled by software */

enum lapic_lvt {
	LVT_TIMER, LVT_THERMAL, LVT_PERF, LVT_LINT0, LVT_LINT1, LVT_ERROR, NR_LVTS
};

struct lapic;

/**
 * struct lapic_ops - what a local APIC needs from around it
 * @send:	deliver an IPI; @msg->shorthand as the guest asked. The sender may be
 *		among the receivers (then lapic_accept() is called from within). A fixed
 *		interrupt with the shorthand "self" is dealt with inside and not seen here.
 *		Anything else that a guest can write is: also INIT or STARTUP to itself,
 *		SMI, and the reserved delivery modes.
 * @eoi:	a level-triggered @vector was completed: tell the IOAPICs
 * @now:	the VM's clock, ns, monotonic
 * @tsc_to_ns:	time on that clock at which the guest's TSC reaches @tsc (may lie in the
 *		past; saturates at NEVER - 1)
 */
struct lapic_ops {
	void (*send)(struct lapic *l, const struct apic_msg *msg);
	void (*eoi)(struct lapic *l, u8 vector);
	u64 (*now)(struct lapic *l);
	u64 (*tsc_to_ns)(struct lapic *l, u64 tsc);
};

/**
 * struct lapic - a local APIC
 *
 * Owner-only unless said otherwise.
 *
 * @ops:	constant
 * @id:		APIC id, 32 bits; constant
 * @bsp:	this is the boot processor's; constant
 * @base:	IA32_APIC_BASE. Also read by any CPU (destination matching).
 * @ppr:	processor priority, kept up to date with @tpr and @isr; also read by any CPU
 * @irr:	requested; atomic bitops by any CPU
 * @tmr:	of the requested and serviced: level-triggered; atomic bitops by any CPU
 * @isr:	in service
 * @tpr @ldr @dfr @svr @esr @icr @lvt: registers. @ldr, @dfr and @svr are also read by
 *		any CPU, with READ_ONCE. The id register is read-only, as on all processors
 *		of the last decade: a table of destinations by id stays true.
 * @esr_pending: errors since the last write to ESR
 * @timer_initial: initial count
 * @timer_divide: divide configuration register
 * @timer_expiry: ns at which the countdown, or the TSC deadline, ends; NEVER when
 *		nothing counts
 * @tsc_deadline: IA32_TSC_DEADLINE, 0 when disarmed
 * @deadline:	ns at which lapic_expire() is due, or NEVER: @timer_expiry unless the
 *		timer is masked
 */
struct lapic {
	const struct lapic_ops *ops;
	u32 id;
	bool bsp;
	u64 base;
	DECLARE_BITMAP(irr, 256);
	DECLARE_BITMAP(tmr, 256);
	DECLARE_BITMAP(isr, 256);
	u32 ppr;
	u32 tpr, ldr, dfr, svr, esr, esr_pending;
	u64 icr;
	u32 lvt[NR_LVTS];
	u32 timer_initial, timer_divide;
	u64 timer_expiry;
	u64 tsc_deadline;
	u64 deadline;
};

/**
 * lapic_init() - once, before use; ends with a reset as after power-up
 * @id:		below 255 (GUEST_MAX_CPUS): 0xff addresses everyone
 * @bsp:	boot processor
 */
void lapic_init(struct lapic *l, u32 id, bool bsp, const struct lapic_ops *ops);

/**
 * lapic_reset() - state after power-up (@init false) or INIT (@init true, which keeps
 * IA32_APIC_BASE and the APIC id; SDM §11.4.7). Called by the owner, or while it does
 * not run. An interrupt that another CPU requests meanwhile may or may not be lost.
 */
void lapic_reset(struct lapic *l, bool init);

/**
 * lapic_virtual_wire() - what firmware leaves on the boot processor: enabled by software,
 * LINT0 passes the 8259 through, LINT1 is NMI (MP specification 1.4 §3.6.2.2). For systems
 * that use the 8259 without looking at the local APIC.
 */
void lapic_virtual_wire(struct lapic *l);

/**
 * lapic_mmio_read() - xAPIC register read
 * @offset:	0 to 0xfff in the APIC page; an access that is not an aligned 4-byte one
 *		reads bytes of the register it lies in (size 1, 2, 4; 8 reads two)
 * Return: the value. When the APIC is in x2APIC mode or disabled, all ones: the caller
 * should not have come here.
 */
u64 lapic_mmio_read(struct lapic *l, u32 offset, unsigned int size);
/** lapic_mmio_write() - xAPIC register write; only aligned 4-byte writes count */
void lapic_mmio_write(struct lapic *l, u32 offset, unsigned int size, u64 val);

/**
 * lapic_msr_read() - IA32_APIC_BASE (0x1b), IA32_TSC_DEADLINE (0x6e0) and 0x800-0x8ff
 * Return: 0, or -EINVAL where the processor raises #GP (among them x2APIC registers
 * outside of x2APIC mode).
 */
int lapic_msr_read(struct lapic *l, u32 msr, u64 *val);
/**
 * lapic_msr_write() - likewise
 *
 * IA32_APIC_BASE: the address must stay GUEST_LAPIC_BASE (nothing else moves it, and a
 * page per vCPU that wanders through guest RAM is not worth having): another one is
 * refused. The BSP flag is read-only, as AMD has it. Clearing EN loses all state.
 * Return: 0; -EINVAL (#GP) for reserved bits, read-only registers, illegal mode changes.
 */
int lapic_msr_write(struct lapic *l, u32 msr, u64 val);

/** lapic_requested() - 0: nothing at all is, so nothing is pending in any sense. Owner. */
static inline u64 lapic_requested(const struct lapic *l)
{
	return READ_ONCE(l->irr[0]) | READ_ONCE(l->irr[1]) |
	       READ_ONCE(l->irr[2]) | READ_ONCE(l->irr[3]);
}

/** lapic_enabled() - IA32_APIC_BASE.EN. Any CPU. */
static inline bool lapic_enabled(const struct lapic *l)
{
	return READ_ONCE(l->base) & APIC_BASE_EN;
}

/** lapic_x2apic() - enabled and in x2APIC mode. Any CPU. */
static inline bool lapic_x2apic(const struct lapic *l)
{
	const u64 both = APIC_BASE_EN | APIC_BASE_EXTD;

	return (READ_ONCE(l->base) & both) == both;
}

/** lapic_software_enabled() - would a fixed interrupt be accepted? Any CPU. */
static inline bool lapic_software_enabled(const struct lapic *l)
{
	return lapic_enabled(l) && (READ_ONCE(l->svr) & APIC_SVR_EN);
}

/**
 * lapic_match() - is this APIC addressed by @msg (its dest and logical; not its
 * shorthand)? SDM §11.6.2. Any CPU.
 *
 * A physical 0xff is everyone in x2APIC mode too: it comes from IOAPICs and MSIs, whose
 * destinations have 8 bits, and no processor has the id 255. An APIC that is off is
 * never addressed.
 */
bool lapic_match(const struct lapic *l, const struct apic_msg *msg);

/**
 * lapic_accept() - request a fixed interrupt. Any CPU.
 * Vectors below 16 set ESR's "received illegal vector" bit instead (by the owner: for
 * simplicity dropped). A software-disabled APIC drops it.
 * Return: true if the vCPU should be kicked or woken.
 */
bool lapic_accept(struct lapic *l, u8 vector, bool level);

/** lapic_priority() - PPR; for lowest-priority arbitration. Any CPU. */
u8 lapic_priority(const struct lapic *l);

/**
 * lapic_arbitrate() - one step of lowest-priority arbitration (SDM §11.6.2.4)
 * @best:	winner so far, or NULL
 * @l:		an APIC that the message addresses
 * Return: @l if it would accept and runs at a lower priority than @best, else @best.
 * Of equals the first stays; a caller who wants rotation starts elsewhere. Any CPU.
 */
struct lapic *lapic_arbitrate(struct lapic *best, struct lapic *l);

/**
 * lapic_pending() - vector of the interrupt to deliver now: the highest in IRR if its
 * class is above PPR's. Cheap when nothing is there.
 * Return: 16 to 255, or -1.
 */
int lapic_pending(const struct lapic *l);
/**
 * lapic_pending_masked() - highest in IRR that only TPR holds back, or -1: lowering TPR
 * would deliver it
 */
int lapic_pending_masked(const struct lapic *l);

/** lapic_ack() - @vector goes from IRR to ISR: the CPU has taken it */
void lapic_ack(struct lapic *l, u8 vector);

/**
 * lapic_extint() - does LINT0 pass the 8259's INTR through? (APIC disabled by
 * IA32_APIC_BASE on the BSP, or LVT LINT0 unmasked in ExtINT mode)
 */
bool lapic_extint(const struct lapic *l);

/** lapic_lint1_nmi() - is LINT1 an unmasked NMI input? */
bool lapic_lint1_nmi(const struct lapic *l);

/** lapic_cr8_read() - TPR's class, 0 to 15 */
static inline u64 lapic_cr8_read(const struct lapic *l)
{
	return l->tpr >> 4;
}

/** lapic_cr8_write() - MOV to CR8; bits above 3 have been checked by the caller */
void lapic_cr8_write(struct lapic *l, u64 val);

/**
 * lapic_expire() - the timer's deadline may have been reached
 * @now:	ns. Requests the LVT timer's vector if it has; periodic timers go on from
 *		the ideal time of expiry (no drift), at most one interrupt for any number of
 *		periods missed, with periods below 20 us stretched to that.
 */
void lapic_expire(struct lapic *l, u64 now);

/** lapic_retime() - guest's TSC was changed: compute the TSC deadline anew */
void lapic_retime(struct lapic *l);

#endif
