// SPDX-License-Identifier: GPL-2.0-only
/* The 8254: calibration loops of real kernels, all modes, reading, lateness, tiny counts. */
#include "pins.h"
#include "irq/pit.h"

static struct pit pit;
static struct test_pin pin;
static u64 now;

static u8 in(u16 port)
{
	return io_in(&pit.io, port, 1, now);
}

static void out(u16 port, u8 val)
{
	io_out(&pit.io, port, 1, val, now);
}

/* Program a channel: mode, and a count of two bytes. */
static void program(unsigned int channel, unsigned int mode, u16 count)
{
	out(0x43, channel << 6 | 0x30 | mode << 1);
	out(0x40 + channel, count);
	out(0x40 + channel, count >> 8);
}

/* To the first ns at which @n clocks have passed since @from. */
static void to_clock(u64 from, u64 n)
{
	now = from + n * SEC / GUEST_PIT_HZ + 1;
}

static u16 counter(unsigned int channel)
{
	u16 lsb;

	out(0x43, channel << 6);
	lsb = in(0x40 + channel);
	return lsb | in(0x40 + channel) << 8;
}

static u8 status(unsigned int channel)
{
	out(0x43, 0xe0 | 2 << channel);
	return in(0x40 + channel);
}

static bool out2(void)
{
	return in(0x61) & 0x20;
}

static int setup(void **state)
{
	now = 12345;
	pin = test_pin();
	pit_init(&pit, &pin.pin, now);
	return 0;
}

static void test_power_on(void **state)
{
	assert_true(pit.io.deadline == NEVER);
	assert_false(pin.level);
	assert_int_equal(in(0x43), 0xff);
	assert_int_equal(in(0x61) & 0x0f, 0);
}

/* Linux pit_calibrate_tsc(): channel 2, mode 0, 50 ms, watched through port 0x61. */
static void test_calibrate_tsc(void **state)
{
	u16 latch = GUEST_PIT_HZ / 20;
	u64 begin;

	out(0x61, (in(0x61) & ~0x02) | 0x01);
	out(0x43, 0xb0);
	out(0x42, latch & 0xff);
	out(0x42, latch >> 8);
	begin = now;
	while (!(in(0x61) & 0x20))
		now += 500;
	assert_in_range(now - begin, 50 * MS - 2000, 50 * MS + 2000);
}

/* Linux quick_pit_calibrate(): waits for MSB after MSB, each about 214 us. */
static void test_quick_calibrate(void **state)
{
	unsigned int msb, n;
	u64 begin;

	out(0x61, (in(0x61) & ~0x02) | 0x01);
	out(0x43, 0xb0);
	out(0x42, 0xff);
	out(0x42, 0xff);
	in(0x42);
	assert_int_equal(in(0x42), 0xff);
	begin = now;
	for (msb = 0xff; msb > 0xc0; msb--) {
		for (n = 0; ; n++) {
			in(0x42);
			if (in(0x42) != msb)
				break;
			now += 1000;
		}
		assert_in_range(n, 210, 216);
	}
	assert_in_range(now - begin, 63 * 214 * 1000, 63 * 216 * 1000);
}

static void test_one_byte_access(void **state)
{
	out(0x61, 1);
	out(0x43, 0x90);			/* LSB only */
	out(0x42, 0x34);
	assert_int_equal(in(0x42), 0x34);
	assert_int_equal(in(0x42), 0x34);
	out(0x43, 0xa0);			/* MSB only */
	out(0x42, 0x12);
	assert_int_equal(in(0x42), 0x12);
	to_clock(now, 1);
	assert_int_equal(in(0x42), 0x11);
}

