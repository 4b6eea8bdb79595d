// SPDX-License-Identifier: GPL-2.0-only
/*
 * irq: interrupt controllers and the CPU's own rules about when an interrupt may come
 *
 * Interrupts are made on purpose (self IPI, the UART's empty transmitter, the PIT), so no
 * check here depends on how fast time passes.
 */
#include "guest.h"

#define COM1		0x3f8
#define IER		(COM1 + 1)
#define IRQ_UART	4
#define VEC_A		0x40
#define VEC_B		0x51
#define VEC_C		0x62

static volatile u32 count[256];
static volatile u32 uart_limit;
static volatile ulong last_ip;
static bool insula;

static void count_and_eoi(struct frame *frame)
{
	count[frame->vector]++;
	last_ip = frame->ip;
	lapic_eoi();
}

static void count_pic(struct frame *frame)
{
	count[frame->vector]++;
	if (count[frame->vector] == uart_limit)
		outb(IER, 0);
	if (frame->vector == PIC_BASE + IRQ_UART)
		inb(COM1 + 2);
	pic_eoi(frame->vector - PIC_BASE);
}

static void clear(void)
{
	memset((void *)count, 0, sizeof(count));
	barrier();
}

/* Give what is pending the chance to come. */
static void open_window(void)
{
	u32 i;

	irq_enable();
	for (i = 0; i < 200; i++)
		inb(0x80);
	irq_disable();
}

static void wait_count(u32 vector, u32 wanted)
{
	u32 ms = 5000;

	irq_enable();
	while (count[vector] < wanted && ms--)
		delay_us(1000);
	irq_disable();
}

static void self_ipi(u32 vector)
{
	lapic_icr(0, ICR_SELF | ICR_ASSERT | vector);
}

static void test_pic_pit(void)
{
	lapic_write(LAPIC_LVT0, 0x700);		/* ExtINT */
	trap_set(PIC_BASE, count_pic);
	clear();
	pit_program(0, 2, 1193);
	pic_mask(0, false);
	wait_count(PIC_BASE, 10);
	check(count[PIC_BASE] >= 10, "pic-pit-rate", "%u interrupts", count[PIC_BASE]);
	pic_mask(0, true);
	open_window();
	clear();
	delay_us(5000);
	open_window();
	check(!count[PIC_BASE], "pic-masked", "%u interrupts", count[PIC_BASE]);
	pit_program(0, 0, 0xffff);		/* output low, for 55 ms */
	pic_mask(0, false);
	open_window();				/* what was latched before */
	clear();
	pit_program(0, 0, 1193);
	wait_count(PIC_BASE, 1);
	delay_us(5000);
	open_window();
	check(count[PIC_BASE] == 1, "pic-pit-one-shot", "%u interrupts", count[PIC_BASE]);
	pic_mask(0, true);
}

/* An empty transmitter asks when it is enabled to. */
static void test_pic_uart(void)
{
	u32 plain;

	trap_set(PIC_BASE + IRQ_UART, count_pic);
	clear();
	uart_limit = 0;
	pic_mask(IRQ_UART, false);
	outb(IER, 2);
	open_window();
	outb(IER, 0);				/* before any text */
	plain = count[PIC_BASE + IRQ_UART];
	pic_mask(IRQ_UART, true);
	clear();
	outb(IER, 2);				/* an edge while masked is kept */
	pic_mask(IRQ_UART, false);
	open_window();
	outb(IER, 0);
	pic_mask(IRQ_UART, true);
	check(plain == 1, "pic-uart", "%u interrupts", plain);
	check(count[PIC_BASE + IRQ_UART] == 1, "pic-edge-while-masked", "%u interrupts",
	      count[PIC_BASE + IRQ_UART]);
}

/* While IRQ 0 is in service, IRQ 4 waits for the EOI. */
static void hold_pit(struct frame *frame)
{
	count[frame->vector]++;
	outb(IER, 2);
	open_window();
	count[1] = count[PIC_BASE + IRQ_UART];
	pic_eoi(0);
	open_window();
	count[2] = count[PIC_BASE + IRQ_UART];
}

static void test_pic_priority(void)
{
	trap_set(PIC_BASE, hold_pit);
	clear();
	pic_mask(IRQ_UART, false);
	pit_program(0, 0, 100);
	pic_mask(0, false);
	wait_count(PIC_BASE, 1);
	outb(IER, 0);
	pic_mask(0, true);
	pic_mask(IRQ_UART, true);
	check(!count[1] && count[2] == 1, "pic-priority", "%u before the EOI, %u after", count[1],
	      count[2]);
	pic_init();
}

