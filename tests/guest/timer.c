// SPDX-License-Identifier: GPL-2.0-only
/*
 * timer: all clocks tell the same time, and interrupts come neither early nor twice
 *
 * Clocks are compared over the same interval, so it does not matter how long that took. An
 * interrupt may be late on a busy machine, never early. epoch=SECONDS, if given, is what
 * the clock on the wall is to show, give or take a minute.
 */
#include "guest.h"

#define VECTOR		0x40
#define DIVIDE_BY_16	3

static volatile u32 fired;
static volatile u64 fired_at;

static void on_timer(struct frame *frame)
{
	fired_at = rdtsc();
	fired++;
	lapic_eoi();
}

/* |a - b| within 1/part of b */
static bool near(u64 a, u64 b, u32 part)
{
	u64 difference = a > b ? a - b : b - a;

	return difference * part <= b;
}

static u32 pm_since(u32 before)
{
	return (pm_timer() - before) & 0xffffff;
}

static void test_pm_timer(void)
{
	u32 last = pm_timer(), i, back = 0, moved = 0;

	for (i = 0; i < 5000; i++) {
		u32 step = pm_since(last);

		back += step > 0x800000;
		moved += step != 0;
		last = (last + step) & 0xffffff;
	}
	check(!back, "pm-timer-forward", "went back %u times", back);
	check(moved, "pm-timer-moves", "stands still");
}

/*
 * Two looks at a pair of clocks. Whoever is interrupted between looking at one and at the
 * other sees them apart, so there are several tries; clocks that differ do so in each.
 */
#define TRIES		20

static void test_pit_against_pm(void)
{
	u32 pm, ticks = 0, pit = 0, try;
	u16 first;

	pit_program(0, 2, 0);
	for (try = 0; try < TRIES; try++) {
		first = pit_read(0);
		pm = pm_timer();
		delay_us(10000);
		ticks = pm_since(pm);
		pit = (u16)(first - pit_read(0));
		if (near((u64)pit * 3, ticks, 50))
			break;
	}
	check(try < TRIES, "pit-against-pm-timer", "%u ticks in %u of the PM timer", pit, ticks);
}

/* Channel 2, mode 0: the output rises when the count is over. */
static void test_pit_gate(void)
{
	u8 old = inb(0x61);
	u32 pm, ticks;

	if (on_tcg()) {
		skip("pit-gate", "QEMU's counts with the gate closed");
		return;
	}
	outb(0x61, old & 0xc);
	pit_program(2, 0, 23864);		/* 20 ms */
	check(!(inb(0x61) & 0x20), "pit-output-low", "%x", inb(0x61));
	delay_us(30000);
	check(!(inb(0x61) & 0x20), "pit-gate-holds", "%x", inb(0x61));
	outb(0x61, (old & 0xc) | 1);
	pm = pm_timer();
	while (!(inb(0x61) & 0x20) && pm_since(pm) < PM_TIMER_HZ)
		pause();
	ticks = pm_since(pm);
	check(ticks > 23864u * 3 - 2000 && ticks < PM_TIMER_HZ, "pit-output-rises", "after %u ticks",
	      ticks);
	outb(0x61, old & 0xc);
}

/* How far LAPIC timer and TSC come in so many ticks of the PM timer. */
static u32 measure(u32 *lapic, u64 *tsc)
{
	u32 pm = pm_timer(), first = lapic_read(LAPIC_TMCCT), ticks;
	u64 start = rdtsc();

	delay_us(20000);
	ticks = pm_since(pm);
	*lapic = first - lapic_read(LAPIC_TMCCT);
	*tsc = rdtsc() - start;
	return ticks;
}

static void test_rates(void)
{
	u32 ticks = 0, lapic = 0, try;
	u64 tsc = 0, want = 0;

	lapic_write(LAPIC_TDCR, DIVIDE_BY_16);
	lapic_write(LAPIC_LVTT, LVT_MASKED | VECTOR);
	lapic_write(LAPIC_TMICT, ~0u);
	for (try = 0; try < TRIES; try++) {
		ticks = measure(&lapic, &tsc);
		want = div64((u64)ticks * tsc_khz(), PM_TIMER_HZ / 1000);
		if (near(tsc, want, 20))
			break;
	}
	print("# LAPIC timer %u kHz, TSC %u kHz\n",
	      (u32)div64((u64)lapic * 16 * (PM_TIMER_HZ / 1000), ticks), tsc_khz());
	check(try < TRIES, "tsc-steady", "%llu cycles in %u ticks, not %llu", tsc, ticks, want);
	if (!on_insula()) {
		skip("lapic-timer-rate", "known for Insula only");
		return;
	}
	for (try = 0; try < TRIES; try++) {
		ticks = measure(&lapic, &tsc);
		if (near((u64)lapic * 16, div64((u64)ticks * 1000000000, PM_TIMER_HZ), 50))
			break;
	}
	check(try < TRIES, "lapic-timer-rate", "%u counts in %u ticks", lapic, ticks);
}

