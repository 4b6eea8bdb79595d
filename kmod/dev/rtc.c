// SPDX-License-Identifier: GPL-2.0-only
/*
 * rtc.c - the MC146818 real-time clock
 *
 * The time is a function of the VM's clock. Events are accounted when somebody looks:
 * any access first brings status C up to date, and a deadline is asked for only when an
 * interrupt is enabled and its line still low. So a guest that does not read status C
 * gets one interrupt, however fast its periodic rate.
 */
#include <linux/bits.h>
#include <linux/container_of.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/nospec.h>
#include <linux/string.h>
#include <insula/guest-abi.h>
#include "rtc.h"

#define NSEC		1000000000ULL
#define DAY		86400
#define CRYSTAL_HZ	32768

enum {				/* time, alarm and control bytes of the CMOS */
	SECOND	= 0, SECOND_ALARM = 1,
	MINUTE	= 2, MINUTE_ALARM = 3,
	HOUR	= 4, HOUR_ALARM	= 5,
	WEEKDAY	= 6, MONTHDAY	= 7, MONTH = 8, YEAR = 9,
	REG_A	= 10, REG_B = 11, REG_C = 12, REG_D = 13,
};

#define A_UIP		BIT(7)
#define A_DIVIDER_RESET	0x60	/* bits 4-6 are 11x: the divider does not run */
#define A_RATE		0x0f
#define A_DEFAULT	0x26	/* 32.768 kHz crystal, 1024 Hz */
#define UIP_NS		244000	/* UIP is set so long before the time changes */

#define B_SET		BIT(7)
#define B_UIE		BIT(4)
#define B_BINARY	BIT(2)
#define B_24H		BIT(1)

#define C_IRQF		BIT(7)
#define C_PF		BIT(6)	/* these have the places of their enables in B */
#define C_AF		BIT(5)
#define C_UF		BIT(4)
#define C_EVENTS	(C_PF | C_AF | C_UF)

#define D_VALID		BIT(7)

#define HOUR_PM		BIT(7)
#define ALARM_ANY	0xc0	/* an alarm byte with these bits matches everything */

#define NO_ALARM	S64_MAX

static struct rtc *to_rtc(struct io_dev *dev)
{
	return container_of(dev, struct rtc, io);
}

static bool divider_runs(const struct rtc *rtc)
{
	return (rtc->cmos[REG_A] & A_DIVIDER_RESET) != A_DIVIDER_RESET;
}

/* The time at @now, in seconds since 1970. */
static s64 seconds_at(const struct rtc *rtc, u64 now)
{
	return rtc->epoch + (s64)div_u64(now + rtc->phase, NSEC);
}

/* When second @s begins: the inverse. */
static u64 second_begins(const struct rtc *rtc, s64 s)
{
	return (u64)(s - rtc->epoch) * NSEC - rtc->phase;
}

static u8 encode(const struct rtc *rtc, unsigned int n)
{
	return rtc->cmos[REG_B] & B_BINARY ? n : n / 10 << 4 | n % 10;
}

static unsigned int decode(const struct rtc *rtc, u8 val)
{
	return rtc->cmos[REG_B] & B_BINARY ? val : (val >> 4) * 10 + (val & 15);
}

static u8 encode_hour(const struct rtc *rtc, unsigned int hour)
{
	if (rtc->cmos[REG_B] & B_24H)
		return encode(rtc, hour);
	return encode(rtc, hour % 12 ? hour % 12 : 12) | (hour >= 12 ? HOUR_PM : 0);
}

static unsigned int decode_hour(const struct rtc *rtc, u8 val)
{
	if (rtc->cmos[REG_B] & B_24H)
		return decode(rtc, val);
	return decode(rtc, val & ~HOUR_PM) % 12 + (val & HOUR_PM ? 12 : 0);
}

/*
 * Days from 1 March of the year 0 to a date. Years begin in March here, so that the leap
 * day is a year's last, and a month's first day is a linear function, rounded.
 */
static s64 days_from_date(s64 year, unsigned int month, unsigned int day)
{
	unsigned int m = (month + 9) % 12;

	if (m >= 10)
		year--;
	return year * 365 + year / 4 - year / 100 + year / 400 + (m * 153 + 2) / 5 + day - 1;
}

