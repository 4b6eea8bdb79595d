// SPDX-License-Identifier: GPL-2.0-only
/*
 * play: a guest that does as it is told, do=NAME, so that tests of the tool need no Linux
 */
#include "guest.h"

#define COM1		0x3f8
#define PAGE_WORDS	(4096 / sizeof(ulong))
#define PM1_STATUS	0x600
#define PM1_ENABLE	0x602
#define PM1_CONTROL	0x604
#define POWER_BUTTON	(1 << 8)

static u32 number(const char *name, u32 usual)
{
	const char *text = argument(name);
	u32 n = 0;

	if (!text)
		return usual;
	while (*text >= '0' && *text <= '9')
		n = n * 10 + *text++ - '0';
	return n;
}

static void power_off(void)
{
	outw(PM1_CONTROL, 1 << 13 | 5 << 10);
}

static void reset_by_port(void)
{
	outb(0xcf9, 2);
	outb(0xcf9, 6);
}

static void reset_by_keyboard(void)
{
	outb(0x64, 0xfe);
}

static void leave(void)
{
	outb(0xf4, number("code", 0));
}

static void tick(struct frame *frame)
{
	lapic_eoi();
}

/* For ever, but with hardly any CPU time. */
static void idle(void)
{
	lapic_enable();
	trap_set(0x40, tick);
	lapic_write(LAPIC_TDCR, 0xb);
	lapic_write(LAPIC_LVTT, LVT_PERIODIC | 0x40);
	lapic_write(LAPIC_TMICT, 100000000);
	print("idle\n");
	for (;;)
		wait_irq();
}

/*
 * All CPUs, all the time, without ever leaving the guest by themselves. Where an emulator's clock
 * counts instructions, time passes sooner with many of them in a row that cost it nothing.
 */
static void spin(void *arg)
{
	for (;;)
		asm volatile(".fill 250, 1, 0x90" : : : "memory");
}

static void hog(void)
{
	u32 i, others = smp_start();

	for (i = 1; i <= others; i++)
		smp_call(i, spin, NULL);
	print("hog\n");
	spin(NULL);
}

/* run=US at work, then sleep=US halted, and again. */
static void nap(void)
{
	u32 run = number("run", 100), sleep = number("sleep", 5000);

	lapic_enable();
	trap_set(0x40, tick);
	lapic_write(LAPIC_TDCR, 0xb);
	lapic_write(LAPIC_LVTT, 0x40);
	print("nap\n");
	for (;;) {
		lapic_write(LAPIC_TMICT, sleep * 1000);
		wait_irq();
		delay_us(run);
	}
}

/* Until somebody presses the button. */
static void wait_for_button(void)
{
	outw(PM1_STATUS, POWER_BUTTON);
	outw(PM1_ENABLE, POWER_BUTTON);
	print("waiting for the button\n");
	while (!(inw(PM1_STATUS) & POWER_BUTTON))
		delay_us(1000);
	outw(PM1_STATUS, POWER_BUTTON);
	print("power button\n");
	power_off();
}

/* The button as an interrupt: SCI is GSI 9, level. */
static volatile u32 pressed;

static void on_sci(struct frame *frame)
{
	pressed = inw(PM1_STATUS) & POWER_BUTTON;
	outw(PM1_STATUS, POWER_BUTTON);
	lapic_eoi();
}

static void wait_for_sci(void)
{
	lapic_enable();
	trap_set(0x49, on_sci);
	ioapic_route(9, LVT_LEVEL | 0x49, lapic_id());
	outw(PM1_ENABLE, POWER_BUTTON);
	print("waiting for the interrupt\n");
	while (!pressed)
		wait_irq();
	print("power button\n");
	power_off();
}

/* Says everything back, until q. */
static void echo(void)
{
	u8 c;

	print("echo\n");
	do {
		while (!(inb(COM1 + 5) & 1))
			pause();
		c = inb(COM1);
		print("%c", c);
	} while (c != 'q');
	print("\n");
	power_off();
}

/* A line every so often. */
static void count(void)
{
	u32 i, n = number("n", 1000000), ms = number("ms", 100);

	for (i = 1; i <= n; i++) {
		print("count %u\n", i);
		delay_us(ms * 1000);
	}
	power_off();
}

