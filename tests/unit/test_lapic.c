// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_lapic.c - the local APIC's registers and modes, against the Intel SDM vol. 3 ch. 11
 */
#include "lapic-bench.h"

/* ---- registers ---- */

static void test_power_up(void **state)
{
	assert_int_equal(rdmsr(0x1b), BASE_XAPIC);
	assert_int_equal(rd(ID), 5 << 24);
	assert_int_equal(rd(VER), 0x50014);
	assert_int_equal(rd(DFR), 0xffffffff);
	assert_int_equal(rd(LDR), 0);
	assert_int_equal(rd(SVR), 0xff);
	for (u32 offset = LVTT; offset <= LVTERR; offset += 0x10)
		assert_int_equal(rd(offset), MASKED);
	assert_int_equal(rd(TICR), 0);
	assert_int_equal(rd(TCCR), 0);
	assert_true(l->deadline == NEVER);
	assert_int_equal(lapic_pending(l), -1);
	assert_true(lapic_enabled(l));
	assert_false(lapic_software_enabled(l));
	assert_false(lapic_extint(l));

	lapic_init(l, 0, true, &ops);
	assert_int_equal(rdmsr(0x1b), BASE_XAPIC | BASE_BSP);
}

static void test_init(void **state)
{
	enable();
	wr(TPR, 0x20);
	wr(LDR, 0xff000000);
	lapic_accept(l, 0x45, true);
	lapic_ack(l, 0x45);
	lapic_accept(l, 0x55, true);
	wr(TICR, 1000);
	lapic_reset(l, true);
	test_power_up(state);
	assert_int_equal(rd(PPR), 0);
	for (u32 offset = ISR; offset < ESR; offset += 0x10)
		assert_int_equal(rd(offset), 0);
}

static void test_virtual_wire(void **state)
{
	lapic_virtual_wire(l);
	assert_true(lapic_extint(l));
	assert_true(lapic_lint1_nmi(l));
	assert_int_equal(rd(SVR), 0x1ff);
	wr(LVT0, MASKED | 0x700);
	assert_false(lapic_extint(l));
	wr(LVT1, 0x500);
	assert_false(lapic_lint1_nmi(l));
}

static void test_xapic_bits(void **state)
{
	static const struct { u32 offset, mask; } t[] = {
		{ TPR, 0xff }, { LDR, 0xff000000 }, { ICR_HIGH, 0xff000000 },
		{ LVTTHERMAL, 0x107ff }, { LVTPERF, 0x107ff }, { LVT0, 0x1a7ff },
		{ LVT1, 0x1a7ff }, { LVTERR, 0x100ff }, { TDCR, 0xb }, { LVTT, 0x700ff },
		{ SVR, 0x3ff },
	};

	enable();
	for (unsigned int i = 0; i < ARRAY_SIZE(t); i++) {
		wr(t[i].offset, 0xffffffff);
		assert_int_equal(rd(t[i].offset), t[i].mask);
	}
	wr(DFR, 0);
	assert_int_equal(rd(DFR), 0x0fffffff);
	wr(ID, 0x12345678);
	assert_int_equal(rd(ID), 5 << 24);
	wr(VER, 0);
	assert_int_equal(rd(VER), 0x50014);
	assert_int_equal(esr(), 0);
}

static void test_access_sizes(void **state)
{
	wr(TPR, 0x42);
	assert_int_equal(lapic_mmio_read(l, VER, 1), 0x14);
	assert_int_equal(lapic_mmio_read(l, VER + 2, 1), 0x05);
	assert_int_equal(lapic_mmio_read(l, VER + 2, 2), 0x05);
	assert_int_equal(lapic_mmio_read(l, VER + 4, 4), 0);
	assert_true(lapic_mmio_read(l, VER, 8) == 0x50014);
	assert_true(lapic_mmio_read(l, VER + 3, 2) == 0);
	assert_true(lapic_mmio_read(l, 0xffe, 8) == 0);
	lapic_mmio_write(l, TPR, 1, 0x10);
	lapic_mmio_write(l, TPR, 2, 0x10);
	lapic_mmio_write(l, TPR, 8, 0x10);
	lapic_mmio_write(l, TPR + 1, 4, 0x10);
	lapic_mmio_write(l, TPR + 4, 4, 0x10);
	assert_int_equal(rd(TPR), 0x42);
}

