// SPDX-License-Identifier: GPL-2.0-only
/*
 * smp: all CPUs come up, IPIs go where they are sent, memory and time agree
 *
 * mode=x2apic: the same with the APICs in x2APIC mode.
 */
#include "guest.h"

#define VECTOR		0x40
#define SHOOT_VECTOR	0x41
#define ROUNDS		200
#define PAGE_VA		0x40000000UL

static volatile u32 received[MAX_APS + 1];
static u32 cpus;
static u32 id_to_cpu[256];

static u32 this_cpu(void)
{
	return id_to_cpu[lapic_id() & 0xff];
}

static void on_ipi(struct frame *frame)
{
	received[this_cpu()]++;
	lapic_eoi();
}

static u32 total(void)
{
	u32 i, sum = 0;

	for (i = 0; i < cpus; i++)
		sum += received[i];
	return sum;
}

static void forget(void)
{
	memset((void *)received, 0, sizeof(received));
	barrier();
}

static volatile u32 listeners;

/* What was sent before comes now, and not when one has begun to count. */
static void take_pending(void)
{
	irq_enable();
	asm volatile("nop");
	irq_disable();
	__sync_fetch_and_add(&listeners, 1);
}

/* Open for interrupts until *arg is set. */
static void listen(void *arg)
{
	volatile u32 *stop = arg;

	take_pending();
	irq_enable();
	while (!*stop)
		pause();
	irq_disable();
}

static void listen_halted(void *arg)
{
	volatile u32 *stop = arg;

	take_pending();
	while (!*stop)
		wait_irq();
}

static bool wait_total(u32 wanted)
{
	u32 ms = 5000;

	irq_enable();
	while (total() < wanted && ms--)
		delay_us(1000);
	delay_us(2000);
	irq_disable();
	return total() == wanted;
}

static volatile u32 stop_listening;

static void all_listen(void (*how)(void *))
{
	u32 i;

	stop_listening = 0;
	listeners = 0;
	for (i = 1; i < cpus; i++)
		smp_call(i, how, (void *)&stop_listening);
	wait_until(&listeners, cpus - 1, 5000);
	delay_us(5000);
	forget();
}

static bool all_stop(void)
{
	bool good = true;
	u32 i;

	stop_listening = 1;
	lapic_icr(0, ICR_OTHERS | ICR_ASSERT | VECTOR);
	for (i = 1; i < cpus; i++)
		good &= smp_wait(i);
	return good;
}

static void test_identities(void)
{
	u32 i, j, twice = 0;

	for (i = 0; i < cpus; i++)
		for (j = 0; j < i; j++)
			twice += smp_apic_id(i) == smp_apic_id(j);
	check(!twice, "apic-ids-differ", "%u do not", twice);
	check(rdmsr(MSR_APIC_BASE) & APIC_BASE_BSP, "bsp-flag", "clear");
}

static volatile u32 bsp_flags, wrong_ids;

static void look_at_self(void *arg)
{
	u32 a, b, c, d;

	cpuid(1, 0, &a, &b, &c, &d);
	if (b >> 24 != lapic_id())
		__sync_fetch_and_add(&wrong_ids, 1);
	if (rdmsr(MSR_APIC_BASE) & APIC_BASE_BSP)
		__sync_fetch_and_add(&bsp_flags, 1);
}

static void test_others(void)
{
	u32 i;

	for (i = 1; i < cpus; i++) {
		smp_call(i, look_at_self, NULL);
		smp_wait(i);
	}
	check(!bsp_flags, "bsp-flag-others", "%u have it", bsp_flags);
	check(!wrong_ids, "cpuid-apic-id", "%u are wrong", wrong_ids);
}