/* Touch so many MiB of memory from 16 MiB on, check them, stay, or crash. */
static void touch(void)
{
	ulong start = 16UL << 20, end = start + ((ulong)number("mb", 16) << 20), p;
	u32 wrong = 0;

	for (p = start; p < end; p += 4096)
		*(volatile ulong *)p = p ^ 0x5a5a5a5a;
	for (p = start; p < end; p += 4096)
		wrong += *(volatile ulong *)p != (p ^ 0x5a5a5a5a);
	check(!wrong, "touch", "%u pages are wrong", wrong);
	print("touched\n");
	if (number("crash", 0))
		triple_fault();
	if (number("stay", 1))
		idle();
}

/*
 * What is in a page that was written in so many rounds: one word all over, which zram keeps as that word. To
 * compress anything else takes an emulated host more instructions than all the rest.
 */
static ulong hoard_word(ulong page, u32 round)
{
	return page * 0x9e3779b97f4a7c15 + round;
}

static void hoard_write(ulong page, u32 round)
{
	ulong word = hoard_word(page, round), *p = (ulong *)page, i;

	for (i = 0; i < PAGE_WORDS; i++)
		p[i] = word;
}

static bool hoard_has(ulong page, u32 round)
{
	ulong word = hoard_word(page, round), *p = (ulong *)page, off = 0, i;

	for (i = 0; i < PAGE_WORDS; i++)
		off |= p[i] ^ word;
	return !off;
}

/* Halted for a moment. Return: @mb if something has been typed meanwhile, else @work. */
static u32 hoard_rest(u32 work, u32 mb)
{
	lapic_write(LAPIC_TMICT, 10000000);
	wait_irq();
	if (!(inb(COM1 + 5) & 1))
		return work;
	inb(COM1);
	return mb;
}

/*
 * mb=MiB from 16 MiB on are filled; then round after round each page of the first work=MiB (all) is checked
 * and changed. A byte on the console, and from then on it is all of them. Without work: halted till then.
 * A round ends with a line and a short rest.
 */
static void hoard(void)
{
	u32 mb = number("mb", 16), work = number("work", mb), worked = work, round, wrong;
	ulong start = 16UL << 20, p;

	lapic_enable();
	trap_set(0x40, tick);
	lapic_write(LAPIC_TDCR, 0xb);
	lapic_write(LAPIC_LVTT, 0x40);
	for (p = start; p < start + ((ulong)mb << 20); p += 4096)
		hoard_write(p, 0);
	print("hoarded\n");
	for (round = 1;; round++) {
		do
			work = hoard_rest(work, mb);
		while (!work);
		wrong = 0;
		for (p = start; p < start + ((ulong)work << 20); p += 4096) {
			wrong += !hoard_has(p, p < start + ((ulong)worked << 20) ? round - 1 : 0);
			hoard_write(p, round);
		}
		worked = work;
		print("round %u: %u wrong\n", round, wrong);
		if (wrong)
			check(false, "hoard", "%u pages are wrong in round %u", wrong, round);
	}
}

/* A word that only fresh RAM is without. */
static void fresh(void)
{
	ulong start = 2UL << 20, end = start + ((ulong)number("mb", 16) << 20), p;
	u32 stale = 0;

	for (p = (start > 4UL << 20) ? start : 4UL << 20; p < end; p += 64)
		stale += *(volatile ulong *)p != 0;
	check(!stale, "memory-is-zero", "%u words are not", stale);
	for (p = 4UL << 20; p < end; p += 4096)
		*(volatile ulong *)p = 0xdeadbeef;
}

/* Fast boots: resets itself until told to stop from outside. */
static void reboot(void)
{
	print("boot\n");
	reset_by_port();
	delay_us(1000000);
}

static const struct {
	const char *name;
	void (*fn)(void);
} plays[] = {
	{ "poweroff", power_off },
	{ "reset-port", reset_by_port },
	{ "reset-keyboard", reset_by_keyboard },
	{ "exit", leave },
	{ "idle", idle },
	{ "hog", hog },
	{ "nap", nap },
	{ "button", wait_for_button },
	{ "sci", wait_for_sci },
	{ "echo", echo },
	{ "count", count },
	{ "touch", touch },
	{ "hoard", hoard },
	{ "fresh", fresh },
	{ "reboot", reboot },
};

void guest_main(void)
{
	const char *what;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(plays); i++) {
		what = argument("do");
		if (what && !strcmp(what, plays[i].name)) {
			plays[i].fn();
			return;
		}
	}
	check(false, "play", "no such thing to do");
}
