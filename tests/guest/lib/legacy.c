// SPDX-License-Identifier: GPL-2.0-only
/*
 * legacy.c - 8259 pair, 8254, ACPI PM timer, CMOS clock
 */
#include "guest.h"

void pic_init(void)
{
	outb(0x20, 0x11);
	outb(0xa0, 0x11);
	outb(0x21, PIC_BASE);
	outb(0xa1, PIC_BASE + 8);
	outb(0x21, 4);
	outb(0xa1, 2);
	outb(0x21, 1);
	outb(0xa1, 1);
	outb(0x21, 0xff);
	outb(0xa1, 0xff);
}

void pic_mask(u32 irq, bool masked)
{
	u16 port = irq < 8 ? 0x21 : 0xa1;
	u8 bit = 1 << (irq & 7);

	outb(port, masked ? inb(port) | bit : inb(port) & ~bit);
	if (irq >= 8 && !masked)
		outb(0x21, inb(0x21) & ~4);
}

void pic_eoi(u32 irq)
{
	if (irq >= 8)
		outb(0xa0, 0x20);
	outb(0x20, 0x20);
}

void pit_program(u32 channel, u32 mode, u16 count)
{
	outb(0x43, channel << 6 | 3 << 4 | mode << 1);
	outb(0x40 + channel, count);
	outb(0x40 + channel, count >> 8);
}

u16 pit_read(u32 channel)
{
	u8 low;

	outb(0x43, channel << 6);
	low = inb(0x40 + channel);
	return low | inb(0x40 + channel) << 8;
}

u32 pm_timer(void)
{
	return inl(PM_TIMER_PORT) & 0xffffff;
}

/* How far the PM timer has come since before; it wraps after 4.7 s. */
static u32 pm_since(u32 before)
{
	return (pm_timer() - before) & 0xffffff;
}

void delay_us(u32 us)
{
	u32 start = pm_timer(), ticks = (u32)div64((u64)us * (PM_TIMER_HZ / 1000), 1000);

	while (pm_since(start) < ticks)
		pause();
}

u8 rtc_read(u8 reg)
{
	outb(0x70, reg);
	return inb(0x71);
}

void rtc_write(u8 reg, u8 v)
{
	outb(0x70, reg);
	outb(0x71, v);
}

u32 tsc_khz(void)
{
	static u32 khz;
	u64 before, cycles;
	u32 start, ticks;

	if (khz)
		return khz;
	start = pm_timer();
	before = rdtsc();
	while (pm_since(start) < PM_TIMER_HZ / 50)
		pause();
	cycles = rdtsc() - before;
	ticks = pm_since(start);
	khz = div64(cycles * (PM_TIMER_HZ / 1000), ticks);
	return khz;
}
