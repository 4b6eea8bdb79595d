// SPDX-License-Identifier: GPL-2.0-only
/*
 * cpus.c - starting the other CPUs and giving them work
 *
 * Each of them loops over a mailbox. Work is a function that returns; the number of a CPU
 * is the order in which it arrived, the first CPU being 0.
 */
#include "guest.h"

extern u8 trampoline[], trampoline_end[];
void ap_main(u32 cpu);

static struct {
	void (*volatile fn)(void *);
	void *volatile arg;
	volatile u32 apic_id;
} mailbox[MAX_APS + 1];

volatile u32 cpus_up;

void ap_main(u32 cpu)
{
	trap_load();
	lapic_enable();
	mailbox[cpu].apic_id = lapic_id();
	__sync_fetch_and_add(&cpus_up, 1);
	for (;;) {
		if (mailbox[cpu].fn) {
			mailbox[cpu].fn(mailbox[cpu].arg);
			barrier();
			mailbox[cpu].fn = NULL;
		}
		pause();
	}
}

bool wait_until(volatile u32 *value, u32 wanted, u32 ms)
{
	while (*value < wanted && ms--)
		delay_us(1000);
	return *value >= wanted;
}

u32 smp_start(void)
{
	u32 others = cpu_count() - 1, i, before = cpus_up;
	u32 me = lapic_id();

	memcpy((void *)AP_TRAMPOLINE, trampoline, trampoline_end - trampoline);
	mailbox[0].apic_id = me;
	for (i = 0; i <= others; i++) {
		u32 id = madt_apic_id(i);

		if (id == me)
			continue;
		lapic_icr(id, ICR_INIT | ICR_ASSERT);
		delay_us(10000);
		lapic_icr(id, ICR_STARTUP | AP_TRAMPOLINE >> 12);
		before++;
		if (!wait_until(&cpus_up, before, 200))
			lapic_icr(id, ICR_STARTUP | AP_TRAMPOLINE >> 12);
		wait_until(&cpus_up, before, 5000);
	}
	return cpus_up;
}

u32 smp_apic_id(u32 cpu)
{
	return mailbox[cpu].apic_id;
}

void smp_call(u32 cpu, void (*fn)(void *), void *arg)
{
	mailbox[cpu].arg = arg;
	barrier();
	mailbox[cpu].fn = fn;
}

bool smp_wait(u32 cpu)
{
	u32 ms = 60000;

	while (mailbox[cpu].fn && ms--)
		delay_us(1000);
	return !mailbox[cpu].fn;
}