static void test_ioapic_edge(void)
{
	lapic_write(LAPIC_LVT0, LVT_MASKED);
	trap_set(VEC_A, count_and_eoi);
	clear();
	pit_program(0, 2, 1193);
	ioapic_route(2, VEC_A, lapic_id());
	wait_count(VEC_A, 10);
	check(count[VEC_A] >= 10, "ioapic-edge", "%u interrupts", count[VEC_A]);
	ioapic_route(2, LVT_MASKED | VEC_A, lapic_id());
	open_window();
	clear();
	delay_us(5000);
	open_window();
	check(!count[VEC_A], "ioapic-masked", "%u interrupts", count[VEC_A]);
	pit_program(0, 0, 0xffff);
	check((ioapic_read(1) >> 16 & 0xff) == 23, "ioapic-version", "%x", ioapic_read(1));
	ioapic_write(0x10 + 2 * 5, 0x0001a9ff);
	check((ioapic_read(0x10 + 2 * 5) & 0x1ffff) == 0x1a9ff, "ioapic-entry-read-back", "%x",
	      ioapic_read(0x10 + 2 * 5));
	ioapic_write(0x10 + 2 * 5, LVT_MASKED);
}

static void level_handler(struct frame *frame)
{
	count[frame->vector]++;
	if (count[frame->vector] == uart_limit)
		outb(IER, 0);
	if (count[frame->vector] == 1)
		count[1] = ioapic_read(0x10 + 2 * IRQ_UART) >> 14 & 1;
	lapic_eoi();
}

static void test_ioapic_level(void)
{
	trap_set(VEC_A, level_handler);
	clear();
	uart_limit = 3;
	ioapic_route(IRQ_UART, LVT_LEVEL | VEC_A, lapic_id());
	outb(IER, 2);
	open_window();
	check(count[VEC_A] == 3, "ioapic-level", "%u interrupts, not one an EOI", count[VEC_A]);
	check(count[1] == 1, "ioapic-remote-irr", "clear in the handler");
	check(!(ioapic_read(0x10 + 2 * IRQ_UART) >> 14 & 1), "ioapic-remote-irr-after", "still set");
	ioapic_route(IRQ_UART, LVT_MASKED | LVT_LEVEL | VEC_A, lapic_id());
	clear();
	outb(IER, 2);
	open_window();
	count[2] = count[VEC_A];
	uart_limit = 1;
	ioapic_route(IRQ_UART, LVT_LEVEL | VEC_A, lapic_id());
	open_window();
	ioapic_route(IRQ_UART, LVT_MASKED, lapic_id());
	outb(IER, 0);
	check(!count[2], "ioapic-level-masked", "%u interrupts", count[2]);
	check(count[VEC_A] == 1, "ioapic-level-unmasked", "%u interrupts", count[VEC_A]);
}

static void test_self_ipi(const char *mode)
{
	trap_set(VEC_A, count_and_eoi);
	trap_set(VEC_B, count_and_eoi);
	clear();
	print("# %s\n", mode);
	self_ipi(VEC_A);
	check(lapic_bit(LAPIC_IRR, VEC_A), "ipi-pending-in-irr", "clear");
	open_window();
	check(count[VEC_A] == 1, "ipi-self", "%u interrupts", count[VEC_A]);
	check(!lapic_bit(LAPIC_IRR, VEC_A) && !lapic_bit(LAPIC_ISR, VEC_A), "ipi-done", "IRR %u ISR %u",
	      lapic_bit(LAPIC_IRR, VEC_A), lapic_bit(LAPIC_ISR, VEC_A));
	lapic_icr(lapic_id(), ICR_ASSERT | VEC_B);
	open_window();
	check(count[VEC_B] == 1, "ipi-to-own-id", "%u interrupts", count[VEC_B]);
	clear();
	self_ipi(VEC_A);
	self_ipi(VEC_A);
	self_ipi(VEC_B);
	open_window();
	check(count[VEC_A] == 1 && count[VEC_B] == 1, "ipi-merged", "%u and %u", count[VEC_A],
	      count[VEC_B]);
	lapic_icr(0, ICR_ALL | ICR_ASSERT | VEC_A);
	open_window();
	check(count[VEC_A] == 2, "ipi-all-with-self", "%u interrupts", count[VEC_A]);
}

