// SPDX-License-Identifier: GPL-2.0-only
/* The pair of 8259As: probing, priorities, EOIs of all kinds, cascade, ELCR, polling. */
#include "pins.h"
#include "irq/pic.h"

static struct pic pic;

static u8 in(u16 port)
{
	return io_in(&pic.io, port, 1, 0);
}

static void out(u16 port, u8 val)
{
	io_out(&pic.io, port, 1, val, 0);
}

static void program(u16 port, u8 base, u8 icw3, u8 icw4)
{
	out(port, 0x11);
	out(port + 1, base);
	out(port + 1, icw3);
	out(port + 1, icw4);
}

/* As Linux programs them: vectors 0x30-0x3f, all unmasked. */
static int setup(void **state)
{
	pic_init(&pic);
	program(0x20, 0x30, 0x04, 0x01);
	program(0xa0, 0x38, 0x02, 0x01);
	return 0;
}

static void raise(unsigned int irq)
{
	pic_set(&pic, irq, false);
	pic_set(&pic, irq, true);
}

static void expect(u8 vector)
{
	assert_true(pic.intr);
	assert_int_equal(pic_ack(&pic), vector);
}

static void expect_nothing(void)
{
	assert_false(pic.intr);
}

static void test_power_on(void **state)
{
	pic_init(&pic);
	assert_int_equal(in(0x21), 0xff);
	raise(0);
	expect_nothing();
}

/* Linux: is there a PIC at all? */
static void test_probe(void **state)
{
	out(0xa1, 0xff);
	out(0x21, 0xfb);
	assert_int_equal(in(0x21), 0xfb);
	assert_int_equal(in(0xa1), 0xff);
}

static void test_edge(void **state)
{
	raise(4);
	assert_int_equal(in(0x20), 0x10);
	expect(0x34);
	expect_nothing();
	assert_int_equal(in(0x20), 0x00);
	out(0x20, 0x0b);
	assert_int_equal(in(0x20), 0x10);	/* ISR */
	out(0x20, 0x0a);
	raise(4);
	expect_nothing();			/* in service */
	out(0x20, 0x20);
	expect(0x34);
	out(0x20, 0x64);			/* specific EOI */
	pic_set(&pic, 4, true);			/* no new edge */
	expect_nothing();
	raise(4);
	pic_set(&pic, 4, false);		/* a request is kept */
	expect(0x34);
}

static void test_mask(void **state)
{
	out(0x21, 0x10);
	raise(4);
	expect_nothing();
	out(0x21, 0x00);
	expect(0x34);
}

static void test_icw1_clears(void **state)
{
	raise(4);
	out(0x21, 0xff);
	out(0x20, 0x11);
	expect_nothing();			/* also while it is being programmed */
	assert_int_equal(in(0x21), 0);
	out(0x21, 0x40);
	out(0x21, 0x04);
	out(0x21, 0x01);
	expect_nothing();			/* needs a new edge */
	raise(4);
	expect(0x44);
}

static void test_short_icws(void **state)
{
	out(0x20, 0x10);			/* no ICW4 */
	out(0x21, 0x50);
	out(0x21, 0x04);
	out(0x21, 0xaa);
	assert_int_equal(in(0x21), 0xaa);
	out(0x20, 0x12);			/* single, no ICW4 */
	out(0x21, 0x57);			/* low bits of the base don't count */
	out(0x21, 0x55);
	assert_int_equal(in(0x21), 0x55);
	out(0x21, 0x00);
	raise(1);
	expect(0x51);
}

static void test_priority(void **state)
{
	raise(7);
	raise(3);
	raise(5);
	expect(0x33);
	expect_nothing();
	raise(1);
	expect(0x31);				/* nested */
	out(0x20, 0x20);			/* ends 1, the higher */
	out(0x20, 0x0b);
	assert_int_equal(in(0x20), 0x08);
	out(0x20, 0x20);
	expect(0x35);
	out(0x20, 0x20);
	expect(0x37);
}

static void test_rotation(void **state)
{
	raise(3);
	raise(4);
	expect(0x33);
	out(0x20, 0xa0);			/* rotate: 3 is lowest now */
	raise(3);
	expect(0x34);
	out(0x20, 0x20);
	expect(0x33);
	out(0x20, 0xe3);			/* rotate on specific EOI */
	out(0x20, 0xc5);			/* 5 lowest, 6 highest */
	raise(0);
	raise(6);
	expect(0x36);
	out(0x20, 0x66);
	expect(0x30);
}

static void test_auto_eoi(void **state)
{
	program(0x20, 0x30, 0x04, 0x03);
	raise(3);
	expect(0x33);
	out(0x20, 0x0b);
	assert_int_equal(in(0x20), 0);
	out(0x20, 0x80);			/* rotate in auto EOI */
	raise(3);
	expect(0x33);
	raise(3);
	raise(4);
	expect(0x34);
	out(0x20, 0x00);
}

static void test_special_mask(void **state)
{
	raise(1);
	expect(0x31);
	raise(5);
	expect_nothing();
	out(0x21, 0x02);			/* mask the one in service */
	out(0x20, 0x68);
	expect(0x35);
	out(0x20, 0x20);			/* ends 5: 1 is hidden */
	out(0x20, 0x0b);
	assert_int_equal(in(0x20), 0x02);
	out(0x20, 0x48);
	raise(5);
	expect_nothing();
}