static void test_ipis(const char *how)
{
	u32 i, missed = 0;

	print("# others %s\n", how);
	for (i = 1; i < cpus; i++) {
		u32 before = received[i];

		lapic_icr(smp_apic_id(i), ICR_ASSERT | VECTOR);
		if (!wait_until(&received[i], before + 1, 5000))
			missed++;
	}
	check(!missed && total() == cpus - 1, "ipi-physical", "%u missed, %u in all", missed, total());
	forget();
	lapic_icr(0, ICR_OTHERS | ICR_ASSERT | VECTOR);
	check(wait_total(cpus - 1) && !received[0], "ipi-all-but-self", "%u, self %u", total(),
	      received[0]);
	forget();
	lapic_icr(0, ICR_ALL | ICR_ASSERT | VECTOR);
	check(wait_total(cpus), "ipi-all", "%u", total());
	forget();
}

static void set_logical(void *arg)
{
	lapic_write(LAPIC_DFR, ~0u);
	lapic_write(LAPIC_LDR, 1u << (24 + this_cpu()));
}

static void test_logical(void)
{
	u32 i, spread = 0;

	if (cpus > 8 || rdmsr(MSR_APIC_BASE) & APIC_BASE_X2)
		return;
	set_logical(NULL);
	for (i = 1; i < cpus; i++) {
		smp_call(i, set_logical, NULL);
		smp_wait(i);
	}
	all_listen(listen);
	lapic_icr(1 << (cpus - 1) | 1, ICR_LOGICAL | ICR_ASSERT | VECTOR);
	check(wait_total(2) && received[0] == 1 && received[cpus - 1] == 1, "ipi-logical",
	      "%u, first %u, last %u", total(), received[0], received[cpus - 1]);
	forget();
	for (i = 0; i < 20; i++) {
		lapic_icr((1 << cpus) - 2, ICR_LOGICAL | ICR_LOWEST | ICR_ASSERT | VECTOR);
		delay_us(500);
	}
	delay_us(5000);
	for (i = 0; i < cpus; i++)
		spread += received[i] != 0;
	check(total() <= 20 && total() > 0 && !received[0], "ipi-lowest-priority",
	      "%u for 20 sent, self %u, on %u CPUs", total(), received[0], spread);
	all_stop();
}

/* Each CPU reads through a mapping that the first one changes under it. */
static volatile u32 seen[MAX_APS + 1], shot[MAX_APS + 1], wanted_value;
static u8 pages[2][4096] __attribute__((aligned(4096)));

static void on_shootdown(struct frame *frame)
{
	invlpg(PAGE_VA);
	shot[this_cpu()]++;
	lapic_eoi();
}

static void read_mapping(void *arg)
{
	volatile u32 *p = (volatile u32 *)PAGE_VA;
	volatile u32 *stop = arg;
	u32 me = this_cpu();

	paging_join();
	take_pending();
	irq_enable();
	while (!*stop)
		seen[me] = *p;
	irq_disable();
}

static void test_shootdown(void)
{
	u32 round, i, stale = 0, lost = 0;

	*(u32 *)pages[0] = 1;
	*(u32 *)pages[1] = 2;
	map_page(PAGE_VA, (ulong)pages[0], PTE_TABLE);
	all_listen(read_mapping);
	for (round = 1; round <= ROUNDS; round++) {
		map_page(PAGE_VA, (ulong)pages[round & 1], PTE_TABLE);
		lapic_icr(0, ICR_OTHERS | ICR_ASSERT | SHOOT_VECTOR);
		for (i = 1; i < cpus; i++) {
			lost += !wait_until(&shot[i], round, 5000);
			seen[i] = 0;
			wait_until(&seen[i], 1, 5000);
			/* one value may have been on its way */
			if (seen[i] != (round & 1) + 1) {
				seen[i] = 0;
				wait_until(&seen[i], 1, 5000);
				stale += seen[i] != (round & 1) + 1;
			}
		}
		if (lost)
			break;
	}
	check(!lost, "shootdown-ipis", "lost in round %u", round);
	check(!stale, "shootdown-mappings", "%u stale in %u rounds", stale, ROUNDS);
	all_stop();
}

/* TSC ping-pong: what the other wrote lies in the past. */
static volatile u64 ball;
static volatile u32 turn, tsc_backwards;

static void play(u32 me)
{
	u32 i;

	for (i = 0; i < ROUNDS; i++) {
		while (turn != me)
			pause();
		if (rdtsc() < ball)
			tsc_backwards++;
		ball = rdtsc();
		barrier();
		turn = !me;
	}
}

