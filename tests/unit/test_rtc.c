// SPDX-License-Identifier: GPL-2.0-only
/* The real-time clock: the date through all formats, setting it, flags, interrupts. */
#include "pins.h"
#include <time.h>
#include "dev/rtc.h"

#define UIP_LEAD	244000

/* 2024-02-29 23:59:58.250 UTC, a Thursday */
#define WALL		1709251198LL

static struct rtc rtc;
static struct test_pin pin;
static u64 now;

static u8 get(u8 index)
{
	io_out(&rtc.io, 0x70, 1, index, now);
	return io_in(&rtc.io, 0x71, 1, now);
}

static void set(u8 index, u8 val)
{
	io_out(&rtc.io, 0x70, 2, index | val << 8, now);
}

static void start_at(s64 wall_ns)
{
	pin = test_pin();
	rtc_init(&rtc, &pin.pin, wall_ns, now);
}

static int setup(void **state)
{
	now = 7 * SEC + 123456789;
	start_at(WALL * SEC + SEC / 4);
	return 0;
}

static void expect_time(u8 century, u8 year, u8 month, u8 day, u8 hour, u8 minute, u8 second)
{
	assert_int_equal(get(0x32), century);
	assert_int_equal(get(9), year);
	assert_int_equal(get(8), month);
	assert_int_equal(get(7), day);
	assert_int_equal(get(4), hour);
	assert_int_equal(get(2), minute);
	assert_int_equal(get(0), second);
}

static void test_power_on(void **state)
{
	assert_int_equal(get(10), 0x26);
	assert_int_equal(get(11), 0x02);
	assert_int_equal(get(12), 0x00);
	assert_int_equal(get(13), 0x80);
	assert_int_equal(io_in(&rtc.io, 0x70, 1, now), 0xff);
	assert_true(rtc.io.deadline == NEVER);
	assert_false(pin.level);
	expect_time(0x20, 0x24, 0x02, 0x29, 0x23, 0x59, 0x58);
	assert_int_equal(get(6), 5);		/* Thursday */
}

static void test_ticks(void **state)
{
	now += SEC * 3 / 4 - 1;
	assert_int_equal(get(0), 0x58);
	now += 1;
	assert_int_equal(get(0), 0x59);
	now += SEC;
	expect_time(0x20, 0x24, 0x03, 0x01, 0x00, 0x00, 0x00);
	assert_int_equal(get(6), 6);
}