static void test_mode0(void **state)
{
	u64 begin = now;

	program(0, 0, 1000);
	assert_false(pin.level);
	assert_int_equal(status(0), 0x30);
	assert_true(pit.io.deadline > begin && pit.io.deadline != NEVER);
	to_clock(begin, 400);
	assert_int_equal(counter(0), 600);
	to_clock(begin, 999);
	assert_int_equal(counter(0), 1);
	assert_int_equal(io_run(&pit.io, now), 0);
	to_clock(begin, 1000);
	assert_int_equal(io_run(&pit.io, now), 1);
	assert_true(pin.level);
	assert_true(pit.io.deadline == NEVER);
	assert_int_equal(status(0), 0xb0);
	to_clock(begin, 1001);
	assert_int_equal(counter(0), 0xffff);	/* counts on */
	out(0x40, 5);				/* the first byte lowers the output */
	assert_false(pin.level);
	assert_true(pit.io.deadline == NEVER);
	out(0x40, 0);
	assert_int_equal(io_run(&pit.io, now + MS), 1);
	assert_true(pin.level);
}

static void test_mode0_gate(void **state)
{
	u64 begin;

	program(2, 0, 1000);
	now += MS;
	assert_int_equal(counter(2), 1000);	/* gate is low */
	out(0x61, 1);
	begin = now;
	to_clock(begin, 300);
	out(0x61, 0);
	now += 5 * MS;
	assert_int_equal(counter(2), 700);
	out(0x61, 1);
	begin = now;
	to_clock(begin, 699);
	assert_in_range(counter(2), 1, 2);
	assert_false(out2());
	to_clock(begin, 701);
	assert_true(out2());
}

static void test_mode1(void **state)
{
	u64 begin;

	program(2, 1, 100);
	assert_true(out2());
	assert_true(status(2) & 0x40);		/* not loaded before the gate's edge */
	now += MS;
	out(0x61, 1);
	begin = now;
	assert_false(out2());
	to_clock(begin, 50);
	out(0x61, 0);				/* the level doesn't matter */
	out(0x61, 1);				/* but the edge triggers anew */
	begin = now;
	to_clock(begin, 99);
	assert_false(out2());
	to_clock(begin, 100);
	assert_true(out2());
}

static void test_mode2(void **state)
{
	u64 begin = now;
	unsigned int i;

	program(0, 2, 1193);
	assert_true(pin.level);
	i = pin.rises;
	to_clock(begin, 1192);
	assert_int_equal(counter(0), 1);
	assert_int_equal(status(0), 0x34);	/* output is low for this clock */
	to_clock(begin, 1193);
	assert_int_equal(counter(0), 1193);
	assert_int_equal(status(0), 0xb4);
	/* 1193182 clocks a second: no drift in ten seconds of 1193 clocks each */
	io_run(&pit.io, begin + 10 * SEC);
	assert_int_equal(pin.rises - i, 11931820 / 1193);
}

static void test_mode3(void **state)
{
	u64 begin = now;
	unsigned int i;

	out(0x61, 1);
	program(2, 3, 1000);
	assert_true(out2());
	to_clock(begin, 100);
	assert_int_equal(counter(2), 800);	/* by twos */
	to_clock(begin, 500);
	assert_false(out2());
	assert_int_equal(counter(2), 1000);
	to_clock(begin, 1000);
	assert_true(out2());
	out(0x61, 0);
	now += MS;
	assert_true(out2());			/* high while the gate is low */

	begin = now;
	program(2, 3, 5);
	out(0x61, 1);
	for (i = 0; i < 15; i++) {		/* odd: 3 high, 2 low */
		to_clock(begin, i);
		assert_int_equal(out2(), i % 5 < 3);
	}

	program(0, 3, 0);
	i = pin.rises;
	io_run(&pit.io, now + 10 * SEC);
	assert_int_equal(pin.rises - i, 10 * GUEST_PIT_HZ / 65536);
}

