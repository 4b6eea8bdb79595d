// SPDX-License-Identifier: GPL-2.0-only
/* Power management: PM1, timer, button, all ways of resetting, an 8042 without keyboard. */
#include "pins.h"
#include "dev/pm.h"

static struct pm pm;
static struct test_pin sci;
static u64 now;
static unsigned int events;
static enum pm_event event;
static u32 code;

static void on_event(struct pm *p, enum pm_event e, u32 c)
{
	events++;
	event = e;
	code = c;
}

static u32 in(u16 port, unsigned int size)
{
	return io_in(&pm.io, port, size, now);
}

static void out(u16 port, unsigned int size, u32 val)
{
	io_out(&pm.io, port, size, val, now);
}

static void expect_event(enum pm_event e)
{
	assert_int_equal(events, 1);
	assert_int_equal(event, e);
	events = 0;
}

static int setup(void **state)
{
	now = 0;
	events = 0;
	sci = test_pin();
	pm_init(&pm, &sci.pin, on_event);
	return 0;
}

static void test_power_on(void **state)
{
	assert_int_equal(in(0x600, 4), 0);
	assert_int_equal(in(0x604, 2), 0x0001);	/* SCI_EN */
	assert_false(sci.level);
	assert_true(pm.io.deadline == NEVER);
	assert_int_equal(events, 0);
}

static void test_power_button(void **state)
{
	pm_power_button(&pm);
	assert_int_equal(in(0x600, 2), 0x0100);
	assert_false(sci.level);
	out(0x602, 2, 0x0100);
	assert_true(sci.level);
	out(0x600, 2, 0x0421);			/* other bits don't clear it */
	assert_true(sci.level);
	out(0x600, 2, 0x0100);
	assert_false(sci.level);
	assert_int_equal(in(0x600, 2), 0);
	pm_power_button(&pm);
	assert_true(sci.level);
	out(0x603, 1, 0);
	assert_false(sci.level);
	assert_int_equal(in(0x601, 1), 0x01);
}

static void test_pm1_widths(void **state)
{
	out(0x602, 2, 0xffff);
	assert_int_equal(in(0x602, 2), 0x0721);
	pm_power_button(&pm);
	assert_int_equal(in(0x600, 4), 0x07210100);
	out(0x600, 4, 0x04200100);		/* clears the status, sets the enables */
	assert_int_equal(in(0x600, 4), 0x04200000);
	out(0x602, 1, 0x01);
	assert_int_equal(in(0x602, 2), 0x0401);
	assert_int_equal(in(0x603, 4), 0x00000104 | 0xff000000);
}

static void test_control(void **state)
{
	out(0x604, 2, 0x0000);
	assert_int_equal(in(0x604, 2), 0x0001);	/* always in ACPI mode */
	out(0x604, 2, 0xffff & ~0x2000);
	assert_int_equal(in(0x604, 2), 0x1c03);
	assert_int_equal(events, 0);
}

static void test_sleep(void **state)
{
	unsigned int typ;

	for (typ = 0; typ < 8; typ++) {
		out(0x604, 2, typ << 10 | 0x2000);
		assert_int_equal(events, typ == 5);
		events = 0;
		assert_int_equal(in(0x604, 2), typ << 10 | 1);	/* SLP_EN reads as 0 */
	}
	out(0x604, 2, 5 << 10);			/* Linux: type first, then enable */
	assert_int_equal(events, 0);
	out(0x604, 2, 5 << 10 | 0x2000);
	expect_event(PM_POWER_OFF);
	out(0x605, 1, 0x34);
	expect_event(PM_POWER_OFF);
}

static void test_timer(void **state)
{
	now = SEC;
	assert_int_equal(in(0x608, 4), 3579545);
	assert_int_equal(in(0x609, 1), (3579545 >> 8) & 0xff);
	assert_int_equal(in(0x60a, 2), 3579545 >> 16);
	out(0x608, 4, 0);
	assert_int_equal(in(0x608, 4), 3579545);
	now = 300ULL * 365 * 86400 * SEC;	/* 300 years */
	assert_int_equal(in(0x608, 4), (u32)(300ULL * 365 * 86400 * 3579545));
}

static void test_timer_status(void **state)
{
	u64 half = (1ULL << 31) * SEC / 3579545;

	assert_int_equal(in(0x600, 2), 0);
	now = half - 1000;
	assert_int_equal(in(0x600, 2), 0);
	now = half + 1000;
	assert_int_equal(in(0x600, 2), 0x0001);	/* without an interrupt it is there too */
	assert_true(pm.io.deadline == NEVER);
	out(0x600, 2, 0x0001);
	out(0x602, 2, 0x0001);
	assert_in_range(pm.io.deadline, 2 * half, 2 * half + 2);
	assert_int_equal(io_run(&pm.io, 2 * half - 1), 0);
	assert_int_equal(io_run(&pm.io, 2 * half + 2), 1);
	assert_true(sci.level);
	assert_true(pm.io.deadline == NEVER);	/* no more until it is cleared */
	now = 2 * half + SEC;
	out(0x600, 2, 0x0001);
	assert_false(sci.level);
	assert_in_range(pm.io.deadline, 3 * half, 3 * half + 2);
}

static void test_reset_ctl(void **state)
{
	out(0xcf9, 1, 0x02);
	assert_int_equal(events, 0);
	assert_int_equal(in(0xcf9, 1), 0x02);
	out(0xcf9, 1, 0x06);
	expect_event(PM_RESET);
	assert_int_equal(in(0xcf9, 1), 0x02);
	out(0xcf9, 1, 0x06);
	expect_event(PM_RESET);
}