static void play_other(void *arg)
{
	play(1);
}

static void test_tsc(void)
{
	u32 i;

	for (i = 1; i < cpus; i++) {
		ball = 0;
		turn = 0;
		smp_call(i, play_other, NULL);
		play(0);
		smp_wait(i);
	}
	check(!tsc_backwards, "tsc-across-cpus", "%u times in the future", tsc_backwards);
}

static volatile u32 sum, arrived;

static void add_many(void *arg)
{
	u32 i;

	for (i = 0; i < 10000; i++)
		__sync_fetch_and_add(&sum, 1);
	__sync_fetch_and_add(&arrived, 1);
}

static void test_atomics(void)
{
	u32 i;

	for (i = 1; i < cpus; i++)
		smp_call(i, add_many, NULL);
	add_many(NULL);
	wait_until(&arrived, cpus, 60000);
	check(sum == 10000 * cpus, "locked-add", "%u, not %u", sum, 10000 * cpus);
}

static volatile u32 nmis;

static void on_nmi(struct frame *frame)
{
	__sync_fetch_and_add(&nmis, 1);
}

static void spin_deaf(void *arg)
{
	volatile u32 *stop = arg;

	while (!*stop)
		pause();
}

static void halt_deaf(void *arg)
{
	while (!nmis)
		asm volatile("cli; hlt");
}

static void test_nmi(void)
{
	u32 i;

	trap_set(NMI, on_nmi);
	all_listen(spin_deaf);
	lapic_icr(0, ICR_OTHERS | ICR_NMI | ICR_ASSERT);
	check(wait_until(&nmis, cpus - 1, 5000), "nmi-with-interrupts-off", "%u", nmis);
	stop_listening = 1;
	for (i = 1; i < cpus; i++)
		smp_wait(i);
	nmis = 0;
	smp_call(1, halt_deaf, NULL);
	delay_us(20000);
	lapic_icr(smp_apic_id(1), ICR_NMI | ICR_ASSERT);
	check(wait_until(&nmis, 1, 5000) && smp_wait(1), "nmi-wakes-halted", "%u", nmis);
}

static volatile u32 beat;

static void count_forever(void *arg)
{
	for (;;) {
		beat++;
		pause();
	}
}

static void test_init(void)
{
	u32 before, up = cpus_up;
	u32 last = cpus - 1, id = smp_apic_id(last);

	smp_call(last, count_forever, NULL);
	wait_until(&beat, 100, 5000);
	lapic_icr(id, ICR_INIT | ICR_ASSERT);
	delay_us(20000);
	before = beat;
	delay_us(20000);
	check(beat == before && before >= 100, "init-stops-a-cpu", "it counts on, %u to %u", before,
	      beat);
	lapic_icr(id, ICR_STARTUP | AP_TRAMPOLINE >> 12);
	check(wait_until(&cpus_up, up + 1, 10000), "startup-after-init", "did not come");
}

void guest_main(void)
{
	const char *mode = argument("mode");
	u32 i;

	lapic_enable();
	if (mode && !strcmp(mode, "x2apic")) {
		if (!has_x2apic()) {
			skip("x2apic", "not offered");
			return;
		}
		x2apic_enable();
	}
	trap_set(VECTOR, on_ipi);
	trap_set(SHOOT_VECTOR, on_shootdown);
	paging_enable();
	cpus = cpu_count();
	print("# %u CPUs\n", cpus);
	if (!check(smp_start() == cpus - 1, "startup", "%u of %u came", cpus_up, cpus - 1) || cpus < 2)
		return;
	for (i = 0; i < cpus; i++)
		id_to_cpu[smp_apic_id(i) & 0xff] = i;
	test_identities();
	test_others();
	all_listen(listen);
	test_ipis("spinning");
	check(all_stop(), "listeners-stop", "some do not");
	all_listen(listen_halted);
	test_ipis("halted");
	check(all_stop(), "listeners-stop", "some do not");
	test_logical();
	test_shootdown();
	test_tsc();
	test_atomics();
	test_nmi();
	test_init();
}
