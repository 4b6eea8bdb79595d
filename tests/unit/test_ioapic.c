// SPDX-License-Identifier: GPL-2.0-only
/* The I/O APIC: registers, edges, levels with Remote IRR, what is redelivered when. */
#include "pins.h"
#include "irq/ioapic.h"

#define MASKED	0x10000
#define LEVEL	0x8000
#define RIRR	0x4000

static struct ioapic ioapic;
static struct apic_msg last;
static unsigned int delivered;

static void deliver(struct ioapic *io, const struct apic_msg *msg)
{
	last = *msg;
	delivered++;
}

static u32 mmio_in(u32 offset)
{
	return io_in(&ioapic.io, GUEST_IOAPIC_BASE + offset, 4, 0);
}

static void mmio_out(u32 offset, u32 val)
{
	io_out(&ioapic.io, GUEST_IOAPIC_BASE + offset, 4, val, 0);
}

static u32 reg(u8 index)
{
	mmio_out(0, index);
	return mmio_in(0x10);
}

static void set_reg(u8 index, u32 val)
{
	mmio_out(0, index);
	mmio_out(0x10, val);
}

static void program(unsigned int pin, u32 high, u32 low)
{
	set_reg(0x11 + 2 * pin, high);
	set_reg(0x10 + 2 * pin, low);
}

static int setup(void **state)
{
	delivered = 0;
	ioapic_init(&ioapic, 4, deliver);
	return 0;
}

static void test_registers(void **state)
{
	unsigned int i;

	assert_int_equal(reg(0), 4 << 24);
	assert_int_equal(reg(1), 0x00170020);
	assert_int_equal(reg(2), 4 << 24);
	assert_int_equal(mmio_in(0), 2);
	for (i = 0; i < GUEST_NR_GSIS; i++) {
		assert_int_equal(reg(0x10 + 2 * i), MASKED);
		assert_int_equal(reg(0x11 + 2 * i), 0);
	}
	set_reg(0, 0xf5ffffff);
	assert_int_equal(reg(0), 0xf5000000);
	set_reg(1, 0);
	assert_int_equal(reg(1), 0x00170020);
	assert_int_equal(reg(0x40), ~0U);
	set_reg(0x40, 0);
	assert_int_equal(reg(0xff), ~0U);
	set_reg(0xff, 0);
}

static void test_redirection_bits(void **state)
{
	program(23, ~0U, ~0U);
	assert_int_equal(reg(0x10 + 46), 0x1afff);
	assert_int_equal(reg(0x11 + 46), 0xff000000);
	program(23, 0, 0);
	assert_int_equal(reg(0x10 + 46), 0);
	assert_int_equal(reg(0x11 + 46), 0);
}

static void test_access_sizes(void **state)
{
	io_out(&ioapic.io, GUEST_IOAPIC_BASE, 1, 1, 0);
	assert_int_equal(io_in(&ioapic.io, GUEST_IOAPIC_BASE + 0x12, 1, 0), 0x17);
	assert_int_equal(io_in(&ioapic.io, GUEST_IOAPIC_BASE + 0x10, 2, 0), 0x0020);
	assert_int_equal(mmio_in(0x20), ~0U);
	mmio_out(0, 0x10);
	io_out(&ioapic.io, GUEST_IOAPIC_BASE + 0x10, 2, 0, 0);	/* too narrow */
	io_out(&ioapic.io, GUEST_IOAPIC_BASE + 0x11, 4, 0, 0);	/* not aligned */
	assert_int_equal(reg(0x10), MASKED);
}

static void test_edge(void **state)
{
	program(2, 0x03000000, 0x00000830);
	ioapic_set(&ioapic, 2, true);
	assert_int_equal(delivered, 1);
	assert_int_equal(last.vector, 0x30);
	assert_int_equal(last.dest, 3);
	assert_int_equal(last.delivery, APIC_DELIVER_FIXED);
	assert_int_equal(last.shorthand, APIC_TO_DEST);
	assert_true(last.logical && last.assert && !last.level);
	ioapic_set(&ioapic, 2, true);
	assert_int_equal(delivered, 1);
	ioapic_set(&ioapic, 2, false);
	ioapic_set(&ioapic, 2, true);
	assert_int_equal(delivered, 2);
	assert_int_equal(reg(0x14), 0x830);	/* no Remote IRR */
	ioapic_eoi(&ioapic, 0x30);
	assert_int_equal(delivered, 2);
}

static void test_masked_edge_is_lost(void **state)
{
	program(2, 0, MASKED | 0x30);
	ioapic_set(&ioapic, 2, true);
	program(2, 0, 0x30);
	assert_int_equal(delivered, 0);
}