static void test_system_a(void **state)
{
	assert_int_equal(in(0x92, 1), 0x02);
	out(0x92, 1, 0x02);
	assert_int_equal(events, 0);
	out(0x92, 1, 0x03);
	expect_event(PM_RESET);
}

static void test_debug_exit(void **state)
{
	out(0xf4, 1, 0x10);
	assert_int_equal(events, 0);
	assert_int_equal(in(0xf4, 1), 0xff);
	pm.debug_exit = true;
	out(0xf4, 1, 0x10);
	expect_event(PM_DEBUG_EXIT);
	assert_int_equal(code, 0x10);
	out(0xf4, 4, 0x12345678);
	expect_event(PM_DEBUG_EXIT);
	assert_int_equal(code, 0x12345678);
	out(0xf5, 1, 0x10);
	assert_int_equal(events, 0);
}

static u8 kbd_ask(u8 command)
{
	assert_int_equal(in(0x64, 1) & 3, 0);
	out(0x64, 1, command);
	assert_int_equal(in(0x64, 1) & 3, 1);
	return in(0x60, 1);
}

static void test_kbd_controller(void **state)
{
	assert_int_equal(kbd_ask(0xaa), 0x55);
	assert_int_equal(in(0x64, 1), 0x1c);
	assert_int_equal(kbd_ask(0xab), 0x00);
	assert_int_not_equal(kbd_ask(0xa9), 0x00);	/* no mouse */
	out(0x64, 1, 0x60);
	out(0x60, 1, 0x47);
	assert_int_equal(kbd_ask(0x20), 0x47);
	out(0x64, 1, 0xad);
	assert_int_equal(kbd_ask(0x20), 0x57);
	out(0x64, 1, 0xae);
	out(0x64, 1, 0xa7);
	assert_int_equal(kbd_ask(0x20), 0x67);
	out(0x64, 1, 0xa8);
	assert_int_equal(kbd_ask(0x20), 0x47);
	assert_int_equal(kbd_ask(0xd0) & 0x03, 0x03);	/* A20 is on */
	assert_int_equal(kbd_ask(0xc0), 0x80);
	out(0x64, 1, 0xd2);
	out(0x60, 1, 0xa5);
	assert_int_equal(in(0x64, 1) & 0x21, 0x01);
	assert_int_equal(in(0x60, 1), 0xa5);
	out(0x64, 1, 0xd3);
	out(0x60, 1, 0xa5);
	assert_int_equal(in(0x64, 1) & 1, 0);		/* nor a mouse channel */
	assert_int_equal(events, 0);
}

static void test_no_keyboard(void **state)
{
	out(0x60, 1, 0xf2);			/* identify! */
	assert_int_equal(in(0x64, 1), 0x55);	/* timeout */
	assert_int_equal(in(0x60, 1), 0xfe);
	assert_int_equal(in(0x64, 1), 0x14);
	out(0x64, 1, 0xd4);			/* the mouse */
	out(0x60, 1, 0xff);
	assert_int_equal(in(0x64, 1) & 0x61, 0x61);
	assert_int_equal(in(0x60, 1), 0xfe);
	out(0x64, 1, 0x60);			/* a command forgets the one before */
	out(0x64, 1, 0xa8);
	out(0x60, 1, 0x00);
	assert_int_equal(in(0x60, 1), 0xfe);
}

static void test_kbd_reset(void **state)
{
	unsigned int c;

	for (c = 0xf0; c <= 0xff; c++) {
		out(0x64, 1, c);
		assert_int_equal(events, !(c & 1));
		events = 0;
	}
	out(0x64, 1, 0xd1);
	out(0x60, 1, 0x03);
	assert_int_equal(events, 0);
	out(0x64, 1, 0xd1);
	out(0x60, 1, 0xfe);
	expect_event(PM_RESET);
	out(0x60, 1, 0xfe);			/* not the output port any more */
	assert_int_equal(events, 0);
}

static void test_reset(void **state)
{
	out(0x602, 2, 0x0101);
	pm_power_button(&pm);
	out(0x604, 2, 0x1402);
	out(0x64, 1, 0xd1);
	assert_true(sci.level);
	pm.debug_exit = true;
	now = 2000 * SEC;
	pm.io.ops->reset(&pm.io, now);
	test_power_on(state);
	assert_true(pm.debug_exit);
	out(0x60, 1, 0);
	assert_int_equal(events, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_power_on, setup),
		cmocka_unit_test_setup(test_power_button, setup),
		cmocka_unit_test_setup(test_pm1_widths, setup),
		cmocka_unit_test_setup(test_control, setup),
		cmocka_unit_test_setup(test_sleep, setup),
		cmocka_unit_test_setup(test_timer, setup),
		cmocka_unit_test_setup(test_timer_status, setup),
		cmocka_unit_test_setup(test_reset_ctl, setup),
		cmocka_unit_test_setup(test_system_a, setup),
		cmocka_unit_test_setup(test_debug_exit, setup),
		cmocka_unit_test_setup(test_kbd_controller, setup),
		cmocka_unit_test_setup(test_no_keyboard, setup),
		cmocka_unit_test_setup(test_kbd_reset, setup),
		cmocka_unit_test_setup(test_reset, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