#define DAYS_TO_1970	719468	/* days_from_date(1970, 1, 1) */

struct date {
	unsigned int year, month, day;
};

static struct date date_from_days(u64 days)
{
	u64 era = div_u64(days, 146097);		/* 400 years */
	unsigned int doe = days - era * 146097;		/* day of the era */
	unsigned int yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	unsigned int doy = doe - (yoe * 365 + yoe / 4 - yoe / 100);
	unsigned int m = (doy * 5 + 2) / 153;
	struct date date = {
		.year	= era * 400 + yoe + (m >= 10),
		.month	= (m + 2) % 12 + 1,
		.day	= doy - (m * 153 + 2) / 5 + 1,
	};

	return date;
}

/* Put the time into the CMOS bytes, in the format that register B says. */
static void store_time(struct rtc *rtc, u64 now)
{
	u64 s = seconds_at(rtc, now) + (s64)DAYS_TO_1970 * DAY;
	u32 second;
	u64 days = div_u64_rem(s, DAY, &second);
	struct date date = date_from_days(days);

	rtc->cmos[SECOND] = encode(rtc, second % 60);
	rtc->cmos[MINUTE] = encode(rtc, second / 60 % 60);
	rtc->cmos[HOUR] = encode_hour(rtc, second / 3600);
	/* 1 is Sunday; 1 March of the year 0 was a Wednesday. */
	rtc->cmos[WEEKDAY] = encode(rtc, (u32)(days - div_u64(days, 7) * 7 + 3) % 7 + 1);
	rtc->cmos[MONTHDAY] = encode(rtc, date.day);
	rtc->cmos[MONTH] = encode(rtc, date.month);
	rtc->cmos[YEAR] = encode(rtc, date.year % 100);
	rtc->cmos[RTC_CENTURY] = encode(rtc, date.year / 100 % 100);
}

/*
 * Take the time from the CMOS bytes. What makes no date is carried over (32 January is
 * 1 February), except for a month, which has to be one, and the year 0, which is 1: days
 * and seconds are never negative.
 */
static void load_time(struct rtc *rtc, u64 now)
{
	s64 year = decode(rtc, rtc->cmos[RTC_CENTURY]) * 100 + decode(rtc, rtc->cmos[YEAR]);
	unsigned int month = clamp(decode(rtc, rtc->cmos[MONTH]), 1U, 12U);
	s64 days, s;

	days = days_from_date(year ? year : 1, month, decode(rtc, rtc->cmos[MONTHDAY]));
	s = (days - DAYS_TO_1970) * DAY + decode_hour(rtc, rtc->cmos[HOUR]) * 3600 +
	    decode(rtc, rtc->cmos[MINUTE]) * 60 + decode(rtc, rtc->cmos[SECOND]);
	rtc->epoch = 0;
	rtc->epoch = s - seconds_at(rtc, now);
}

static bool any(u8 alarm)
{
	return (alarm & ALARM_ANY) == ALARM_ANY;
}

/*
 * The first second after @s that the alarm matches, or NO_ALARM. Skips whole hours and
 * minutes that don't match: some 300 steps at most, as every time of day comes.
 */
static s64 next_alarm(const struct rtc *rtc, s64 s)
{
	const u8 *cmos = rtc->cmos;
	unsigned int hour = decode_hour(rtc, cmos[HOUR_ALARM]);
	unsigned int minute = decode(rtc, cmos[MINUTE_ALARM]);
	unsigned int second = decode(rtc, cmos[SECOND_ALARM]);
	s64 midnight = (s64)div_u64(s + (s64)DAYS_TO_1970 * DAY, DAY) * DAY -
		       (s64)DAYS_TO_1970 * DAY;
	unsigned int t = s - midnight + 1;	/* may run into the next day */

	if ((hour > 23 && !any(cmos[HOUR_ALARM])) ||
	    (minute > 59 && !any(cmos[MINUTE_ALARM])) ||
	    (second > 59 && !any(cmos[SECOND_ALARM])))
		return NO_ALARM;
	for (;;) {
		if (t / 3600 % 24 != hour && !any(cmos[HOUR_ALARM]))
			t += 3600 - t % 3600;
		else if (t / 60 % 60 != minute && !any(cmos[MINUTE_ALARM]))
			t += 60 - t % 60;
		else if (t % 60 != second && !any(cmos[SECOND_ALARM]))
			t++;
		else
			return midnight + t;
	}
}