static void test_task_priority(void)
{
	ulong cr8;

	clear();
	lapic_write(LAPIC_TPR, 0x40);
	self_ipi(VEC_A);
	self_ipi(VEC_B);
	open_window();
	check(!count[VEC_A] && count[VEC_B] == 1, "tpr-blocks", "%u and %u interrupts", count[VEC_A],
	      count[VEC_B]);
	check(lapic_read(LAPIC_PPR) == 0x40, "ppr", "%x", lapic_read(LAPIC_PPR));
	asm volatile("mov %%cr8, %0" : "=r"(cr8));
	check(cr8 == 4, "cr8-shows-tpr", "%lx", cr8);
	irq_enable();
	asm volatile("mov %0, %%cr8" :: "r"(0UL) : "memory");
	asm volatile("nop; nop");
	irq_disable();
	check(count[VEC_A] == 1, "cr8-unblocks", "%u interrupts", count[VEC_A]);
	asm volatile("mov %0, %%cr8" :: "r"(9UL) : "memory");
	check(lapic_read(LAPIC_TPR) == 0x90, "tpr-shows-cr8", "%x", lapic_read(LAPIC_TPR));
	self_ipi(VEC_A);
	open_window();
	asm volatile("mov %%cr8, %0" : "=r"(cr8));
	check(count[VEC_A] == 1 && cr8 == 9, "cr8-blocks", "%u interrupts, cr8 %lx", count[VEC_A], cr8);
	asm volatile("mov %0, %%cr8" :: "r"(0UL) : "memory");
	open_window();
	check(count[VEC_A] == 2, "cr8-zero", "%u interrupts", count[VEC_A]);
}

static void nest_handler(struct frame *frame)
{
	count[frame->vector]++;
	self_ipi(VEC_A);
	self_ipi(VEC_C);
	open_window();
	count[1] = count[VEC_A];
	count[2] = count[VEC_C];
	count[3] = lapic_bit(LAPIC_ISR, VEC_B);
	lapic_eoi();
}

static void test_nesting(void)
{
	trap_set(VEC_B, nest_handler);
	trap_set(VEC_C, count_and_eoi);
	clear();
	self_ipi(VEC_B);
	open_window();
	open_window();
	check(!count[1] && count[2] == 1, "nesting-by-priority", "lower %u, higher %u", count[1],
	      count[2]);
	check(count[3], "isr-in-handler", "clear");
	check(count[VEC_A] == 1, "lower-after-eoi", "%u", count[VEC_A]);
	trap_set(VEC_B, count_and_eoi);
}

/* After STI the next instruction still runs; STI; CLI lets nothing through. */
static void test_sti_shadow(void)
{
	extern u8 after_nop[], after_cpuid[], after_out[], after_mmio[], after_hlt[];
	u32 a, b, c, d;
	ulong junk;

	clear();
	self_ipi(VEC_A);
	asm volatile("sti; cli");
	check(!count[VEC_A], "sti-cli", "%u interrupts", count[VEC_A]);
	asm volatile("sti; nop; after_nop: cli");
	check(count[VEC_A] == 1 && last_ip == (ulong)after_nop, "sti-nop", "%u, at %ld", count[VEC_A],
	      (long)(last_ip - (ulong)after_nop));
	self_ipi(VEC_A);
	asm volatile("sti; cpuid; after_cpuid: cli" : "=a"(a), "=b"(b), "=c"(c), "=d"(d) : "a"(0));
	check(count[VEC_A] == 2 && last_ip == (ulong)after_cpuid, "sti-cpuid", "%u, at %ld",
	      count[VEC_A], (long)(last_ip - (ulong)after_cpuid));
	self_ipi(VEC_A);
	asm volatile("sti; outb %%al, $0x80; after_out: cli" :: "a"(0));
	check(count[VEC_A] == 3 && last_ip == (ulong)after_out, "sti-out", "%u, at %ld", count[VEC_A],
	      (long)(last_ip - (ulong)after_out));
	self_ipi(VEC_A);
	asm volatile("sti; mov (%1), %k0; after_mmio: cli" : "=r"(junk) : "r"(IOAPIC));
	check(count[VEC_A] == 4 && last_ip == (ulong)after_mmio, "sti-mmio", "%u, at %ld",
	      count[VEC_A], (long)(last_ip - (ulong)after_mmio));
	self_ipi(VEC_A);
	asm volatile("sti; hlt; after_hlt: cli");
	check(count[VEC_A] == 5 && last_ip == (ulong)after_hlt, "sti-hlt", "%u, at %ld", count[VEC_A],
	      (long)(last_ip - (ulong)after_hlt));
}