static bool wait_fired(u32 wanted)
{
	u32 pm = pm_timer(), loops = 0;

	irq_enable();
	while (fired < wanted && loops < 5) {
		if (pm_since(pm) > PM_TIMER_HZ) {
			pm = pm_timer();
			loops++;
		}
		pause();
	}
	irq_disable();
	return fired >= wanted;
}

/* How much the LAPIC timer counts in 2 ms. */
static u32 lapic_2ms(void)
{
	u32 lapic;

	lapic_write(LAPIC_LVTT, LVT_MASKED | VECTOR);
	lapic_write(LAPIC_TMICT, ~0u);
	lapic = lapic_read(LAPIC_TMCCT);
	delay_us(20000);
	lapic -= lapic_read(LAPIC_TMCCT);
	lapic_write(LAPIC_TMICT, 0);
	return lapic / 10;
}

static void test_one_shot(void)
{
	u32 count = lapic_2ms(), early = 0, i;
	u64 start;

	fired = 0;
	lapic_write(LAPIC_LVTT, VECTOR);
	for (i = 0; i < 5; i++) {
		start = rdtsc();
		lapic_write(LAPIC_TMICT, count);
		if (!wait_fired(i + 1))
			break;
		if (fired_at - start < tsc_khz() * 3 / 2)	/* 1.5 of 2 ms */
			early++;
	}
	check(fired == 5, "lapic-one-shot", "fired %u times in %u", fired, i);
	check(!early, "lapic-not-early", "%u times", early);
	check(!lapic_read(LAPIC_TMCCT), "lapic-stands-at-zero", "%u", lapic_read(LAPIC_TMCCT));
	delay_us(6000);
	irq_enable();
	irq_disable();
	check(fired == 5, "lapic-fires-once", "%u", fired);
	lapic_write(LAPIC_TMICT, count);
	lapic_write(LAPIC_TMICT, 0);
	delay_us(6000);
	irq_enable();
	irq_disable();
	check(fired == 5, "lapic-stopped-by-zero", "%u", fired);
}

static void test_periodic(void)
{
	u32 count = lapic_2ms(), pm, ticks;

	fired = 0;
	lapic_write(LAPIC_LVTT, LVT_PERIODIC | VECTOR);
	pm = pm_timer();
	lapic_write(LAPIC_TMICT, count);
	wait_fired(20);
	ticks = pm_since(pm);
	lapic_write(LAPIC_LVTT, LVT_MASKED | VECTOR);
	/* 20 periods of 2 ms cannot be over before 40 ms are, bar one. */
	check(fired >= 20 && ticks > PM_TIMER_HZ / 1000 * 36, "lapic-periodic",
	      "%u in %u PM timer ticks", fired, ticks);
	lapic_write(LAPIC_TMICT, 0);
}

static void test_deadline(void)
{
	u32 a, b, c, d, early = 0, i;
	u64 when, got;

	cpuid(1, 0, &a, &b, &c, &d);
	if (!(c & 1 << 24)) {
		skip("tsc-deadline", "not offered");
		return;
	}
	fired = 0;
	lapic_write(LAPIC_LVTT, LVT_DEADLINE | VECTOR);
	asm volatile("mfence");
	/* So far away that no machine is slow enough to see it pass. */
	when = rdtsc() + 100000ULL * tsc_khz();
	wrmsr(MSR_TSC_DEADLINE, when);
	got = rdmsr(MSR_TSC_DEADLINE);
	check(got == when, "tsc-deadline-armed", "%llx, not %llx", got, when);
	for (i = 0; i < 5; i++) {
		when = rdtsc() + tsc_khz();
		wrmsr(MSR_TSC_DEADLINE, when);
		if (!wait_fired(i + 1))
			break;
		early += fired_at < when;
	}
	check(fired == 5, "tsc-deadline", "fired %u times", fired);
	check(!early, "tsc-deadline-not-early", "%u times", early);
	check(!rdmsr(MSR_TSC_DEADLINE), "tsc-deadline-cleared", "%llx", rdmsr(MSR_TSC_DEADLINE));
	wrmsr(MSR_TSC_DEADLINE, 1);
	check(wait_fired(6), "tsc-deadline-past", "did not fire");
	wrmsr(MSR_TSC_DEADLINE, rdtsc() + tsc_khz() * 20ULL);
	wrmsr(MSR_TSC_DEADLINE, 0);
	delay_us(40000);
	irq_enable();
	irq_disable();
	check(fired == 6, "tsc-deadline-disarmed", "%u", fired);
	lapic_write(LAPIC_LVTT, LVT_MASKED | VECTOR);
	wrmsr(MSR_TSC_DEADLINE, rdtsc() + 1);
	check(!rdmsr(MSR_TSC_DEADLINE), "tsc-deadline-in-other-mode", "%llx",
	      rdmsr(MSR_TSC_DEADLINE));
}

