// SPDX-License-Identifier: GPL-2.0-only
/*
 * lapic.c - the local APIC: requests, priorities, messages, reset
 *
 * Decides which interrupt a vCPU gets, and which message it sends. Knows registers only
 * as fields: what is where is lapic-regs.c's, what counts is lapic-timer.c's.
 *
 * There is no spurious interrupt: the owner looks at IRR and takes the vector in one go,
 * so SVR's vector is stored and never delivered.
 */
#include <linux/bitmap.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include <insula/guest-abi.h>
#include "lapic-int.h"

/* Several times per exit, and mostly on an empty map: no loop. */
static inline int highest(const unsigned long *map)
{
	unsigned long w0 = READ_ONCE(map[0]), w1 = READ_ONCE(map[1]);
	unsigned long w2 = READ_ONCE(map[2]), w3 = READ_ONCE(map[3]);

	BUILD_BUG_ON(BITS_PER_LONG != 64);
	if (!(w0 | w1 | w2 | w3))
		return -1;
	if (w3)
		return 192 + __fls(w3);
	if (w2)
		return 128 + __fls(w2);
	return w1 ? 64 + __fls(w1) : __fls(w0);
}

/* SDM §11.8.3.1. Of two equal classes PPR takes TPR's low bits. */
static void update_ppr(struct lapic *l)
{
	int vector = highest(l->isr);
	u32 isrv = vector < 0 ? 0 : vector & 0xf0;

	WRITE_ONCE(l->ppr, (l->tpr & 0xf0) >= isrv ? l->tpr : isrv);
}

void lapic_init(struct lapic *l, u32 id, bool bsp, const struct lapic_ops *ops)
{
	memset(l, 0, sizeof(*l));
	l->ops = ops;
	l->id = id;
	l->bsp = bsp;
	lapic_reset(l, false);
}

void lapic_reset(struct lapic *l, bool init)
{
	int i;

	if (!init)
		WRITE_ONCE(l->base, GUEST_LAPIC_BASE | APIC_BASE_EN | (l->bsp ? APIC_BASE_BSP : 0));
	bitmap_zero(l->irr, 256);
	bitmap_zero(l->tmr, 256);
	bitmap_zero(l->isr, 256);
	l->tpr = 0;
	WRITE_ONCE(l->ldr, lapic_x2apic(l) ? lapic_x2apic_ldr(l) : 0);
	WRITE_ONCE(l->dfr, ~0U);
	WRITE_ONCE(l->svr, 0xff);
	l->esr = 0;
	l->esr_pending = 0;
	l->icr = 0;
	for (i = 0; i < NR_LVTS; i++)
		l->lvt[i] = LVT_MASKED;
	lapic_timer_reset(l);
	update_ppr(l);
}

void lapic_virtual_wire(struct lapic *l)
{
	WRITE_ONCE(l->svr, 0xff | APIC_SVR_EN);
	l->lvt[LVT_LINT0] = APIC_DELIVER_EXTINT << 8;
	l->lvt[LVT_LINT1] = APIC_DELIVER_NMI << 8;
}

static bool match_logical_x2apic(u32 ldr, u32 dest)
{
	return dest >> 16 == ldr >> 16 && (dest & ldr & 0xffff);
}

static bool match_logical_xapic(u32 ldr, u32 dfr, u32 dest)
{
	u32 mine = ldr >> 24;

	if (dest > 0xff)
		return false;
	switch (dfr >> 28) {
	case 0xf:	/* flat: a bit each */
		return mine & dest;
	case 0x0:	/* cluster: a cluster's number, and a bit each in it */
		return mine >> 4 == dest >> 4 && (mine & dest & 0xf);
	}
	return false;
}

bool lapic_match(const struct lapic *l, const struct apic_msg *msg)
{
	u32 dest = msg->dest;
	bool x2apic = lapic_x2apic(l);

	if (!lapic_enabled(l))
		return false;
	if (dest == 0xffffffff)
		return true;
	if (!msg->logical)
		return dest == l->id || dest == 0xff;
	if (x2apic)
		return match_logical_x2apic(READ_ONCE(l->ldr), dest);
	return dest == 0xff || match_logical_xapic(READ_ONCE(l->ldr), READ_ONCE(l->dfr), dest);
}

bool lapic_accept(struct lapic *l, u8 vector, bool level)
{
	if (vector < FIRST_VECTOR || !lapic_software_enabled(l))
		return false;
	/* TMR first: whoever sees the request must see of what kind it is. */
	if (test_bit(vector, l->tmr) != level) {
		if (level)
			set_bit(vector, l->tmr);
		else
			clear_bit(vector, l->tmr);
	}
	return !test_and_set_bit(vector, l->irr);
}