/* Crystal clocks between periodic events, or 0 for none. */
static unsigned int periodic_clocks(const struct rtc *rtc)
{
	unsigned int rate = rtc->cmos[REG_A] & A_RATE;

	if (!rate || !divider_runs(rtc))
		return 0;
	return 1 << (rate < 3 ? rate + 6 : rate - 1);
}

/* Number of the periodic event before or at @now. */
static u64 periodic_count(const struct rtc *rtc, u64 now)
{
	return div_u64(mul_u64_u64_div_u64(now + rtc->phase, CRYSTAL_HZ, NSEC),
		       periodic_clocks(rtc));
}

/* Account everything that happened until @now in status C. */
static void account(struct rtc *rtc, u64 now)
{
	u8 *c = &rtc->cmos[REG_C];

	if (now <= rtc->last)
		return;
	if (periodic_clocks(rtc) && periodic_count(rtc, now) != periodic_count(rtc, rtc->last))
		*c |= C_PF;
	if (!rtc->halted) {
		s64 before = seconds_at(rtc, rtc->last), s = seconds_at(rtc, now);

		if (s != before)
			*c |= C_UF;
		if (s != before && !(*c & C_AF) && next_alarm(rtc, before) <= s)
			*c |= C_AF;
	}
	rtc->last = now;
}

/* The first time after @now at which an enabled event happens. */
static u64 next_event(const struct rtc *rtc, u64 now)
{
	u8 enabled = rtc->cmos[REG_B];
	u64 deadline = NEVER;

	if ((enabled & C_PF) && periodic_clocks(rtc))
		deadline = mul_u64_u64_div_u64((periodic_count(rtc, now) + 1) *
					       periodic_clocks(rtc), NSEC, CRYSTAL_HZ) + 1 -
			   rtc->phase;
	if (rtc->halted)
		return deadline;
	if (enabled & C_UF)
		deadline = min(deadline, second_begins(rtc, seconds_at(rtc, now) + 1));
	if (enabled & C_AF) {
		s64 alarm = next_alarm(rtc, seconds_at(rtc, now));

		if (alarm != NO_ALARM)
			deadline = min(deadline, second_begins(rtc, alarm));
	}
	return deadline;
}

/* Set IRQF, the pin and the deadline: after every access. */
static void update(struct rtc *rtc, u64 now)
{
	u8 *c = &rtc->cmos[REG_C];
	bool irq = *c & rtc->cmos[REG_B] & C_EVENTS;

	*c = (*c & C_EVENTS) | (irq ? C_IRQF : 0);
	rtc->pin->set(rtc->pin, irq);
	rtc->io.deadline = irq ? NEVER : next_event(rtc, now);
}

static void rtc_expire(struct io_dev *dev, u64 now)
{
	struct rtc *rtc = to_rtc(dev);

	account(rtc, now);
	update(rtc, now);
}

static bool is_time(unsigned int index)
{
	switch (index) {
	case SECOND:
	case MINUTE:
	case HOUR:
	case WEEKDAY ... YEAR:
	case RTC_CENTURY:
		return true;
	}
	return false;
}

/* The first second after the divider starts is half a one (datasheet, "Divider control"). */
static void start_divider(struct rtc *rtc, u64 now)
{
	u32 rest;

	div_u64_rem(now, NSEC, &rest);
	rtc->phase = (NSEC + NSEC / 2 - rest) % NSEC;
}

/* A write to register A or B: both can halt the clock, and B says how it is read. */
static void write_control(struct rtc *rtc, unsigned int index, u8 val, u64 now)
{
	bool ran = divider_runs(rtc), was_halted = rtc->halted;

	if (!was_halted)
		store_time(rtc, now);
	if (index == REG_B && (val & B_SET))
		val &= ~B_UIE;
	rtc->cmos[index] = index == REG_A ? val & ~A_UIP : val;
	if (!ran && divider_runs(rtc))
		start_divider(rtc, now);
	rtc->halted = (rtc->cmos[REG_B] & B_SET) || !divider_runs(rtc);
	if (was_halted && !rtc->halted)
		load_time(rtc, now);
}