static void test_mode4(void **state)
{
	u64 begin = now;
	unsigned int rises;

	program(0, 4, 1000);			/* Linux's one-shot */
	assert_true(pin.level);
	rises = pin.rises;
	to_clock(begin, 1000);
	assert_int_equal(io_run(&pit.io, now), 1);
	assert_int_equal(status(0), 0x38);	/* the strobe */
	assert_int_equal(pin.rises, rises + 1);
	to_clock(begin, 1001);
	assert_int_equal(status(0), 0xb8);
	assert_int_equal(io_run(&pit.io, now + SEC), 0);
}

static void test_mode5(void **state)
{
	u64 begin;

	program(2, 5, 100);
	now += MS;
	assert_true(out2());
	out(0x61, 1);
	begin = now;
	to_clock(begin, 100);
	assert_false(out2());
	to_clock(begin, 101);
	assert_true(out2());
}

/* In the modes 2 and 3, a new count takes effect when the period is over. */
static void test_new_count(void **state)
{
	u64 begin = now;
	unsigned int rises;

	program(0, 2, 10000);
	rises = pin.rises;
	to_clock(begin, 1000);
	out(0x40, 2000 & 0xff);
	out(0x40, 2000 >> 8);
	assert_true(status(0) & 0x40);
	assert_int_equal(counter(0), 9000);
	to_clock(begin, 9999);
	assert_int_equal(io_run(&pit.io, now), 0);
	to_clock(begin, 10001);
	assert_int_equal(io_run(&pit.io, now), 1);
	assert_in_range(counter(0), 1999, 2000);
	assert_false(status(0) & 0x40);
	to_clock(begin, 10000 + 2001);
	assert_int_equal(io_run(&pit.io, now), 1);
	assert_int_equal(pin.rises, rises + 2);
}

static void test_bcd(void **state)
{
	u64 begin = now;

	out(0x61, 1);
	out(0x43, 0xb1);			/* mode 0, BCD */
	out(0x42, 0x34);
	out(0x42, 0x12);
	to_clock(begin, 235);
	assert_int_equal(counter(2), 0x0999);
	to_clock(begin, 1234);
	assert_true(out2());
	to_clock(begin, 1235);
	assert_int_equal(counter(2), 0x9999);
	out(0x42, 0x00);
	out(0x42, 0x00);			/* 10000 */
	begin = now;
	to_clock(begin, 1);
	assert_int_equal(counter(2), 0x9999);
	out(0x42, 0xff);
	out(0x42, 0xff);			/* no digits: nothing breaks */
	to_clock(now, 7);
	counter(2);
}

static void test_latches(void **state)
{
	u64 begin = now;

	out(0x61, 1);
	program(2, 2, 0x1234);
	out(0x43, 0x80);
	to_clock(begin, 0x100);
	out(0x43, 0x80);			/* already latched: the first one counts */
	assert_int_equal(in(0x42), 0x34);
	out(0x43, 0xe8);			/* status in between, does not disturb */
	assert_int_equal(in(0x42), 0xb4);
	assert_int_equal(in(0x42), 0x12);
	assert_int_equal(in(0x42), 0x34);	/* live again */
	assert_int_equal(in(0x42), 0x11);

	program(1, 2, 0x4444);
	out(0x43, 0xcc);			/* both, of the channels 1 and 2 */
	now += MS;
	assert_int_equal(in(0x42), 0xb4);
	assert_int_equal(in(0x42), 0x34);
	assert_int_equal(in(0x42), 0x11);
	assert_int_equal(in(0x41), 0xb4);
	assert_int_equal(in(0x41), 0x44);
	assert_int_equal(in(0x41), 0x44);
	out(0x43, 0x80);
	program(2, 2, 0x5678);			/* reprogramming drops the latch */
	assert_int_equal(in(0x42), 0x78);
	program(2, 2, 0x5678);			/* and begins with the low byte */
	assert_int_equal(in(0x42), 0x78);
	assert_int_equal(in(0x42), 0x56);
}

static void test_don_t_care_modes(void **state)
{
	program(0, 6, 100);
	assert_int_equal(status(0), 0xb4);
	program(0, 7, 100);
	assert_int_equal(status(0), 0xb6);
}