static void test_level(void **state)
{
	program(9, 0, LEVEL | 0x39);
	ioapic_set(&ioapic, 9, true);
	assert_int_equal(delivered, 1);
	assert_true(last.level);
	assert_int_equal(reg(0x22), LEVEL | RIRR | 0x39);
	ioapic_set(&ioapic, 9, false);
	ioapic_set(&ioapic, 9, true);
	assert_int_equal(delivered, 1);		/* held back by Remote IRR */
	ioapic_eoi(&ioapic, 0x38);
	assert_int_equal(delivered, 1);
	ioapic_eoi(&ioapic, 0x39);
	assert_int_equal(delivered, 2);		/* still asserted */
	ioapic_set(&ioapic, 9, false);
	mmio_out(0x40, 0x39);			/* the EOI register does the same */
	assert_int_equal(delivered, 2);
	assert_int_equal(reg(0x22), LEVEL | 0x39);
	ioapic_set(&ioapic, 9, true);
	assert_int_equal(delivered, 3);
}

static void test_level_masked(void **state)
{
	program(9, 0, MASKED | LEVEL | 0x39);
	ioapic_set(&ioapic, 9, true);
	assert_int_equal(delivered, 0);
	program(9, 0, LEVEL | 0x39);
	assert_int_equal(delivered, 1);		/* by unmasking */
	program(9, 0, MASKED | LEVEL | 0x39);
	assert_int_equal(reg(0x22), MASKED | LEVEL | RIRR | 0x39);
	ioapic_eoi(&ioapic, 0x39);
	assert_int_equal(delivered, 1);
	assert_int_equal(reg(0x22), MASKED | LEVEL | 0x39);
	program(9, 0, LEVEL | 0x39);
	assert_int_equal(delivered, 2);
}

/* How Linux clears Remote IRR on chips without an EOI register. */
static void test_switch_to_edge(void **state)
{
	program(9, 0, LEVEL | 0x39);
	ioapic_set(&ioapic, 9, true);
	program(9, 0, MASKED | 0x39);
	assert_int_equal(reg(0x22), MASKED | 0x39);
	program(9, 0, LEVEL | 0x39);
	assert_int_equal(delivered, 2);
}

static void test_shared_vector(void **state)
{
	program(9, 0, LEVEL | 0x39);
	program(10, 0, LEVEL | 0x39);
	ioapic_set(&ioapic, 9, true);
	ioapic_set(&ioapic, 10, true);
	ioapic_set(&ioapic, 9, false);
	ioapic_eoi(&ioapic, 0x39);
	assert_int_equal(delivered, 3);
	assert_int_equal(reg(0x22), LEVEL | 0x39);
	assert_int_equal(reg(0x24), LEVEL | RIRR | 0x39);
}

static void test_delivery_modes(void **state)
{
	static const bool sent[] = { true, true, true, false, true, true, false, true };
	unsigned int mode;

	for (mode = 0; mode < 8; mode++) {
		setup(NULL);
		program(5, 0, LEVEL | mode << 8 | 0x35);
		ioapic_set(&ioapic, 5, true);
		assert_int_equal(delivered, sent[mode]);
		if (!sent[mode])
			continue;
		assert_int_equal(last.delivery, mode);
		assert_int_equal(last.level, mode < 2);	/* the others are edges */
		assert_int_equal(!!(reg(0x1a) & RIRR), mode < 2);
	}
}

static void test_not_pins(void **state)
{
	unsigned int i;

	for (i = 0; i < GUEST_NR_GSIS; i++)
		program(i, 0, 0x30 + i);
	ioapic_set(&ioapic, 24, true);
	ioapic_set(&ioapic, ~0U, true);
	assert_int_equal(delivered, 0);
	ioapic_set(&ioapic, 23, true);
	assert_int_equal(last.vector, 0x47);
}

static void test_reset(void **state)
{
	program(9, 0, LEVEL | 0x39);
	ioapic_set(&ioapic, 9, true);
	set_reg(0, 0x09000000);
	ioapic.io.ops->reset(&ioapic.io, 0);
	test_registers(state);
	program(9, 0, LEVEL | 0x39);
	assert_int_equal(delivered, 2);		/* the line is the device's: still asserted */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_registers, setup),
		cmocka_unit_test_setup(test_redirection_bits, setup),
		cmocka_unit_test_setup(test_access_sizes, setup),
		cmocka_unit_test_setup(test_edge, setup),
		cmocka_unit_test_setup(test_masked_edge_is_lost, setup),
		cmocka_unit_test_setup(test_level, setup),
		cmocka_unit_test_setup(test_level_masked, setup),
		cmocka_unit_test_setup(test_switch_to_edge, setup),
		cmocka_unit_test_setup(test_shared_vector, setup),
		cmocka_unit_test_setup(test_delivery_modes, setup),
		cmocka_unit_test_setup(test_not_pins, setup),
		cmocka_unit_test_setup(test_reset, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
