// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_lapic-timer.c - the local APIC's timer; Intel SDM vol. 3 §11.5.4
 */
#include "lapic-bench.h"

static void arm(u32 lvt, u32 divide, u32 count)
{
	enable();
	wr(LVTT, lvt);
	wr(TDCR, divide);
	wr(TICR, count);
}

static void test_oneshot(void **state)
{
	static const u32 divide[] = { 0xb, 0, 1, 2, 3, 8, 9, 0xa };

	for (unsigned int i = 0; i < ARRAY_SIZE(divide); i++) {
		fresh(state);
		arm(0x40, divide[i], 1000);
		assert_true(l->deadline == b.now + (1000ULL << i));
		assert_int_equal(rd(TCCR), 1000);
		b.now += 400ULL << i;
		assert_int_equal(rd(TCCR), 600);
		b.now = l->deadline - 1;
		lapic_expire(l, b.now);
		assert_int_equal(lapic_pending(l), -1);
		lapic_expire(l, ++b.now);
		assert_int_equal(lapic_pending(l), 0x40);
		assert_true(l->deadline == NEVER);
		assert_int_equal(rd(TCCR), 0);
		assert_int_equal(rd(TICR), 1000);
	}
	arm(0x40, 0xa, 0xffffffff);
	assert_true(l->deadline == b.now + (0xffffffffULL << 7));
	assert_int_equal(rd(TCCR), 0xffffffff);
	wr(TICR, 0);
	assert_true(l->deadline == NEVER);
	assert_int_equal(rd(TCCR), 0);
}

static void test_periodic(void **state)
{
	u64 start = b.now;

	arm(PERIODIC | 0x40, DIV_1, 100000);
	b.now = start + 130000;			/* seen late: no drift */
	lapic_expire(l, b.now);
	assert_true(l->deadline == start + 200000);
	assert_int_equal(rd(TCCR), 70000);
	assert_int_equal(lapic_pending(l), 0x40);
	lapic_ack(l, 0x40);
	wr(EOI, 0);
	b.now = start + 1000000;		/* many missed: one interrupt */
	lapic_expire(l, b.now);
	assert_true(l->deadline == start + 1100000);
	lapic_ack(l, 0x40);
	lapic_expire(l, b.now);
	assert_int_equal(rd(IRR + 0x20), 0);
	b.now = 1ULL << 62;			/* and no loop over them */
	lapic_expire(l, b.now);
	assert_true(l->deadline > b.now && l->deadline <= b.now + 100000);
	wr(TICR, 0);
	assert_true(l->deadline == NEVER);
}

static void test_periodic_minimum(void **state)
{
	u64 start = b.now;

	arm(PERIODIC | 0x40, DIV_1, 1);
	assert_true(l->deadline == start + 20000);
	assert_int_equal(rd(TCCR), 1);
	b.now = l->deadline;
	lapic_expire(l, b.now);
	assert_true(l->deadline == start + 40000);
	wr(LVTT, 0x40);				/* one-shot may be short */
	wr(TICR, 10);
	assert_true(l->deadline == b.now + 10);
	wr(LVTT, PERIODIC | 0x40);		/* changed on the run: then stretched */
	b.now += 10;
	lapic_expire(l, b.now);
	assert_true(l->deadline == b.now + 20000);
}

static void test_masked(void **state)
{
	u64 start = b.now;

	arm(PERIODIC | MASKED | 0x40, DIV_1, 100000);
	assert_true(l->deadline == NEVER);
	b.now += 130000;
	lapic_expire(l, b.now);
	assert_int_equal(lapic_pending(l), -1);
	assert_int_equal(rd(TCCR), 70000);	/* counts on */
	b.now += 200000;
	wr(LVTT, PERIODIC | 0x40);
	assert_true(l->deadline == start + 400000);
	assert_int_equal(lapic_pending(l), -1);	/* nothing left of the past */

	arm(MASKED | 0x40, DIV_1, 1000);
	b.now += 2000;
	wr(LVTT, 0x40);
	assert_true(l->deadline == NEVER);
	arm(MASKED | 0x40, DIV_1, 1000);
	b.now += 500;
	wr(LVTT, 0x40);
	assert_true(l->deadline == b.now + 500);
	wr(LVTT, 0x0f);				/* illegal vector */
	b.now += 500;
	lapic_expire(l, b.now);
	assert_int_equal(esr(), 0x40);
}

