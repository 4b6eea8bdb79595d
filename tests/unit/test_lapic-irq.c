// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_lapic-irq.c - the local APIC: messages, priorities; Intel SDM vol. 3 ch. 11
 */
#include "lapic-bench.h"

/* ---- messages ---- */

static void test_icr(void **state)
{
	enable();
	wr(ICR_HIGH, 0x07ffffff);
	wr(ICR, 0x4031);
	assert_int_equal(b.msg.dest, 7);
	assert_int_equal(b.msg.vector, 0x31);
	assert_int_equal(b.msg.delivery, APIC_DELIVER_FIXED);
	assert_false(b.msg.logical);
	assert_true(b.msg.assert);
	assert_int_equal(rd(ICR), 0x4031);
	assert_int_equal(rd(ICR_HIGH), 0x07000000);
	wr(ICR, 0xfffff531);		/* Delivery Status and reserved bits don't stick */
	assert_int_equal(rd(ICR), 0xcc531);
	assert_int_equal(b.msg.shorthand, APIC_TO_OTHERS);
	assert_int_equal(b.msg.delivery, APIC_DELIVER_INIT);
	wr(ICR, 0xc031);
	assert_false(b.msg.level);	/* fixed: edge, always */
	wr(ICR, 0x8500);
	assert_int_equal(b.msg.delivery, APIC_DELIVER_INIT);
	assert_false(b.msg.assert);	/* the level de-assert */
	assert_true(b.msg.level);
	wr(ICR, 0xc500);
	assert_true(b.msg.assert);
	wr(ICR, 0x0500);
	assert_true(b.msg.assert);
	assert_false(b.msg.level);
	wr(ICR, 0x4608);		/* STARTUP: its vector may be small */
	assert_int_equal(b.msg.delivery, APIC_DELIVER_STARTUP);
	assert_int_equal(b.msg.vector, 8);
	assert_int_equal(b.sent, 7);
}

static bool match(u32 dest, bool logical)
{
	const struct apic_msg msg = { .dest = dest, .logical = logical, .vector = 0x40 };

	return lapic_match(l, &msg);
}

static void test_match_physical(void **state)
{
	for (int x2apic = 0; x2apic < 2; x2apic++) {
		assert_true(match(5, false));
		assert_false(match(4, false));
		assert_false(match(0x105, false));
		assert_true(match(0xff, false));
		assert_true(match(0xffffffff, false));
		wrmsr(0x1b, BASE_X2APIC);
	}
}

static void test_match_flat(void **state)
{
	wr(LDR, 0x24000000);
	assert_true(match(0x04, true));
	assert_true(match(0x20, true));
	assert_true(match(0x64, true));
	assert_false(match(0x08, true));
	assert_false(match(0x00, true));
	assert_false(match(0x124, true));
	assert_true(match(0xff, true));
	wr(LDR, 0);
	assert_true(match(0xff, true));
	assert_false(match(0x7f, true));
}

static void test_match_cluster(void **state)
{
	wr(LDR, 0x25000000);
	wr(DFR, 0);
	assert_true(match(0x21, true));
	assert_true(match(0x2f, true));
	assert_true(match(0x24, true));
	assert_false(match(0x22, true));
	assert_false(match(0x31, true));
	assert_false(match(0x20, true));
	assert_true(match(0xff, true));
	wr(DFR, 0x50000000);		/* no such model */
	assert_false(match(0x21, true));
}

static void test_match_x2apic(void **state)
{
	lapic_init(l, 0x25, false, &ops);
	enter_x2apic();
	assert_true(match(0x20020, true));
	assert_true(match(0x2ffff, true));
	assert_false(match(0x20010, true));
	assert_false(match(0x30020, true));
	assert_false(match(0x20, true));
	assert_false(match(0xff, true));
	assert_true(match(0xffffffff, true));
}

static void test_arbitrate(void **state)
{
	struct bench other;
	struct lapic *o = &other.l;

	lapic_init(o, 6, false, &ops);
	assert_null(lapic_arbitrate(NULL, l));	/* neither accepts */
	enable();
	assert_ptr_equal(lapic_arbitrate(NULL, l), l);
	assert_ptr_equal(lapic_arbitrate(l, o), l);
	lapic_mmio_write(o, SVR, 4, 0x1ff);
	assert_ptr_equal(lapic_arbitrate(l, o), l);
	wr(TPR, 0x20);
	assert_ptr_equal(lapic_arbitrate(l, o), o);
	lapic_accept(o, 0x61, false);
	lapic_ack(o, 0x61);
	assert_int_equal(lapic_priority(o), 0x60);
	assert_ptr_equal(lapic_arbitrate(l, o), l);
}