static void test_esr(void **state)
{
	enable();
	wr(LVTERR, 0xfe);
	rd(CMCI);			/* absent */
	assert_int_equal(rd(ESR), 0);	/* not before a write */
	assert_int_equal(lapic_pending(l), 0xfe);
	lapic_ack(l, 0xfe);
	wr(EOI, 0);
	wr(0x400, 0);			/* second error: not armed */
	assert_int_equal(lapic_pending(l), -1);
	wr(ESR, 0xffffffff);		/* any value, in xAPIC mode */
	assert_int_equal(rd(ESR), 0x80);
	wr(ESR, 0);
	assert_int_equal(rd(ESR), 0);

	wr(ICR, 0x4000f);		/* armed again; illegal vector to self */
	assert_int_equal(lapic_pending(l), 0xfe);
	assert_int_equal(esr(), 0x60);
	wr(ICR, 0x0f);
	assert_int_equal(esr(), 0x20);
	assert_int_equal(b.sent, 0);
	wr(ICR, 0x10f);			/* lowest priority as well */
	assert_int_equal(esr(), 0x20);
	wr(SELF, 0x40);			/* x2APIC only */
	assert_int_equal(esr(), 0x80);
	assert_int_equal(rd(SELF), 0);
	assert_int_equal(esr(), 0x80);
	wr(0xff0, 0);
	assert_int_equal(esr(), 0x80);

	wr(LVTERR, 0x0e);		/* its own vector illegal: no recursion */
	rd(0);
	assert_int_equal(esr(), 0xc0);
}

static void test_svr_masks_lvts(void **state)
{
	wr(LVT0, 0x700);		/* disabled: masked whatever is written */
	assert_int_equal(rd(LVT0), MASKED | 0x700);
	enable();
	wr(LVT0, 0x700);
	wr(TDCR, DIV_1);
	wr(LVTT, 0x40);
	wr(TICR, 1000);
	assert_true(lapic_extint(l));
	assert_true(l->deadline == b.now + 1000);
	assert_true(lapic_accept(l, 0x80, false));
	wr(SVR, 0xff);
	assert_int_equal(rd(LVT0), MASKED | 0x700);
	assert_int_equal(rd(LVTT), MASKED | 0x40);
	assert_false(lapic_extint(l));
	assert_true(l->deadline == NEVER);
	assert_false(lapic_accept(l, 0x90, false));
	assert_int_equal(lapic_pending(l), 0x80);	/* what is there stays */
	enable();
	assert_int_equal(rd(LVT0), MASKED | 0x700);
}

/* ---- x2APIC ---- */

static void test_base(void **state)
{
	wrmsr_gp(0x1b, BASE_XAPIC | 1);
	wrmsr_gp(0x1b, BASE_XAPIC | 0x200);
	wrmsr_gp(0x1b, BASE_XAPIC | 1ULL << 40);
	wrmsr_gp(0x1b, 0xfed00800);		/* another address */
	wrmsr_gp(0x1b, 0xfee01800);
	wrmsr_gp(0x1b, BASE_OFF | 0x400);	/* EXTD without EN */
	wrmsr(0x1b, BASE_XAPIC | BASE_BSP);	/* BSP flag: ignored */
	assert_int_equal(rdmsr(0x1b), BASE_XAPIC);

	wr(TPR, 0x30);
	wrmsr(0x1b, BASE_X2APIC);
	assert_int_equal(rdmsr(X2(TPR)), 0x30);	/* kept */
	assert_true(lapic_x2apic(l));
	wrmsr_gp(0x1b, BASE_XAPIC);		/* x2APIC -> xAPIC */
	wrmsr_gp(0x1b, BASE_OFF | 0x400);
	wrmsr(0x1b, BASE_X2APIC);
	wrmsr(0x1b, BASE_OFF);
	assert_false(lapic_enabled(l));
	assert_false(lapic_x2apic(l));
	wrmsr_gp(0x1b, BASE_X2APIC);		/* off -> x2APIC */
	wrmsr(0x1b, BASE_XAPIC);
	assert_int_equal(rd(TPR), 0);		/* lost */
	assert_int_equal(rd(SVR), 0xff);
}

static void test_off(void **state)
{
	const struct apic_msg all = { .dest = 0xff, .vector = 0x40 };

	lapic_init(l, 0, true, &ops);
	enable();
	lapic_accept(l, 0x40, false);
	wrmsr(0x1b, BASE_OFF);
	assert_int_equal(lapic_pending(l), -1);
	assert_true(lapic_mmio_read(l, VER, 4) == ~0ULL);
	wr(SVR, 0x1ff);
	assert_false(lapic_accept(l, 0x40, false));
	assert_false(lapic_match(l, &all));
	assert_true(lapic_extint(l));
	assert_true(lapic_lint1_nmi(l));
	rdmsr_gp(X2(VER));
	assert_int_equal(rdmsr(0x1b), BASE_OFF | BASE_BSP);
	lapic_init(l, 1, false, &ops);
	wrmsr(0x1b, BASE_OFF);
	assert_false(lapic_extint(l));
}