u8 lapic_priority(const struct lapic *l)
{
	return READ_ONCE(l->ppr);
}

struct lapic *lapic_arbitrate(struct lapic *best, struct lapic *l)
{
	if (!lapic_software_enabled(l))
		return best;
	return !best || lapic_priority(l) < lapic_priority(best) ? l : best;
}

int lapic_pending(const struct lapic *l)
{
	int vector = highest(l->irr);

	return vector > (int)(l->ppr | 0xf) ? vector : -1;
}

int lapic_pending_masked(const struct lapic *l)
{
	int vector = highest(l->irr);

	if (vector < 0 || vector > (int)(l->ppr | 0xf))
		return -1;
	return vector >> 4 > highest(l->isr) >> 4 ? vector : -1;
}

void lapic_ack(struct lapic *l, u8 vector)
{
	clear_bit(vector, l->irr);
	__set_bit(vector, l->isr);
	update_ppr(l);
}

void lapic_eoi(struct lapic *l)
{
	int vector = highest(l->isr);

	if (vector < 0)
		return;
	__clear_bit(vector, l->isr);
	update_ppr(l);
	if (test_bit(vector, l->tmr))
		l->ops->eoi(l, vector);
}

static bool input(const struct lapic *l, enum lapic_lvt lvt, enum apic_delivery mode)
{
	return (l->lvt[lvt] & (LVT_MASKED | LVT_MODE)) == (u32)mode << 8;
}

bool lapic_extint(const struct lapic *l)
{
	/* Without an APIC its LINT0 pin is the INTR pin (SDM §11.4.3). */
	return lapic_enabled(l) ? input(l, LVT_LINT0, APIC_DELIVER_EXTINT) : l->bsp;
}

bool lapic_lint1_nmi(const struct lapic *l)
{
	return !lapic_enabled(l) || input(l, LVT_LINT1, APIC_DELIVER_NMI);
}

void lapic_set_tpr(struct lapic *l, u32 tpr)
{
	l->tpr = tpr;
	update_ppr(l);
}

void lapic_cr8_write(struct lapic *l, u64 val)
{
	lapic_set_tpr(l, (val & 0xf) << 4);
}

void lapic_error(struct lapic *l, u32 esr)
{
	u32 lvt = l->lvt[LVT_ERROR];
	bool armed = !l->esr_pending;

	l->esr_pending |= esr;
	if (!armed || (lvt & LVT_MASKED))
		return;
	if ((lvt & LVT_VECTOR) < FIRST_VECTOR)
		l->esr_pending |= ESR_RECEIVE_VECTOR;
	else
		lapic_accept(l, lvt & LVT_VECTOR, false);
}

void lapic_raise_lvt(struct lapic *l, enum lapic_lvt lvt)
{
	u32 entry = l->lvt[lvt];

	if (entry & LVT_MASKED)
		return;
	if ((entry & LVT_VECTOR) < FIRST_VECTOR)
		lapic_error(l, ESR_RECEIVE_VECTOR);
	else
		lapic_accept(l, entry & LVT_VECTOR, false);
}

void lapic_self_ipi(struct lapic *l, u8 vector)
{
	if (unlikely(vector < FIRST_VECTOR))
		lapic_error(l, ESR_SEND_VECTOR | ESR_RECEIVE_VECTOR);
	else
		lapic_accept(l, vector, false);
}

void lapic_set_icr(struct lapic *l, u64 icr)
{
	bool trigger_level = icr & BIT(15), assert = icr & BIT(14);
	struct apic_msg msg = {
		.dest = icr >> 32,
		.vector = icr,
		.delivery = icr >> 8 & 7,
		.shorthand = icr >> 18 & 3,
		.logical = icr & BIT(11),
		.assert = !trigger_level || assert,
	};

	/* Bit 15 is for INIT; other IPIs are edge-triggered whatever it says (SDM §11.6.1). */
	msg.level = msg.delivery == APIC_DELIVER_INIT && trigger_level;
	l->icr = icr;
	if (msg.delivery == APIC_DELIVER_FIXED || msg.delivery == APIC_DELIVER_LOWEST) {
		if (msg.delivery == APIC_DELIVER_FIXED && msg.shorthand == APIC_TO_SELF) {
			lapic_self_ipi(l, msg.vector);
			return;
		}
		if (msg.vector < FIRST_VECTOR) {
			lapic_error(l, ESR_SEND_VECTOR);
			return;
		}
	}
	l->ops->send(l, &msg);
}