static void test_divide_change(void **state)
{
	arm(0x40, DIV_1, 1000);
	b.now += 400;
	wr(TDCR, 0);				/* halves the clock */
	assert_int_equal(rd(TCCR), 600);
	assert_true(l->deadline == b.now + 1200);
	wr(TICR, 0);
	wr(TDCR, DIV_1);
	assert_true(l->deadline == NEVER);
	arm(0x40, 0xa, 0xffffffff);
	wr(TDCR, DIV_1);
	assert_true(l->deadline == b.now + 0xffffffff);
}

static void test_tsc_deadline(void **state)
{
	enable();
	wrmsr(0x6e0, 12345);			/* other mode: ignored */
	assert_int_equal(rdmsr(0x6e0), 0);
	assert_true(l->deadline == NEVER);
	wr(LVTT, TSC_DEADLINE | 0x40);
	wr(TICR, 1000);				/* ignored in this one */
	assert_int_equal(rd(TICR), 0);
	assert_int_equal(rd(TCCR), 0);
	assert_true(l->deadline == NEVER);

	wrmsr(0x6e0, 2 * b.now + 2000);
	assert_true(l->deadline == b.now + 1000);
	assert_int_equal(rdmsr(0x6e0), 2 * b.now + 2000);
	assert_int_equal(rd(TCCR), 0);
	b.now += 999;
	lapic_expire(l, b.now);
	assert_int_equal(lapic_pending(l), -1);
	lapic_expire(l, ++b.now);
	assert_int_equal(lapic_pending(l), 0x40);
	assert_int_equal(rdmsr(0x6e0), 0);
	assert_true(l->deadline == NEVER);

	wrmsr(0x6e0, 1);			/* past: due at once */
	assert_true(l->deadline <= b.now);
	wrmsr(0x6e0, 0);
	assert_true(l->deadline == NEVER);
	wrmsr(0x6e0, ~0ULL);
	assert_true(l->deadline != NEVER);
}

static void test_tsc_masked(void **state)
{
	enable();
	wr(LVTT, TSC_DEADLINE | MASKED | 0x40);
	wrmsr(0x6e0, 2 * b.now + 2000);
	assert_true(l->deadline == NEVER);
	b.now += 500;
	wr(LVTT, TSC_DEADLINE | 0x40);
	assert_true(l->deadline == b.now + 500);
	wr(LVTT, TSC_DEADLINE | MASKED | 0x40);
	b.now += 500;
	assert_int_equal(rdmsr(0x6e0), 0);
	wr(LVTT, TSC_DEADLINE | 0x40);
	assert_true(l->deadline == NEVER);
}

static void test_mode_switch(void **state)
{
	arm(0x40, DIV_1, 1000);
	wr(LVTT, TSC_DEADLINE | 0x40);
	assert_true(l->deadline == NEVER);
	wrmsr(0x6e0, 2 * b.now + 2000);
	wr(LVTT, 0x40);
	assert_true(l->deadline == NEVER);
	assert_int_equal(rdmsr(0x6e0), 0);
	wr(LVTT, TSC_DEADLINE | 0x40);
	assert_true(l->deadline == NEVER);
	wrmsr(0x6e0, 2 * b.now + 2000);
	wr(LVTT, TSC_DEADLINE | 0x41);		/* vector only */
	assert_true(l->deadline == b.now + 1000);
}

static void test_retime(void **state)
{
	lapic_retime(l);
	assert_true(l->deadline == NEVER);
	enable();
	wr(LVTT, TSC_DEADLINE | 0x40);
	lapic_retime(l);
	assert_true(l->deadline == NEVER);
	wrmsr(0x6e0, 5000000);
	l->deadline = 1;			/* as if computed from another TSC */
	lapic_retime(l);
	assert_true(l->deadline == 2500000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(oneshot), T(periodic), T(periodic_minimum), T(masked), T(divide_change),
		T(tsc_deadline), T(tsc_masked), T(mode_switch), T(retime),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