static void test_popf(void)
{
	extern u8 after_popf[];

	clear();
	self_ipi(VEC_A);
	asm volatile("pushfq; orq $0x200, (%%rsp); popfq; after_popf: nop; cli" ::: "memory");
	check(count[VEC_A] == 1 && last_ip == (ulong)after_popf, "popf-has-no-shadow", "%u, at %ld",
	      count[VEC_A], (long)(last_ip - (ulong)after_popf));
}

static volatile u32 nmis, nmi_depth, nmi_deepest;

static void nmi_handler(struct frame *frame)
{
	nmis++;
	if (++nmi_depth > nmi_deepest)
		nmi_deepest = nmi_depth;
	if (nmis == 1) {
		lapic_icr(lapic_id(), ICR_NMI | ICR_ASSERT);
		lapic_icr(lapic_id(), ICR_NMI | ICR_ASSERT);
		for (u32 i = 0; i < 100; i++)
			inb(0x80);
	}
	nmi_depth--;
}

static void nmi_handler_with_irq(struct frame *frame)
{
	nmis++;
	open_window();		/* an interrupt and its IRET within: NMIs are on again */
}

static void test_nmi(void)
{
	trap_set(NMI, nmi_handler);
	nmis = 0;
	lapic_icr(lapic_id(), ICR_NMI | ICR_ASSERT);
	for (u32 i = 0; i < 100; i++)
		inb(0x80);
	check(nmis == 2, "nmi-with-interrupts-off", "%u NMIs, not the first and one more", nmis);
	check(nmi_deepest == 1, "nmi-blocked-until-iret", "nested %u deep", nmi_deepest);
	trap_set(NMI, nmi_handler_with_irq);
	nmis = 0;
	clear();
	self_ipi(VEC_A);
	lapic_icr(lapic_id(), ICR_NMI | ICR_ASSERT);
	for (u32 i = 0; i < 100; i++)
		inb(0x80);
	check(nmis == 1 && count[VEC_A] == 1, "irq-within-nmi", "%u NMIs, %u interrupts", nmis,
	      count[VEC_A]);
}

static void test_halt(void)
{
	u32 i;

	trap_set(VEC_A, count_and_eoi);
	clear();
	lapic_write(LAPIC_TDCR, 0xb);
	lapic_write(LAPIC_LVTT, VEC_A);
	for (i = 0; i < 20; i++) {
		lapic_write(LAPIC_TMICT, 100000);
		while (count[VEC_A] <= i)
			wait_irq();
	}
	check(count[VEC_A] == 20, "hlt-woken-by-timer", "%u", count[VEC_A]);
	lapic_write(LAPIC_LVTT, LVT_MASKED);
}

static void test_errors(void)
{
	if (!insula) {
		skip("esr", "not under Insula");
		return;
	}
	lapic_write(LAPIC_ESR, 0);
	self_ipi(5);
	lapic_write(LAPIC_ESR, 0);
	check(lapic_read(LAPIC_ESR) & 1 << 5, "esr-illegal-vector", "%x", lapic_read(LAPIC_ESR));
	lapic_write(LAPIC_ESR, 0);
	check(!lapic_read(LAPIC_ESR), "esr-cleared", "%x", lapic_read(LAPIC_ESR));
}

static void self_ipi_msr(void *arg)
{
	wrmsr(0x83f, VEC_B);
}

static void test_x2apic(void)
{
	if (!has_x2apic()) {
		skip("x2apic", "not offered");
		return;
	}
	x2apic_enable();
	test_self_ipi("x2APIC");
	clear();
	check(trap_catch(self_ipi_msr, NULL) == NO_TRAP, "x2apic-self-ipi-msr", "refused");
	open_window();
	check(count[VEC_B] == 1, "x2apic-self-ipi", "%u interrupts", count[VEC_B]);
	test_task_priority();
	test_nesting();
}

void guest_main(void)
{
	insula = on_insula();
	lapic_enable();
	trap_set(SPURIOUS_VECTOR, count_and_eoi);
	test_pic_pit();
	test_pic_uart();
	test_pic_priority();
	test_ioapic_edge();
	test_ioapic_level();
	test_self_ipi("xAPIC");
	test_task_priority();
	test_nesting();
	test_sti_shadow();
	test_popf();
	test_nmi();
	test_halt();
	test_errors();
	test_x2apic();
}