static u32 rtc_number(u8 reg)
{
	u8 v = rtc_read(reg);

	return rtc_read(0xb) & 4 ? v : (v >> 4) * 10 + (v & 15);
}

/* Wait for the next second to begin. */
static void next_second(void)
{
	u8 now = rtc_read(0);

	while (rtc_read(0) == now)
		pause();
}

static void test_rtc_rate(void)
{
	u32 pm, ticks = 0, try;

	next_second();
	for (try = 0; try < 4; try++) {
		pm = pm_timer();
		next_second();
		ticks = pm_since(pm);
		if (near(ticks, PM_TIMER_HZ, 20))
			break;
	}
	check(try < 4, "rtc-second", "%u PM timer ticks", ticks);
}

static u32 days_since_1970(u32 year, u32 month, u32 day)
{
	static const u16 before[] = { 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334 };
	u32 leaps = (year - 1969) / 4;	/* right until 2100 */

	return (year - 1970) * 365 + leaps + before[(month - 1) % 12] +
	       (month > 2 && year % 4 == 0) + day - 1;
}

static void test_rtc_date(void)
{
	u32 year = rtc_number(0x32) * 100 + rtc_number(9), now, epoch = 0;
	const char *given = argument("epoch");

	now = days_since_1970(year, rtc_number(8), rtc_number(7)) * 86400 + rtc_number(4) * 3600 +
	      rtc_number(2) * 60 + rtc_number(0);
	check(year >= 2020 && year < 2100, "rtc-year", "%u", year);
	check(rtc_read(0xd) & 0x80, "rtc-battery", "%x", rtc_read(0xd));
	while (given && *given >= '0' && *given <= '9')
		epoch = epoch * 10 + *given++ - '0';
	if (epoch)
		check(now - epoch < 60 || epoch - now < 60, "rtc-date", "%u, not %u", now, epoch);
}

static volatile u32 rtc_fired, rtc_flags;

static void on_rtc(struct frame *frame)
{
	rtc_fired++;
	rtc_flags |= rtc_read(0xc);
	pic_eoi(8);
}

static void test_rtc_periodic(void)
{
	u8 b = rtc_read(0xb), a = rtc_read(0xa), flags;
	u32 pm, ticks;

	trap_set(PIC_BASE + 8, on_rtc);
	lapic_write(LAPIC_LVT0, 0x700);
	rtc_write(0xa, (a & 0xf0) | 6);		/* 1024 Hz */
	rtc_read(0xc);
	rtc_write(0xb, b | 0x40);
	pic_mask(8, false);
	pm = pm_timer();
	irq_enable();
	while (rtc_fired < 50 && pm_since(pm) < PM_TIMER_HZ * 4)
		pause();
	irq_disable();
	ticks = pm_since(pm);
	pic_mask(8, true);
	rtc_write(0xb, b);
	check(rtc_fired >= 50, "rtc-periodic", "%u interrupts", rtc_fired);
	check(ticks > PM_TIMER_HZ / 1024 * 44, "rtc-periodic-rate", "50 in %u PM timer ticks", ticks);
	check((rtc_flags & 0xc0) == 0xc0, "rtc-flags", "%x", rtc_flags);
	rtc_read(0xc);
	flags = rtc_read(0xc);		/* the periodic flag may be set again, not the request */
	check(!(flags & 0x80), "rtc-flags-cleared", "%x", flags);
}

void guest_main(void)
{
	lapic_enable();
	lapic_write(LAPIC_TDCR, DIVIDE_BY_16);
	trap_set(VECTOR, on_timer);
	test_pm_timer();
	test_pit_against_pm();
	test_pit_gate();
	test_rates();
	test_one_shot();
	test_periodic();
	test_deadline();
	test_rtc_rate();
	test_rtc_date();
	test_rtc_periodic();
}
