/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lapic-bench.h - a local APIC on the bench, for the tests of it
 *
 * The clock is a variable; the TSC runs at 2 GHz and was 0 at 0 ns. Messages and EOIs
 * that the APIC sends are written down.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include <insula/guest-abi.h>
#include "dev/io-dev.h"
#include "irq/lapic.h"

#define BASE_XAPIC	0xfee00800ULL
#define BASE_X2APIC	0xfee00c00ULL
#define BASE_OFF	0xfee00000ULL
#define BASE_BSP	0x100ULL

/* xAPIC offsets; the x2APIC MSR is X2(offset). */
enum {
	ID = 0x20, VER = 0x30, TPR = 0x80, APR = 0x90, PPR = 0xa0, EOI = 0xb0, RRD = 0xc0,
	LDR = 0xd0, DFR = 0xe0, SVR = 0xf0, ISR = 0x100, TMR = 0x180, IRR = 0x200,
	ESR = 0x280, CMCI = 0x2f0, ICR = 0x300, ICR_HIGH = 0x310, LVTT = 0x320,
	LVTTHERMAL = 0x330, LVTPERF = 0x340, LVT0 = 0x350, LVT1 = 0x360, LVTERR = 0x370,
	TICR = 0x380, TCCR = 0x390, TDCR = 0x3e0, SELF = 0x3f0,
};
#define X2(offset)	(0x800 + ((offset) >> 4))
#define MASKED		0x10000
#define PERIODIC	0x20000
#define TSC_DEADLINE	0x40000
#define DIV_1		0xb

struct bench {
	struct lapic l;
	u64 now;
	unsigned int sent, eois;
	struct apic_msg msg;
	u8 eoi;
};

static inline struct bench *of(struct lapic *l)
{
	return container_of(l, struct bench, l);
}

static inline void on_send(struct lapic *l, const struct apic_msg *msg)
{
	of(l)->sent++;
	of(l)->msg = *msg;
}

static inline void on_eoi(struct lapic *l, u8 vector)
{
	of(l)->eois++;
	of(l)->eoi = vector;
}

static inline u64 on_now(struct lapic *l)
{
	return of(l)->now;
}

static inline u64 on_tsc(struct lapic *l, u64 tsc)
{
	return min(tsc / 2, NEVER - 1);
}

static const struct lapic_ops ops = {
	.send = on_send, .eoi = on_eoi, .now = on_now, .tsc_to_ns = on_tsc,
};

static struct bench b;
static struct lapic *const l = &b.l;

static inline int fresh(void **state)
{
	memset(&b, 0, sizeof(b));
	b.now = 1000000;
	lapic_init(l, 5, false, &ops);
	return 0;
}

static inline u32 rd(u32 offset)
{
	return lapic_mmio_read(l, offset, 4);
}

static inline void wr(u32 offset, u32 val)
{
	lapic_mmio_write(l, offset, 4, val);
}

static inline u64 rdmsr(u32 msr)
{
	u64 val = 0x5a5a5a5a5a5a5a5aULL;

	assert_int_equal(lapic_msr_read(l, msr, &val), 0);
	return val;
}

static inline void wrmsr(u32 msr, u64 val)
{
	assert_int_equal(lapic_msr_write(l, msr, val), 0);
}

static inline void wrmsr_gp(u32 msr, u64 val)
{
	assert_int_equal(lapic_msr_write(l, msr, val), -EINVAL);
}

static inline void rdmsr_gp(u32 msr)
{
	u64 val;

	assert_int_equal(lapic_msr_read(l, msr, &val), -EINVAL);
}

static inline void enable(void)
{
	wr(SVR, 0x1ff);
}

static inline void enter_x2apic(void)
{
	wrmsr(0x1b, BASE_X2APIC);
	wrmsr(X2(SVR), 0x1ff);
}

static inline u32 esr(void)
{
	wr(ESR, 0);
	return rd(ESR);
}

#define T(name) cmocka_unit_test_setup(test_##name, fresh)