static void write_time(struct rtc *rtc, unsigned int index, u8 val, u64 now)
{
	if (!rtc->halted)
		store_time(rtc, now);
	rtc->cmos[index] = val;
	if (!rtc->halted)
		load_time(rtc, now);
}

static void write_cmos(struct rtc *rtc, unsigned int index, u8 val, u64 now)
{
	if (index == REG_C || index == REG_D)
		return;
	if (index == REG_A || index == REG_B)
		write_control(rtc, index, val, now);
	else if (is_time(index))
		write_time(rtc, index, val, now);
	else
		rtc->cmos[array_index_nospec(index, sizeof(rtc->cmos))] = val;
}

static u8 read_a(const struct rtc *rtc, u64 now)
{
	u8 val = rtc->cmos[REG_A];

	if (!rtc->halted &&
	    second_begins(rtc, seconds_at(rtc, now) + 1) - now <= UIP_NS)
		val |= A_UIP;
	return val;
}

static u8 read_cmos(struct rtc *rtc, unsigned int index, u64 now)
{
	u8 val;

	if (index == REG_A)
		return read_a(rtc, now);
	if (is_time(index) && !rtc->halted)
		store_time(rtc, now);
	val = rtc->cmos[array_index_nospec(index, sizeof(rtc->cmos))];
	if (index == REG_C)
		rtc->cmos[REG_C] = 0;
	return val;
}

static u8 rtc_read_byte(struct io_dev *dev, u64 addr, u64 now)
{
	struct rtc *rtc = to_rtc(dev);
	u8 val;

	if (addr != PORT_RTC + 1)
		return 0xff;		/* the index port can't be read */
	rtc_expire(dev, now);
	val = read_cmos(rtc, rtc->index, now);
	update(rtc, now);
	return val;
}

static void rtc_write_byte(struct io_dev *dev, u64 addr, u8 val, u64 now)
{
	struct rtc *rtc = to_rtc(dev);

	if (addr == PORT_RTC)
		rtc->index = val & 0x7f;
	if (addr != PORT_RTC + 1)
		return;
	rtc_expire(dev, now);
	write_cmos(rtc, rtc->index, val, now);
	update(rtc, now);
}

static u64 rtc_read(struct io_dev *dev, u64 addr, unsigned int size, u64 now)
{
	return io_read_bytes(dev, addr, size, now, rtc_read_byte);
}

static void rtc_write(struct io_dev *dev, u64 addr, unsigned int size, u64 val, u64 now)
{
	io_write_bytes(dev, addr, size, val, now, rtc_write_byte);
}

static void rtc_reset(struct io_dev *dev, u64 now)
{
	struct rtc *rtc = to_rtc(dev);

	/* If it was halted: on from its time, in the format in which that was written. */
	write_control(rtc, REG_A, A_DEFAULT, now);
	write_control(rtc, REG_B, rtc->cmos[REG_B] & (B_BINARY | B_24H), now);
	write_control(rtc, REG_B, B_24H, now);
	rtc->cmos[REG_C] = 0;
	rtc->cmos[REG_D] = D_VALID;
	rtc->index = 0;
	rtc->last = now;
	update(rtc, now);
}

static const struct io_dev_ops rtc_io_ops = {
	.read	= rtc_read,
	.write	= rtc_write,
	.expire	= rtc_expire,
	.reset	= rtc_reset,
};

void rtc_init(struct rtc *rtc, struct irq_pin *pin, s64 wall, u64 now)
{
	s64 at_zero = wall - (s64)now;
	s64 ns = at_zero % (s64)NSEC;

	memset(rtc, 0, sizeof(*rtc));
	rtc->io.ops = &rtc_io_ops;
	rtc->io.name = "rtc";
	rtc->pin = pin;
	rtc->phase = ns < 0 ? ns + (s64)NSEC : ns;
	rtc->epoch = (at_zero - rtc->phase) / (s64)NSEC;
	rtc->cmos[REG_A] = A_DEFAULT;
	rtc->cmos[REG_B] = B_24H;
	rtc_reset(&rtc->io, now);
}