/* ---- priorities ---- */

static void test_accept(void **state)
{
	enable();
	assert_false(lapic_accept(l, 15, false));
	assert_true(lapic_accept(l, 16, false));
	assert_true(lapic_accept(l, 255, true));
	assert_false(lapic_accept(l, 255, true));	/* merged */
	assert_int_equal(rd(IRR), 0x10000);
	assert_int_equal(rd(IRR + 0x70), 0x80000000);
	assert_int_equal(rd(TMR + 0x70), 0x80000000);
	assert_int_equal(rd(TMR), 0);
	assert_int_equal(lapic_pending(l), 255);
	lapic_ack(l, 255);
	assert_int_equal(rd(ISR + 0x70), 0x80000000);
	assert_int_equal(rd(IRR + 0x70), 0);
	assert_int_equal(lapic_pending(l), -1);
}

static void test_every_vector(void **state)
{
	enable();
	for (int v = 16; v < 256; v++) {
		assert_true(lapic_accept(l, v, v & 1));
		assert_int_equal(lapic_pending(l), v);
		lapic_ack(l, v);
		assert_int_equal(rd(PPR), v & 0xf0);
		b.eois = 0;
		wr(EOI, 0);
		assert_int_equal(b.eois, v & 1);
		if (v & 1)
			assert_int_equal(b.eoi, v);
		assert_int_equal(rd(PPR), 0);
	}
	wr(EOI, 0);			/* nothing in service */
}

static void test_nesting(void **state)
{
	enable();
	lapic_accept(l, 0x45, false);
	lapic_ack(l, 0x45);
	lapic_accept(l, 0x4f, false);		/* same class: waits */
	assert_int_equal(lapic_pending(l), -1);
	lapic_accept(l, 0x50, false);
	assert_int_equal(lapic_pending(l), 0x50);
	lapic_ack(l, 0x50);
	assert_int_equal(rd(PPR), 0x50);
	assert_int_equal(lapic_pending(l), -1);
	wr(EOI, 0);
	assert_int_equal(rd(PPR), 0x40);
	assert_int_equal(lapic_pending(l), -1);
	wr(EOI, 0);
	assert_int_equal(lapic_pending(l), 0x4f);
}

static void test_level_becomes_edge(void **state)
{
	enable();
	lapic_accept(l, 0x45, true);
	lapic_ack(l, 0x45);
	wr(EOI, 0);
	assert_int_equal(b.eois, 1);
	lapic_accept(l, 0x45, false);
	lapic_ack(l, 0x45);
	wr(EOI, 0);
	assert_int_equal(b.eois, 1);
}

static void test_tpr(void **state)
{
	enable();
	lapic_accept(l, 0x45, false);
	wr(TPR, 0x4f);
	assert_int_equal(rd(PPR), 0x4f);
	assert_int_equal(lapic_pending(l), -1);
	assert_int_equal(lapic_pending_masked(l), 0x45);
	assert_int_equal(lapic_cr8_read(l), 4);
	lapic_cr8_write(l, 3);
	assert_int_equal(rd(TPR), 0x30);
	assert_int_equal(lapic_pending(l), 0x45);
	assert_int_equal(lapic_pending_masked(l), -1);
	lapic_ack(l, 0x45);
	lapic_accept(l, 0x44, false);
	assert_int_equal(lapic_pending_masked(l), -1);	/* ISR holds it back, not TPR */
	lapic_cr8_write(l, 15);
	assert_int_equal(lapic_pending_masked(l), -1);
	lapic_accept(l, 0xff, false);
	assert_int_equal(lapic_pending(l), -1);
	assert_int_equal(lapic_pending_masked(l), 0xff);
	wr(TPR, 0x33);
	assert_int_equal(rd(PPR), 0x40);
	wr(TPR, 0x47);
	assert_int_equal(rd(PPR), 0x47);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(icr), T(match_physical), T(match_flat), T(match_cluster),
		T(match_x2apic), T(arbitrate), T(accept), T(every_vector), T(nesting),
		T(level_becomes_edge), T(tpr),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