static void test_x2apic_map(void **state)
{
	static const char *const access[0x40] = {
		[0x02] = "r", [0x03] = "r", [0x08] = "rw", [0x0a] = "r", [0x0b] = "w",
		[0x0d] = "r", [0x0f] = "rw", [0x10 ... 0x27] = "r", [0x28] = "rw",
		[0x30] = "rw", [0x32 ... 0x38] = "rw", [0x39] = "r", [0x3e] = "rw",
		[0x3f] = "w",
	};
	u64 val;

	for (u32 i = 0; i < 0x100; i++) {	/* not in xAPIC mode */
		rdmsr_gp(0x800 + i);
		wrmsr_gp(0x800 + i, 0);
	}
	enter_x2apic();
	for (u32 i = 0; i < 0x100; i++) {
		const char *a = i < 0x40 && access[i] ? access[i] : "";

		assert_int_equal(lapic_msr_read(l, 0x800 + i, &val),
				 strchr(a, 'r') ? 0 : -EINVAL);
		if (i == 0x30 || i == 0x3f)
			continue;		/* would send; see below */
		assert_int_equal(lapic_msr_write(l, 0x800 + i, 0),
				 strchr(a, 'w') ? 0 : -EINVAL);
	}
	assert_true(lapic_mmio_read(l, VER, 4) == ~0ULL);
}

static void test_x2apic_reserved(void **state)
{
	static const struct { u32 offset; u64 bits; } t[] = {
		{ TPR, 0xff }, { EOI, 0 }, { ESR, 0 }, { SVR, 0x3ff }, { LVTT, 0x710ff },
		{ LVTTHERMAL, 0x117ff }, { LVTPERF, 0x117ff }, { LVT0, 0x1f7ff },
		{ LVT1, 0x1f7ff }, { LVTERR, 0x110ff }, { TICR, 0xffffffff }, { TDCR, 0xb },
		{ SELF, 0xff },
	};

	enter_x2apic();
	for (unsigned int i = 0; i < ARRAY_SIZE(t); i++)
		for (int bit = 0; bit < 64; bit++)
			if (t[i].offset != SVR || bit != 8)
				assert_int_equal(lapic_msr_write(l, X2(t[i].offset), 1ULL << bit),
						 t[i].bits >> bit & 1 ? 0 : -EINVAL);
	for (int bit = 0; bit < 32; bit++)
		assert_int_equal(lapic_msr_write(l, X2(ICR), 0x40 | 1ULL << bit),
				 0xcdfffU >> bit & 1 ? 0 : -EINVAL);
	wrmsr(X2(SVR), 0x1ff);
	wrmsr(X2(LVT0), 0x57ff);	/* read-only bits don't stick */
	assert_int_equal(rdmsr(X2(LVT0)), 0x7ff);
}

static void test_x2apic_id(void **state)
{
	static const struct { u32 id, ldr; } t[] = {
		{ 0, 1 }, { 5, 0x20 }, { 15, 0x8000 }, { 16, 0x10001 }, { 254, 0xf4000 },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(t); i++) {
		lapic_init(l, t[i].id, false, &ops);
		enter_x2apic();
		assert_int_equal(rdmsr(X2(ID)), t[i].id);
		assert_int_equal(rdmsr(X2(LDR)), t[i].ldr);
		lapic_reset(l, true);		/* INIT: still x2APIC */
		assert_int_equal(rdmsr(X2(LDR)), t[i].ldr);
		assert_int_equal(rdmsr(X2(SVR)), 0xff);
	}
}

static void test_x2apic_icr(void **state)
{
	enter_x2apic();
	wrmsr(X2(ICR), 0x1234567800000c40ULL | 0x1000);
	assert_int_equal(b.sent, 1);
	assert_true(rdmsr(X2(ICR)) == 0x1234567800000c40ULL);
	assert_int_equal(b.msg.dest, 0x12345678);
	assert_int_equal(b.msg.vector, 0x40);
	assert_int_equal(b.msg.delivery, APIC_DELIVER_NMI);
	assert_true(b.msg.logical);
	assert_int_equal(b.msg.shorthand, APIC_TO_DEST);
}

static void test_self_ipi(void **state)
{
	enter_x2apic();
	wrmsr(X2(SELF), 0x41);
	assert_int_equal(lapic_pending(l), 0x41);
	wrmsr(X2(ICR), 0x40042);
	assert_int_equal(lapic_pending(l), 0x42);
	assert_int_equal(b.sent, 0);
	wrmsr(X2(SELF), 0x0f);
	wrmsr(X2(ESR), 0);
	assert_int_equal(rdmsr(X2(ESR)), 0x60);
	wrmsr(X2(ICR), 0x44400);	/* NMI, shorthand self: not ours to deliver */
	assert_int_equal(b.sent, 1);
	assert_int_equal(b.msg.shorthand, APIC_TO_SELF);
	wrmsr(X2(SVR), 0xff);
	wrmsr(X2(SELF), 0x43);
	assert_int_equal(lapic_pending(l), 0x42);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(power_up), T(init), T(virtual_wire), T(xapic_bits), T(access_sizes), T(esr),
		T(svr_masks_lvts), T(base), T(off), T(x2apic_map), T(x2apic_reserved),
		T(x2apic_id), T(x2apic_icr), T(self_ipi),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
