// SPDX-License-Identifier: GPL-2.0-only
/*
 * bench: what the usual reasons to leave a guest cost, in cycles of the guest's TSC (one
 * instruction each where the host counts instructions)
 *
 * n=N: operations a loop. do=ipi: between two CPUs only, do=ipi-spinning: of which the other one
 * spins, so that the host needs two; do=ram-fault: first touches of RAM; do=NAME: only that
 * operation. Prints `bench NAME CYCLES`,
 * least of five loops.
 */
#include "guest.h"

#define VECTOR		0x40
#define LOOPS		5
#define FRESH		(64UL << 20)

static volatile u32 got;
static u32 n = 200;

static void on_tick(struct frame *frame)
{
	got++;
	lapic_eoi();
}

static void nothing(void)
{
	barrier();
}

static void do_cpuid(void)
{
	u32 a, b, c, d;

	cpuid(0, 0, &a, &b, &c, &d);
}

static void do_port_61(void)
{
	inb(0x61);
}

static void do_pm_timer(void)
{
	inl(PM_TIMER_PORT);
}

static void do_unclaimed(void)
{
	outb(0x80, 0);
}

static void do_uart_status(void)
{
	inb(0x3fd);
}

static void do_apic_mmio(void)
{
	read32(LAPIC + LAPIC_VERSION);
}

static void do_ioapic_mmio(void)
{
	read32(IOAPIC);
}

static void do_msr(void)
{
	wrmsr(0xc0000103, 1);
}

static void do_self_ipi(void)
{
	u32 before = got;

	wrmsr(0x83f, VECTOR);
	asm volatile("sti; nop; cli");
	while (got == before)
		irq_enable();
	irq_disable();
}

static void do_deadline(void)
{
	u32 before = got;

	wrmsr(MSR_TSC_DEADLINE, 1);
	while (got == before)
		asm volatile("sti; nop; cli");
}

/* Halt until the timer, armed a little ahead, wakes us; the wait is taken off. */
static u64 waited;

static void do_halt(void)
{
	u64 when = rdtsc() + 20000;
	u32 before = got;

	wrmsr(MSR_TSC_DEADLINE, when);
	while (got == before)
		wait_irq();
	waited += 20000;
}

static void measure(const char *name, void (*fn)(void))
{
	u64 best = ~0ULL, empty = ~0ULL;
	u32 loop, i;

	for (loop = 0; loop < LOOPS; loop++) {
		u64 start = rdtsc(), cycles;

		for (i = 0; i < n; i++)
			nothing();
		cycles = rdtsc() - start;
		if (cycles < empty)
			empty = cycles;
		waited = 0;
		start = rdtsc();
		for (i = 0; i < n; i++)
			fn();
		cycles = rdtsc() - start;
		cycles = cycles > waited ? cycles - waited : 0;
		if (cycles < best)
			best = cycles;
	}
	best = best > empty ? best - empty : 0;
	print("bench %s %llu\n", name, div64(best, n));
}

/* Memory that nobody has touched: each page needs one from the host. */
static void measure_fault(const char *name, ulong at, ulong step, u32 count)
{
	u64 best = ~0ULL, start, cycles;
	u32 loop, i;

	for (loop = 0; loop < LOOPS; loop++) {
		start = rdtsc();
		for (i = 0; i < count; i++, at += step)
			*(volatile u32 *)at = 1;
		cycles = rdtsc() - start;
		if (cycles < best)
			best = cycles;
	}
	print("bench %s %llu\n", name, div64(best, count));
}

static void measure_faults(void)
{
	measure_fault("ram-fault-in-order", FRESH, 0x1000, 512);
	measure_fault("ram-fault-64k-apart", FRESH + (10UL << 20), 0x10000, 32);
}

/* There and back between two CPUs, the other one spinning or halted. */
static volatile u32 pings, stop;

static void on_ping(struct frame *frame)
{
	pings++;
	lapic_eoi();
}

static void answer_spinning(void *arg)
{
	irq_enable();
	while (!stop)
		pause();
	irq_disable();
}

static void answer_halted(void *arg)
{
	while (!stop)
		wait_irq();
}

static void measure_ipi(const char *name, void (*other)(void *))
{
	u64 start;
	u32 i, before;

	stop = 0;
	smp_call(1, other, NULL);
	delay_us(2000);
	start = rdtsc();
	for (i = 0; i < n; i++) {
		before = pings;
		lapic_icr(smp_apic_id(1), ICR_ASSERT | (VECTOR + 1));
		while (pings == before)
			pause();
	}
	print("bench %s %llu\n", name, div64(rdtsc() - start, n));
	stop = 1;
	lapic_icr(smp_apic_id(1), ICR_ASSERT | (VECTOR + 1));
	smp_wait(1);
}

static u32 number(const char *text)
{
	u32 v = 0;

	while (text && *text >= '0' && *text <= '9')
		v = v * 10 + *text++ - '0';
	return v;
}

static const struct operation {
	const char *name;
	void (*fn)(void);
	enum { ALWAYS, X2APIC, DEADLINE } needs;
} operations[] = {
	{ "cpuid", do_cpuid, ALWAYS },
	{ "in-port-61", do_port_61, ALWAYS },
	{ "in-pm-timer", do_pm_timer, ALWAYS },
	{ "in-uart-status", do_uart_status, ALWAYS },
	{ "out-unclaimed", do_unclaimed, ALWAYS },
	{ "lapic-mmio-read", do_apic_mmio, ALWAYS },
	{ "ioapic-mmio-read", do_ioapic_mmio, ALWAYS },
	{ "wrmsr-tsc-aux", do_msr, ALWAYS },
	{ "x2apic-self-ipi", do_self_ipi, X2APIC },
	{ "tsc-deadline-past", do_deadline, DEADLINE },
	{ "hlt-timer-wake", do_halt, DEADLINE },
};

static bool has_deadline(void)
{
	u32 a, b, c, d;

	cpuid(1, 0, &a, &b, &c, &d);
	return c & 1 << 24;
}

/* What the operation needs from here on. Return: is it there? */
static bool prepare(const struct operation *op)
{
	switch (op->needs) {
	case X2APIC:
		if (!has_x2apic())
			return false;
		x2apic_enable();
		return true;
	case DEADLINE:
		if (!has_deadline())
			return false;
		lapic_write(LAPIC_LVTT, LVT_DEADLINE | VECTOR);
		return true;
	default:
		return true;
	}
}

static void measure_one_cpu(const char *only)
{
	u32 i;

	print("bench hello 0\n");
	for (i = 0; i < sizeof(operations) / sizeof(operations[0]); i++) {
		const struct operation *op = &operations[i];

		if ((!only || !strcmp(only, op->name)) && prepare(op))
			measure(op->name, op->fn);
	}
}

void guest_main(void)
{
	const char *what;

	if (argument("n"))
		n = number(argument("n"));
	lapic_enable();
	trap_set(VECTOR, on_tick);
	trap_set(VECTOR + 1, on_ping);
	what = argument("do");
	if (what && !strcmp(what, "ram-fault")) {
		measure_faults();
	} else if (!what || (strcmp(what, "ipi") && strcmp(what, "ipi-spinning"))) {
		measure_one_cpu(what);
	} else if (smp_start()) {
		if (!strcmp(what, "ipi-spinning"))
			measure_ipi("ipi-to-spinning", answer_spinning);
		measure_ipi("ipi-to-halted", answer_halted);
	}
}