static void test_late_expiry(void **state)
{
	u64 begin = now;
	unsigned int rises;

	program(0, 2, 11932);			/* 100 Hz */
	rises = pin.rises;
	now += 10 * SEC + 5 * MS;
	pit.io.ops->expire(&pit.io, now);
	assert_int_equal(pin.rises, rises + 1);	/* one for a thousand */
	assert_in_range(pit.io.deadline, now, now + 10 * MS);
	assert_int_equal((pit.io.deadline - begin) * GUEST_PIT_HZ / SEC % 11932, 0);
	pit.io.ops->expire(&pit.io, now);	/* early: nothing */
	assert_int_equal(pin.rises, rises + 1);
}

/* An edge that is due is not lost by reprogramming in the moment before the timer fires. */
static void test_due_at_write(void **state)
{
	unsigned int rises;

	program(0, 2, 1000);
	rises = pin.rises;
	now += MS;
	program(0, 0, 1000);
	assert_int_equal(pin.rises, rises + 1);
}

static void test_no_storm(void **state)
{
	u16 count;

	for (count = 1; count < 119; count++) {
		program(0, 2 + count % 2, count);
		assert_in_range(io_run(&pit.io, now + SEC), 9900, 10001);
		now += SEC;
	}
	program(0, 2, 120);
	assert_in_range(io_run(&pit.io, now + SEC), 9940, 9945);
}

static void test_years(void **state)
{
	u64 year = 365 * 24 * 3600 * SEC;

	now = 100 * year;
	out(0x61, 1);
	program(0, 2, 11932);
	program(2, 2, 10000);
	now = 200 * year;
	assert_in_range(counter(2), 1, 10000);
	pit.io.ops->expire(&pit.io, now);
	assert_in_range(pit.io.deadline, now, now + 10 * MS + 1000);
	assert_in_range(counter(0), 1, 11932);
	in(0x61);
}

static void test_system_b(void **state)
{
	unsigned int toggles = 0, i;
	u8 val, before = 0;

	out(0x61, 0xff);
	assert_int_equal(in(0x61) & 0x0f, 0x0f);
	for (i = 0; i < 1000; i++, now += 1000) {
		val = in(0x61) & 0x10;
		toggles += val != before;
		before = val;
	}
	assert_in_range(toggles, 64, 68);	/* 1 ms of 15 us */
}

static void test_reset(void **state)
{
	program(0, 2, 1000);
	out(0x61, 3);
	pit.io.ops->reset(&pit.io, now);
	test_power_on(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_power_on, setup),
		cmocka_unit_test_setup(test_calibrate_tsc, setup),
		cmocka_unit_test_setup(test_quick_calibrate, setup),
		cmocka_unit_test_setup(test_one_byte_access, setup),
		cmocka_unit_test_setup(test_mode0, setup),
		cmocka_unit_test_setup(test_mode0_gate, setup),
		cmocka_unit_test_setup(test_mode1, setup),
		cmocka_unit_test_setup(test_mode2, setup),
		cmocka_unit_test_setup(test_mode3, setup),
		cmocka_unit_test_setup(test_mode4, setup),
		cmocka_unit_test_setup(test_mode5, setup),
		cmocka_unit_test_setup(test_new_count, setup),
		cmocka_unit_test_setup(test_bcd, setup),
		cmocka_unit_test_setup(test_latches, setup),
		cmocka_unit_test_setup(test_don_t_care_modes, setup),
		cmocka_unit_test_setup(test_late_expiry, setup),
		cmocka_unit_test_setup(test_due_at_write, setup),
		cmocka_unit_test_setup(test_no_storm, setup),
		cmocka_unit_test_setup(test_years, setup),
		cmocka_unit_test_setup(test_system_b, setup),
		cmocka_unit_test_setup(test_reset, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