static void test_cascade(void **state)
{
	raise(8);
	raise(12);
	expect(0x38);
	expect_nothing();
	raise(3);
	expect_nothing();			/* slave is above IR3 */
	raise(1);
	expect(0x31);
	out(0x20, 0x61);
	out(0xa0, 0x60);
	expect_nothing();			/* master's IR2 is still in service */
	out(0x20, 0x62);
	expect(0x3c);
	out(0xa0, 0x64);
	out(0x20, 0x62);
	expect(0x33);
}

static void test_special_nested(void **state)
{
	program(0x20, 0x30, 0x04, 0x11);
	raise(12);
	expect(0x3c);
	raise(8);
	expect(0x38);				/* a higher one of the same slave */
}

static void test_spurious(void **state)
{
	assert_int_equal(pic_ack(&pic), 0x37);
	out(0x20, 0x0b);
	assert_int_equal(in(0x20), 0);		/* not in service */
	raise(9);
	out(0xa1, 0xff);			/* withdrawn in time: nothing */
	expect_nothing();
	out(0xa1, 0x00);
	expect(0x39);
}

static void test_level(void **state)
{
	out(0x4d0, 0xff);
	out(0x4d1, 0xff);
	assert_int_equal(io_in(&pic.io, 0x4d0, 2, 0), 0xdef8);
	pic_set(&pic, 10, true);
	pic_set(&pic, 10, false);
	expect_nothing();			/* follows the line */
	pic_set(&pic, 10, true);
	expect(0x3a);
	out(0xa0, 0x20);
	out(0x20, 0x20);
	expect(0x3a);				/* still asserted */
	pic_set(&pic, 10, false);
	out(0xa0, 0x20);
	out(0x20, 0x20);
	expect_nothing();
	pic_set(&pic, 9, true);
	program(0xa0, 0x38, 0x02, 0x01);	/* survives ICW1 */
	expect(0x39);
}

/* A line that is high when its input becomes level-triggered is a request. */
static void test_elcr_of_high_line(void **state)
{
	raise(12);
	expect(0x3c);
	out(0xa0, 0x64);
	out(0x20, 0x62);
	expect_nothing();
	out(0x4d1, 0x10);
	expect(0x3c);
}

static void test_elcr_after_reset(void **state)
{
	out(0x4d0, 0x20);
	out(0x4d1, 0x02);
	pic_set(&pic, 11, true);
	pic.io.ops->reset(&pic.io, 0);
	assert_int_equal(in(0x4d0), 0x00);
	assert_int_equal(in(0x4d1), 0x0c);	/* PCI's lines are levels */
	program(0x20, 0x30, 0x04, 0x01);
	program(0xa0, 0x38, 0x02, 0x01);
	out(0x21, 0);
	out(0xa1, 0);
	expect(0x3b);				/* and that one is asserted still */
}

static void test_poll(void **state)
{
	out(0x20, 0x0c);
	assert_int_equal(in(0x20), 0x00);
	raise(5);
	out(0x20, 0x0c);
	assert_int_equal(in(0x20), 0x85);
	expect_nothing();
	out(0x20, 0x0b);
	assert_int_equal(in(0x20), 0x20);
}

static void test_not_inputs(void **state)
{
	pic_set(&pic, 2, true);
	pic_set(&pic, 16, true);
	pic_set(&pic, ~0U, true);
	expect_nothing();
	assert_int_equal(in(0x20), 0);
}

static void test_wide(void **state)
{
	io_out(&pic.io, 0x20, 2, 0x5a0b, 0);
	assert_int_equal(io_in(&pic.io, 0x20, 2, 0), 0x5a00);
	assert_int_equal(io_in(&pic.io, 0xa1, 2, 0), 0xff00);
}

static void test_reset(void **state)
{
	out(0x4d0, 0xf8);
	raise(1);
	expect(0x31);
	pic_set(&pic, 5, true);
	pic.io.ops->reset(&pic.io, 0);
	expect_nothing();
	assert_int_equal(in(0x4d0), 0);
	assert_int_equal(in(0x21), 0xff);
	program(0x20, 0x30, 0x04, 0x01);
	expect_nothing();
	raise(5);
	expect(0x35);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_power_on, setup),
		cmocka_unit_test_setup(test_probe, setup),
		cmocka_unit_test_setup(test_edge, setup),
		cmocka_unit_test_setup(test_mask, setup),
		cmocka_unit_test_setup(test_icw1_clears, setup),
		cmocka_unit_test_setup(test_short_icws, setup),
		cmocka_unit_test_setup(test_priority, setup),
		cmocka_unit_test_setup(test_rotation, setup),
		cmocka_unit_test_setup(test_auto_eoi, setup),
		cmocka_unit_test_setup(test_special_mask, setup),
		cmocka_unit_test_setup(test_cascade, setup),
		cmocka_unit_test_setup(test_special_nested, setup),
		cmocka_unit_test_setup(test_spurious, setup),
		cmocka_unit_test_setup(test_level, setup),
		cmocka_unit_test_setup(test_elcr_of_high_line, setup),
		cmocka_unit_test_setup(test_elcr_after_reset, setup),
		cmocka_unit_test_setup(test_poll, setup),
		cmocka_unit_test_setup(test_not_inputs, setup),
		cmocka_unit_test_setup(test_wide, setup),
		cmocka_unit_test_setup(test_reset, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