/* Against the C library, over four centuries. */
static void test_calendar(void **state)
{
	s64 t;

	set(11, 0x06);				/* binary */
	for (t = -9000000000LL / 4; t < 9000000000LL; t += 86399 * 7 + 1) {
		struct tm tm;
		time_t c = t;

		start_at(t * (s64)SEC);
		set(11, 0x06);
		assert_non_null(gmtime_r(&c, &tm));
		expect_time((tm.tm_year + 1900) / 100, (tm.tm_year + 1900) % 100, tm.tm_mon + 1,
			    tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
		assert_int_equal(get(6), tm.tm_wday + 1);
	}
}

static void test_formats(void **state)
{
	unsigned int hour;

	for (hour = 0; hour < 24; hour++) {
		unsigned int h12 = hour % 12 ? hour % 12 : 12;
		u8 pm = hour >= 12 ? 0x80 : 0;

		start_at((1709164800LL + hour * 3600) * SEC);
		assert_int_equal(get(4), hour / 10 << 4 | hour % 10);
		set(11, 0x06);
		assert_int_equal(get(4), hour);
		set(11, 0x04);
		assert_int_equal(get(4), h12 | pm);
		set(11, 0x00);
		assert_int_equal(get(4), (h12 / 10 << 4 | h12 % 10) | pm);
		set(4, get(4));			/* and back again */
		set(11, 0x06);
		assert_int_equal(get(4), hour);
	}
}

static void test_uip(void **state)
{
	u64 turn = now + SEC * 3 / 4;

	now = turn - UIP_LEAD - 1;
	assert_int_equal(get(10), 0x26);
	now = turn - UIP_LEAD;
	assert_int_equal(get(10), 0xa6);
	now = turn - 1;
	assert_int_equal(get(10), 0xa6);
	now = turn;
	assert_int_equal(get(10), 0x26);
	set(11, 0x82);
	now = turn + SEC - 1;
	assert_int_equal(get(10), 0x26);	/* SET: no update, no UIP */
}

/* As Linux's mc146818_set_time() does it: SET, divider reset, time, and back. */
static void test_set_time(void **state)
{
	u64 begin;

	set(11, 0x82);
	set(10, 0x76);
	set(9, 0x99);
	set(8, 0x12);
	set(7, 0x31);
	set(4, 0x23);
	set(2, 0x59);
	set(0, 0x59);
	set(0x32, 0x19);
	now += 5 * SEC;
	expect_time(0x19, 0x99, 0x12, 0x31, 0x23, 0x59, 0x59);
	set(11, 0x02);
	now += 5 * SEC;				/* still halted by the divider */
	expect_time(0x19, 0x99, 0x12, 0x31, 0x23, 0x59, 0x59);
	set(10, 0x26);
	begin = now;				/* the next second is half a one */
	now = begin + SEC / 2 - 1;
	assert_int_equal(get(0), 0x59);
	now = begin + SEC / 2;
	expect_time(0x20, 0x00, 0x01, 0x01, 0x00, 0x00, 0x00);
	now += 60ULL * 86400 * SEC;		/* 2000 was a leap year */
	expect_time(0x20, 0x00, 0x03, 0x01, 0x00, 0x00, 0x00);
}

/* SET alone does not disturb the divider: seconds go on to begin when they did. */
static void test_set_keeps_phase(void **state)
{
	u64 turn = now + SEC * 3 / 4;

	set(11, 0x82);
	set(0, 0x10);
	now += 5 * SEC + 1;
	set(11, 0x02);
	assert_int_equal(get(0), 0x10);
	now = turn + 5 * SEC - 1;
	assert_int_equal(get(0), 0x10);
	now++;
	assert_int_equal(get(0), 0x11);
}

static void test_write_while_running(void **state)
{
	u64 turn = now + SEC * 3 / 4;

	set(2, 0x15);
	expect_time(0x20, 0x24, 0x02, 0x29, 0x23, 0x15, 0x58);
	now = turn;
	expect_time(0x20, 0x24, 0x02, 0x29, 0x23, 0x15, 0x59);
	set(8, 0x00);				/* no month, no crash */
	assert_int_equal(get(8), 0x01);
	set(9, 0x00);
	set(0x32, 0x00);
	set(0, 0xff);
	set(7, 0x00);
	get(7);
	set(11, 0x06);
	set(0x32, 0xff);
	get(0x32);
	now += 100000 * SEC;
	get(0);
}

static void test_update_interrupt(void **state)
{
	u64 turn = now + SEC * 3 / 4;

	set(11, 0x12);
	assert_true(rtc.io.deadline == turn);
	assert_int_equal(io_run(&rtc.io, turn), 1);
	assert_true(pin.level);
	assert_true(rtc.io.deadline == NEVER);	/* until C is read */
	now = turn + 10;
	assert_int_equal(get(12) & ~0x40, 0x90);
	assert_false(pin.level);
	assert_int_equal(get(12), 0x00);
	assert_true(rtc.io.deadline == turn + SEC);
	set(11, 0x92);				/* SET clears UIE */
	assert_int_equal(get(11), 0x82);
	assert_true(rtc.io.deadline == NEVER);
	now += 3 * SEC;
	assert_int_equal(get(12), 0x40);	/* and no update happens */
}

static void test_flags_polled(void **state)
{
	now += SEC * 3 / 4;
	assert_int_equal(get(12) & 0xf0, 0x50);	/* UF, PF; no IRQF; alarm is 00:00:00 */
	assert_int_equal(get(12), 0x00);
	now += SEC;
	assert_int_equal(get(12), 0x70);	/* midnight: AF, too */
	set(11, 0x02);
	now += 100ULL * 86400 * SEC;		/* not looked at for long */
	set(11, 0x22);				/* enabling raises what has happened */
	assert_true(pin.level);
	assert_int_equal(get(12), 0xf0);
	assert_false(pin.level);
}

static void test_alarm(void **state)
{
	u64 midnight = now + SEC * 7 / 4;

	set(5, 0x06);
	set(3, 0x30);
	set(1, 0x15);
	set(11, 0x22);
	assert_true(rtc.io.deadline == midnight + (6 * 3600 + 30 * 60 + 15) * SEC);
	io_run(&rtc.io, rtc.io.deadline);
	assert_true(pin.level);
	now = midnight + (6 * 3600 + 30 * 60 + 15) * SEC;
	assert_int_equal(get(12) & 0xa0, 0xa0);
	expect_time(0x20, 0x24, 0x03, 0x01, 0x06, 0x30, 0x15);
	assert_true(rtc.io.deadline == now + 86400 * SEC);	/* tomorrow */
}

static void test_alarm_any(void **state)
{
	u64 turn = now + SEC * 3 / 4;		/* 23:59:59 */

	set(11, 0x22);
	set(5, 0xc0);
	set(3, 0xff);
	set(1, 0xc0);
	assert_true(rtc.io.deadline == turn);	/* every second */
	set(1, 0x30);
	assert_true(rtc.io.deadline == turn + 31 * SEC);
	set(3, 0x05);
	assert_true(rtc.io.deadline == turn + (1 + 5 * 60 + 30) * SEC);
	set(5, 0x23);
	assert_true(rtc.io.deadline == turn + (1 + 23 * 3600 + 5 * 60 + 30) * SEC);
	set(1, 0x61);				/* never */
	assert_true(rtc.io.deadline == NEVER);
	set(1, 0x59);
	set(3, 0x59);
	assert_true(rtc.io.deadline == turn);
	set(11, 0x20);				/* 12 hours: 11 pm */
	set(5, 0x91);
	assert_true(rtc.io.deadline == turn);
	set(5, 0x12);				/* 12 am is 0 */
	assert_true(rtc.io.deadline == turn + 3600 * SEC);
}

static void test_periodic(void **state)
{
	static const unsigned int hz[16] = { 0, 256, 128, 8192, 4096, 2048, 1024, 512, 256,
					     128, 64, 32, 16, 8, 4, 2 };
	unsigned int rate, n;
	u64 until;

	for (rate = 0; rate < 16; rate++) {
		start_at(WALL * SEC);
		set(10, 0x20 | rate);
		set(11, 0x42);
		until = now + SEC + 1;	/* deadlines are rounded up */
		for (n = 0; rtc.io.deadline <= until && n < 10000; n++) {
			now = rtc.io.deadline;
			rtc.io.ops->expire(&rtc.io, now);
			assert_true(pin.level);
			assert_int_equal(get(12) & 0xc0, 0xc0);
			assert_false(pin.level);
		}
		assert_int_equal(n, hz[rate]);
	}
	set(10, 0x66);				/* divider in reset: nothing */
	assert_true(rtc.io.deadline == NEVER);
}

/* Nobody reads C: one interrupt, and no timer is asked for. */
static void test_periodic_unread(void **state)
{
	set(10, 0x23);
	set(11, 0x42);
	assert_int_equal(io_run(&rtc.io, now + 100 * SEC), 1);
	assert_int_equal(pin.rises, 1);
}

static void test_cmos(void **state)
{
	unsigned int i;

	for (i = 14; i < 128; i++)
		if (i != 0x32)
			set(i, i ^ 0x55);
	for (i = 14; i < 128; i++)
		if (i != 0x32)
			assert_int_equal(get(i | 0x80), i ^ 0x55);	/* bit 7: NMI mask */
	set(12, 0xff);
	set(13, 0x00);
	assert_int_equal(get(12) & 0x8f, 0);
	assert_int_equal(get(13), 0x80);
	set(10, 0xa6);
	assert_int_equal(get(10), 0x26);	/* UIP can't be written */
}

static void test_years(void **state)
{
	now += 200ULL * 365 * 86400 * SEC;
	get(0);
	assert_int_equal(get(12), 0x70);
	assert_int_equal(get(0x32), 0x22);
	set(11, 0x72);
	assert_in_range(rtc.io.deadline, now, now + SEC);
}

static void test_reset(void **state)
{
	set(0x40, 0x77);
	set(11, 0x76);
	set(4, 11);
	now += SEC * 3 / 4;
	get(0);
	assert_true(pin.level);
	set(11, 0x86);				/* halted, in binary */
	set(4, 12);
	rtc.io.ops->reset(&rtc.io, now);
	assert_false(pin.level);
	assert_true(rtc.io.deadline == NEVER);
	assert_int_equal(get(10), 0x26);
	assert_int_equal(get(11), 0x02);
	assert_int_equal(get(12), 0x00);
	assert_int_equal(get(0x40), 0x77);
	expect_time(0x20, 0x24, 0x02, 0x29, 0x12, 0x59, 0x59);
	now += SEC;
	expect_time(0x20, 0x24, 0x02, 0x29, 0x13, 0x00, 0x00);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_power_on, setup),
		cmocka_unit_test_setup(test_ticks, setup),
		cmocka_unit_test_setup(test_calendar, setup),
		cmocka_unit_test_setup(test_formats, setup),
		cmocka_unit_test_setup(test_uip, setup),
		cmocka_unit_test_setup(test_set_time, setup),
		cmocka_unit_test_setup(test_set_keeps_phase, setup),
		cmocka_unit_test_setup(test_write_while_running, setup),
		cmocka_unit_test_setup(test_update_interrupt, setup),
		cmocka_unit_test_setup(test_flags_polled, setup),
		cmocka_unit_test_setup(test_alarm, setup),
		cmocka_unit_test_setup(test_alarm_any, setup),
		cmocka_unit_test_setup(test_periodic, setup),
		cmocka_unit_test_setup(test_periodic_unread, setup),
		cmocka_unit_test_setup(test_cmos, setup),
		cmocka_unit_test_setup(test_years, setup),
		cmocka_unit_test_setup(test_reset, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
