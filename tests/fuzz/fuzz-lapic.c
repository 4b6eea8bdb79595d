// SPDX-License-Identifier: GPL-2.0-only
/*
 * fuzz-lapic.c - libFuzzer harness: a local APIC under any sequence of guest accesses,
 * interrupts from elsewhere and passing time
 *
 * Beyond memory errors it checks what must hold after every step: no vector below 16 is
 * ever requested, PPR follows from TPR and ISR, a deadline is armed only when the timer
 * can interrupt, and one call of lapic_expire() leaves nothing due.
 *
 * With clang, from tests/fuzz:
 *   clang -g -O1 -std=gnu11 -fsanitize=fuzzer,address,undefined -I ../unit/shim
 *     -I ../../include -I ../../kmod fuzz-lapic.c ../../kmod/irq/lapic*.c -o fuzz-lapic
 */
#include <stdlib.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include <insula/guest-abi.h>
#include "dev/io-dev.h"
#include "irq/lapic.h"

#define CHECK(c) do { if (!(c)) abort(); } while (0)

static struct lapic apic, peer;
static u64 now;

static void on_send(struct lapic *l, const struct apic_msg *msg)
{
	struct lapic *best = NULL;

	CHECK(msg->delivery < 8 && msg->shorthand < 4);
	if (lapic_match(&apic, msg))
		best = lapic_arbitrate(best, &apic);
	if (lapic_match(&peer, msg))
		best = lapic_arbitrate(best, &peer);
	if (best && msg->delivery <= APIC_DELIVER_LOWEST)
		lapic_accept(best, msg->vector, msg->level);
	else if (msg->delivery == APIC_DELIVER_INIT && lapic_match(l, msg))
		lapic_reset(l, true);
}

static void on_eoi(struct lapic *l, u8 vector)
{
	if (vector & 1)			/* the line is still asserted */
		lapic_accept(l, vector, true);
}

static u64 on_now(struct lapic *l)
{
	return now;
}

static u64 on_tsc(struct lapic *l, u64 tsc)
{
	return min(tsc, NEVER - 1);
}

static const struct lapic_ops ops = { on_send, on_eoi, on_now, on_tsc };

static int top(const unsigned long *map)
{
	for (int i = 255; i >= 0; i--)
		if (test_bit(i, map))
			return i;
	return -1;
}

static void check(const struct lapic *l)
{
	int isr = top(l->isr), irr = top(l->irr), pending = lapic_pending(l);
	u32 isrv = isr < 0 ? 0 : isr & 0xf0;

	CHECK(!(l->irr[0] & 0xffff) && !(l->isr[0] & 0xffff));
	CHECK(lapic_priority(l) == ((l->tpr & 0xf0) >= isrv ? l->tpr : isrv));
	CHECK(pending == (irr >> 4 > lapic_priority(l) >> 4 ? irr : -1));
	CHECK(lapic_pending_masked(l) == -1 || pending == -1);
	CHECK(l->deadline == NEVER || l->deadline == l->timer_expiry);
	CHECK(l->deadline == NEVER || !(l->lvt[LVT_TIMER] & 0x10000));
	CHECK(l->deadline == NEVER || lapic_software_enabled(l));
	CHECK(!l->tsc_deadline || (l->lvt[LVT_TIMER] & 0x60000) == 0x40000);
}

static void step(struct lapic *l, u8 op, u16 where, u64 val)
{
	int vector;
	u64 got;

	switch (op & 7) {
	case 0:
		lapic_mmio_write(l, where & 0xfff, 4, val);
		break;
	case 1:
		lapic_mmio_read(l, where & 0xfff, 1U << (val & 3));
		break;
	case 2:
		lapic_msr_write(l, 0x800 + (where & 0xff), val);
		break;
	case 3:
		lapic_msr_read(l, 0x800 + (where & 0xff), &got);
		break;
	case 4:
		if (where & 1)
			lapic_msr_write(l, 0x6e0, val);
		else
			lapic_msr_write(l, 0x1b, GUEST_LAPIC_BASE | (val & 0xfff));
		break;
	case 5:
		lapic_accept(l, where, val & 1);
		break;
	case 6:
		now += val & 0xffffffffff;
		lapic_expire(l, now);
		CHECK(l->deadline == NEVER || l->deadline > now || now >= 1ULL << 62);
		break;
	case 7:
		vector = lapic_pending(l);
		if (vector >= 0)
			lapic_ack(l, vector);
		else if (val & 1)
			lapic_cr8_write(l, where & 0xf);
		else
			lapic_virtual_wire(l);
		break;
	}
	check(l);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	now = 1;
	lapic_init(&apic, 3, true, &ops);
	lapic_init(&peer, 4, false, &ops);
	for (; size >= 8; data += 8, size -= 8) {
		u32 low;
		u16 where;
		u64 val;

		memcpy(&where, data + 2, 2);
		memcpy(&low, data + 4, 4);
		/* The high half of ICR and deadlines; zero most of the time. */
		val = low | (u64)(data[1] & 0xf ? 0 : data[1] >> 4) << 32;
		step(data[0] & 8 ? &peer : &apic, data[0], where, val);
	}
	return 0;
}
