// SPDX-License-Identifier: GPL-2.0-only
/*
 * apic.c - the local APIC in both of its modes, and the IOAPIC
 */
#include "guest.h"

#define X2APIC_MSR(reg)	(0x800 + ((reg) >> 4))

static bool in_x2apic_mode(void)
{
	return rdmsr(MSR_APIC_BASE) & APIC_BASE_X2;
}

static bool x2apic;		/* as the first CPU chose; the others follow */

void lapic_enable(void)
{
	wrmsr(MSR_APIC_BASE, rdmsr(MSR_APIC_BASE) | APIC_BASE_ON | (x2apic ? APIC_BASE_X2 : 0));
	lapic_write(LAPIC_TPR, 0);
	lapic_write(LAPIC_SVR, 0x100 | SPURIOUS_VECTOR);
}

bool has_x2apic(void)
{
	u32 a, b, c, d;

	cpuid(1, 0, &a, &b, &c, &d);
	return c & 1 << 21;
}

void x2apic_enable(void)
{
	x2apic = true;
	lapic_enable();
}

u32 lapic_read(u32 reg)
{
	return x2apic ? rdmsr(X2APIC_MSR(reg)) : read32(LAPIC + reg);
}

void lapic_write(u32 reg, u32 v)
{
	if (x2apic)
		wrmsr(X2APIC_MSR(reg), v);
	else
		write32(LAPIC + reg, v);
}

u32 lapic_id(void)
{
	return in_x2apic_mode() ? lapic_read(LAPIC_ID) : lapic_read(LAPIC_ID) >> 24;
}

void lapic_eoi(void)
{
	lapic_write(LAPIC_EOI, 0);
}

void lapic_icr(u32 destination, u32 low)
{
	u32 tries = 1000000;

	if (x2apic) {
		wrmsr(X2APIC_MSR(LAPIC_ICR), low | (u64)destination << 32);
		return;
	}
	lapic_write(LAPIC_ICR_HIGH, destination << 24);
	lapic_write(LAPIC_ICR, low);
	while (lapic_read(LAPIC_ICR) & ICR_PENDING && --tries)
		pause();
}

bool lapic_bit(u32 reg, u32 vector)
{
	return lapic_read(reg + (vector / 32) * 0x10) >> (vector % 32) & 1;
}

u32 ioapic_read(u32 reg)
{
	write32(IOAPIC, reg);
	return read32(IOAPIC + 0x10);
}

void ioapic_write(u32 reg, u32 v)
{
	write32(IOAPIC, reg);
	write32(IOAPIC + 0x10, v);
}

void ioapic_route(u32 pin, u32 low, u32 destination)
{
	ioapic_write(0x10 + 2 * pin, LVT_MASKED);
	ioapic_write(0x11 + 2 * pin, destination << 24);
	ioapic_write(0x10 + 2 * pin, low);
}
